//! The workflow of an approval: it waits until somebody decides, or until its time is over.

use std::time::Duration;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::form::{self, DECISION, decision_of};
use super::request::{PlanHash, Request};
use crate::workflow::{
    ChildRun, Happened, Move, OnFailure, Outcome, Said, Step, Then, Through, Workflow,
};

pub struct ApprovalWorkflow;

/// What came of it; the output of its run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    pub decision: Decision,
    pub by: String,
    /// `None` where nobody decided.
    pub through: Option<Through>,
    pub plan_hash: PlanHash,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Decision {
    Approve,
    Decline,
    /// Nobody has, in all the time that there was.
    Expire,
}

impl Decision {
    /// As logs and stories say it, and forms where it is one of theirs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Decline => "decline",
            Self::Expire => "expire",
        }
    }
}

impl Workflow for ApprovalWorkflow {
    const NAME: &'static str = "approval";
    const STEPS: &'static [Step<()>] = &[];
    const ON_FAILURE: OnFailure = OnFailure::Keep;
    /// A day more than the longest that one can be open.
    const LIFE: Duration = Duration::from_secs(8 * 24 * 3600);

    type Hands = ();
    type Input = Request;
    type State = Request;

    fn begin(request: Request) -> Move<Request> {
        let then = if request.is_sound() {
            Then::Callback(Duration::from_secs(request.open_for_s))
        } else {
            Then::Fail("the plan is not the one of its hash".to_owned())
        };
        Move::to(request, then)
    }

    fn next(request: Request, happened: Happened<'_>) -> Move<Request> {
        let (decision, said) = match happened {
            Happened::Called { name, with } if name == DECISION => heard(with),
            Happened::NotCalled => (Decision::Expire, None),
            _ => (Decision::Decline, None),
        };
        let resolution = Resolution {
            decision,
            through: said.as_ref().map(|said| said.through),
            by: said.map(|said| said.by).unwrap_or_default(),
            plan_hash: request.plan_hash.clone(),
        };
        Move::to(request, Then::End(json!(resolution)))
    }

    fn questions(request: &Request, until: Timestamp) -> Map<String, Value> {
        form::forms(request, until)
    }
}

/// What is not clearly an approval is none.
fn heard(with: &Value) -> (Decision, Option<Said>) {
    let said: Option<Said> = serde_json::from_value(with.clone()).ok();
    let decision = said.as_ref().and_then(|said| decision_of(&said.answer));
    (decision.unwrap_or(Decision::Decline), said)
}

/// The approval of the plan with this hash, where that is what came of `child`.
///
/// # Errors
/// Why nothing may be done.
pub fn granted(child: &ChildRun, plan_hash: &PlanHash) -> Result<Resolution, String> {
    let Some(Outcome::Done { output }) = &child.outcome else {
        return Err("its approval came to nothing".to_owned());
    };
    let resolution: Resolution =
        serde_json::from_value(output.clone()).map_err(|error| error.to_string())?;
    match resolution.decision {
        _ if resolution.plan_hash != *plan_hash => Err("another plan was approved".to_owned()),
        Decision::Approve => Ok(resolution),
        Decision::Decline => Err(format!("it was declined by `{}`", resolution.by)),
        Decision::Expire => Err("nobody has approved it in time".to_owned()),
    }
}
