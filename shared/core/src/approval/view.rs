//! An approval as whoever looks at it sees it.

use std::time::Duration;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::request::Request;
use super::workflow::{ApprovalWorkflow, Decision, Resolution};
use crate::failure::Failure;
use crate::input::WorkflowId;
use crate::workflow::{Outcome, Run, Through, Workflow, Workflows};

#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Approval {
    #[serde(rename = "approval_id")]
    pub id: WorkflowId,
    /// Of its run: never used again.
    #[serde(skip)]
    pub uid: Uuid,
    pub state: State,
    #[serde(flatten)]
    pub request: Request,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
    #[schemars(with = "String")]
    pub asked_at: Timestamp,
    #[schemars(with = "String")]
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Pending,
    Approved,
    Declined,
    Expired,
    /// What waited for it goes no further.
    Withdrawn,
}

/// By whom, through what, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Decided {
    /// Empty for nobody in particular, on a laptop.
    pub by: String,
    pub through: Through,
    #[schemars(with = "String")]
    pub at: Timestamp,
}

impl Approval {
    /// `None` where the run is none.
    pub fn of(run: &Run, now: Timestamp) -> Option<Self> {
        if run.kind != ApprovalWorkflow::NAME {
            return None;
        }
        let request: Request = serde_json::from_value(run.input.clone()).ok()?;
        let open_for = Duration::from_secs(request.open_for_s);
        let expires_at = run.started_at.checked_add(open_for).ok()?;
        let resolution = resolution(run);
        let decided = resolution.as_ref().and_then(|resolution| {
            Some(Decided {
                by: resolution.by.clone(),
                through: resolution.through?,
                at: run.changed_at,
            })
        });
        Some(Self {
            id: WorkflowId::of(&run.id),
            uid: run.uid,
            request,
            state: state(run, resolution.map(|r| r.decision), expires_at <= now),
            decided,
            asked_at: run.started_at,
            expires_at,
        })
    }
}

fn resolution(run: &Run) -> Option<Resolution> {
    match &run.outcome {
        Some(Outcome::Done { output }) => serde_json::from_value(output.clone()).ok(),
        _ => None,
    }
}

fn state(run: &Run, decision: Option<Decision>, is_late: bool) -> State {
    match decision {
        Some(Decision::Approve) => State::Approved,
        Some(Decision::Decline) => State::Declined,
        Some(Decision::Expire) => State::Expired,
        None if run.status.has_ended() || run.stop.is_some() => State::Withdrawn,
        None if is_late => State::Expired,
        None => State::Pending,
    }
}

/// The approval of this id.
///
/// # Errors
/// The caller's where there is none.
pub async fn find(
    workflows: &Workflows,
    id: &WorkflowId,
    now: Timestamp,
) -> Result<Approval, Failure> {
    let found = workflows.find(id).await?;
    seen(&found.run, id, now)
}

/// The run that `id` has led to.
pub(super) fn seen(run: &Run, id: &WorkflowId, now: Timestamp) -> Result<Approval, Failure> {
    Approval::of(run, now).ok_or_else(|| {
        let change = "name one that get_workflow shows under `approvals`";
        Failure::caller(format!("`{id}` is no approval"), change)
    })
}
