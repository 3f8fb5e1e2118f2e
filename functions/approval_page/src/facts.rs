//! Who asks, on what, since when and until when; or who decided.

use idwo_core::approval::{Approval, Decided, State};
use idwo_core::workflow::Through;
use jiff::{SignedDuration, Timestamp};

use crate::html::Html;

/// Who neither has a name nor needs one: on a laptop.
const NOBODY_IN_PARTICULAR: &str = "somebody on this machine";

pub(crate) fn facts(approval: &Approval, now: Timestamp) -> Html {
    let request = &approval.request;
    let facts = Html::default()
        .markup("<dl><dt>On</dt><dd>")
        .text(&request.target)
        .markup("</dd><dt>Asked by</dt><dd>")
        .text(named(&request.actor))
        .markup("</dd><dt>Asked at</dt><dd>")
        .then(time(approval.asked_at))
        .markup("</dd>");
    let facts = match &approval.decided {
        Some(decided) => facts.then(decision(decided)),
        None => facts
            .markup("<dt>Open until</dt><dd>")
            .then(time(approval.expires_at))
            .then(left(approval, now))
            .markup("</dd>"),
    };
    facts.markup("</dl>")
}

fn decision(decided: &Decided) -> Html {
    let through = match decided.through {
        Through::Link => " on this page",
        Through::Elicitation => " in a form of their client",
        Through::Terminal => " on the command line of the machine",
        Through::Tool => " by a tool that they may call",
    };
    Html::default()
        .markup("<dt>Decided by</dt><dd>")
        .text(named(&decided.by))
        .markup(through)
        .markup("</dd><dt>Decided at</dt><dd>")
        .then(time(decided.at))
        .markup("</dd>")
}

fn time(at: Timestamp) -> Html {
    let shown = at.strftime("%Y-%m-%d %H:%M UTC").to_string();
    Html::default()
        .markup("<time datetime=\"")
        .text(&at.to_string())
        .markup("\">")
        .text(&shown)
        .markup("</time>")
}

fn left(approval: &Approval, now: Timestamp) -> Html {
    match approval.state {
        State::Pending => Html::default()
            .markup(" <span class=\"left\">")
            .text(&remaining(approval.expires_at.duration_since(now)))
            .markup(" left</span>"),
        _ => Html::default(),
    }
}

/// In its two largest units, cut: nobody is told of more time than there is.
fn remaining(time: SignedDuration) -> String {
    let minutes = time.as_mins().max(0);
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => "less than a minute".to_owned(),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (1, hours, _) => format!("1 day {hours} h"),
        (days, hours, _) => format!("{days} days {hours} h"),
    }
}

fn named(name: &str) -> &str {
    if name.is_empty() {
        NOBODY_IN_PARTICULAR
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_never_more_than_there_is() {
        for (seconds, words) in [
            (-5, "less than a minute"),
            (59, "less than a minute"),
            (119, "1 min"),
            (3600, "1 h 0 min"),
            (86_399, "23 h 59 min"),
            (86_400, "1 day 0 h"),
            (7 * 86_400, "7 days 0 h"),
        ] {
            assert_eq!(remaining(SignedDuration::from_secs(seconds)), words);
        }
    }
}
