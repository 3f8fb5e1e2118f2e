//! What a service's silence or refusal means for who called: who can act, and when.

use std::borrow::Cow;

use http::StatusCode;
use idwo_core::failure::{Failure, Retry};
use jiff::Timestamp;

use crate::http::Unanswered;

/// When to come back to a service that gave no sign of when it will be well, in seconds.
const COME_BACK_IN_S: u32 = 30;

/// Longest time that is named, in seconds: GitHub's window is an hour.
const COME_BACK_IN_S_MAX: u32 = 3600;

/// What is particular to a service.
pub struct Told {
    pub service: &'static str,
    /// Who renews its credential, and how: a sentence's end after "it refuses the credential; ".
    pub renew: &'static str,
    /// What the credential has to be allowed: a sentence's end.
    pub allow: &'static str,
    /// What says where it is: a variable's name.
    pub address: &'static str,
}

impl Told {
    pub fn failure(&self, why: Unanswered, now: Timestamp) -> Failure {
        let (what, retry) = match &why {
            Unanswered::Limited { until } => (
                "it has answered all that it will for now".to_owned(),
                after(*until, now),
            ),
            Unanswered::Resting { until } => (
                "it failed several times in a row, and is left alone for a moment".to_owned(),
                after(*until, now),
            ),
            Unanswered::Refused { status, until } => self.refused(*status, *until, now),
            Unanswered::Redirected => {
                let look = format!("whoever runs this server has to look at {}", self.address);
                (format!("it gave {why}; {look}"), Retry::Pointless)
            }
            Unanswered::TooLarge { .. } => (
                format!("it gave {why}; ask for something smaller"),
                Retry::Pointless,
            ),
            Unanswered::TooLate
            | Unanswered::Unreached(_)
            | Unanswered::Packed(_)
            | Unanswered::Partial
            | Unanswered::Unfit(_) => (
                format!("it gave {why}"),
                Retry::AfterSeconds(COME_BACK_IN_S),
            ),
        };
        Failure::Upstream {
            service: Cow::Borrowed(self.service),
            what,
            retry,
            source: Some(why.into()),
        }
    }

    fn refused(
        &self,
        status: StatusCode,
        until: Option<Timestamp>,
        now: Timestamp,
    ) -> (String, Retry) {
        let later = until.map(|until| after(until, now));
        match status {
            StatusCode::UNAUTHORIZED => (
                format!("it refuses the credential; {}", self.renew),
                Retry::Pointless,
            ),
            StatusCode::FORBIDDEN => (
                format!("the credential may not do this; {}", self.allow),
                Retry::Pointless,
            ),
            status if status.is_server_error() => (
                format!("it answers with {status}"),
                later.unwrap_or(Retry::AfterSeconds(COME_BACK_IN_S)),
            ),
            status => (
                format!(
                    "it answers with {status}; whoever runs this server has to look at {} and at what \
                     the credential is for",
                    self.address
                ),
                later.unwrap_or(Retry::Pointless),
            ),
        }
    }
}

fn after(until: Timestamp, now: Timestamp) -> Retry {
    let seconds = until.duration_since(now).as_secs().max(0);
    let seconds = u32::try_from(seconds).unwrap_or(COME_BACK_IN_S_MAX);
    Retry::AfterSeconds((seconds + 1).min(COME_BACK_IN_S_MAX))
}
