//! The page as a person reads it: what is wanted and by whom, the plan line by line, until when, and what came
//! of it.

use idwo_core::approval::{Approval, State};
use jiff::Timestamp;

use crate::facts::facts;
use crate::html::Html;

pub(crate) const STYLE: &str = include_str!("style.css");

/// What came of a form that was sent and decided nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Note {
    NotAllowed,
    Late,
}

impl Note {
    pub(crate) const fn query(self) -> &'static str {
        match self {
            Self::NotAllowed => "?note=key",
            Self::Late => "?note=late",
        }
    }

    pub(crate) fn of(query: &str) -> Option<Self> {
        match query {
            "note=key" => Some(Self::NotAllowed),
            "note=late" => Some(Self::Late),
            _ => None,
        }
    }

    /// Nothing, where it does not go with the state: an address can be written by anybody.
    const fn words(self, state: State) -> Option<&'static str> {
        match (self, state) {
            (Self::NotAllowed, State::Pending) => Some(
                "Nothing was decided: approving needs the key of an approver, and what was typed in is none.",
            ),
            (Self::NotAllowed, _) | (Self::Late, State::Pending) => None,
            (Self::Late, _) => {
                Some("What was sent last changed nothing: there was nothing left to decide.")
            }
        }
    }
}

pub(crate) fn page(
    approval: &Approval,
    signature: &str,
    note: Option<Note>,
    now: Timestamp,
) -> Html {
    let request = &approval.request;
    let main = state(approval.state)
        .then(told(note.and_then(|note| note.words(approval.state))))
        .markup("<h1>")
        .text(&request.action)
        .markup("</h1>")
        .then(facts(approval, now))
        .markup("<h2>Plan</h2>")
        .then(plan(&request.plan))
        .markup("<p class=\"fine\">Plan <code>")
        .text(request.plan_hash.as_str())
        .markup("</code><br>Rules of revision <code>")
        .text(&request.policy)
        .markup("</code></p>");
    let main = match approval.state {
        State::Pending => main.then(form(signature)),
        _ => main,
    };
    document(word(approval.state), main)
}

pub(crate) fn refusal(why: &str) -> Html {
    let main = Html::default()
        .markup("<h1>Approval</h1><p>")
        .text(why)
        .markup("</p>");
    document("not shown", main)
}

fn document(title: &str, main: Html) -> Html {
    Html::default()
        .markup("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
        .markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        .markup("<meta name=\"color-scheme\" content=\"light dark\"><title>Approval: ")
        .text(title)
        .markup("</title><style>")
        .markup(STYLE)
        .markup("</style></head><body><main>")
        .then(main)
        .markup("</main></body></html>")
}

/// In a colour of its own, and in words for who sees none.
fn state(state: State) -> Html {
    let mark = match state {
        State::Pending => "<p class=\"state pending\">",
        State::Approved => "<p class=\"state approved\">",
        State::Declined => "<p class=\"state declined\">",
        State::Expired | State::Withdrawn => "<p class=\"state over\">",
    };
    Html::default()
        .markup(mark)
        .markup(word(state))
        .markup("</p>")
}

const fn word(state: State) -> &'static str {
    match state {
        State::Pending => "waits for a decision",
        State::Approved => "approved",
        State::Declined => "declined",
        State::Expired => "expired: nobody decided in time",
        State::Withdrawn => "withdrawn: what waited for it goes no further",
    }
}

fn told(words: Option<&'static str>) -> Html {
    match words {
        Some(words) => Html::default()
            .markup("<p class=\"note\" role=\"status\">")
            .markup(words)
            .markup("</p>"),
        None => Html::default(),
    }
}

fn plan(lines: &[String]) -> Html {
    let list = lines
        .iter()
        .fold(Html::default().markup("<ol>"), |list, line| {
            list.markup("<li>").text(line).markup("</li>")
        });
    list.markup("</ol>")
}

/// Sent to the page itself: the last part of its own path.
fn form(signature: &str) -> Html {
    Html::default()
        .markup("<form method=\"post\" action=\"")
        .text(signature)
        .markup("\"><label for=\"key\">Key of an approver</label>")
        .markup("<input type=\"password\" id=\"key\" name=\"key\" maxlength=\"200\" autocomplete=\"off\" ")
        .markup("autocapitalize=\"none\" spellcheck=\"false\" aria-describedby=\"why\">")
        .markup("<p class=\"fine\" id=\"why\">Approving needs it, since the link to this page may have passed ")
        .markup("through a model's hands. Declining does not.</p><p class=\"buttons\">")
        .markup("<button name=\"decision\" value=\"approve\" class=\"approve\">Approve this plan</button>")
        .markup("<button name=\"decision\" value=\"decline\">Decline</button></p></form>")
}
