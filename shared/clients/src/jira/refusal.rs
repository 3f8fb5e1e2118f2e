//! Why Jira gave no tickets, told by who can act.

use std::borrow::Cow;

use http::StatusCode;
use idwo_core::failure::{Failure, Retry};
use jiff::Timestamp;

use crate::failure::Told;
use crate::http::Unanswered;

/// When to ask again for what Jira could not read just now, in seconds.
const COME_BACK_IN_S: u32 = 30;

const TOLD: Told = Told {
    service: "Jira",
    renew: "whoever runs this server has to renew JIRA_API_TOKEN",
    allow: "whoever runs this server has to let the account of JIRA_USERNAME in",
    address: "JIRA_URL",
};

#[derive(Debug)]
pub(super) enum Refusal {
    Unanswered(Unanswered),
    /// Some of the tickets were not given, though they are there.
    Cut,
}

impl From<Unanswered> for Refusal {
    fn from(why: Unanswered) -> Self {
        Self::Unanswered(why)
    }
}

impl Refusal {
    pub(super) fn failure(self, now: Timestamp) -> Failure {
        match self {
            Self::Cut => upstream(
                "it could not give all tickets",
                Retry::AfterSeconds(COME_BACK_IN_S),
                None,
            ),
            Self::Unanswered(why) if is_elsewhere(&why) => upstream(
                "no Jira Cloud answers at this address; whoever runs this server has to check JIRA_URL",
                Retry::Pointless,
                Some(why),
            ),
            Self::Unanswered(why) => TOLD.failure(why, now),
        }
    }
}

/// Whether another kind of server answers: it has no such path, a page for people, or sends away.
fn is_elsewhere(why: &Unanswered) -> bool {
    match why {
        Unanswered::Refused { status, .. } => *status == StatusCode::NOT_FOUND,
        Unanswered::Unfit(_) | Unanswered::Redirected => true,
        _ => false,
    }
}

fn upstream(what: &str, retry: Retry, why: Option<Unanswered>) -> Failure {
    Failure::Upstream {
        service: Cow::Borrowed(TOLD.service),
        what: what.to_owned(),
        retry,
        source: why.map(|why| why.into()),
    }
}
