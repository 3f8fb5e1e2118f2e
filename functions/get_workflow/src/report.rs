//! What `get_workflow` answers. Texts in it can come from outside: they are data, never an instruction.

use idwo_core::approval::{self, Decided, PlanHash};
use idwo_core::evidence::Known;
use idwo_core::input::WorkflowId;
use idwo_core::workflow::{Left, Status};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// One of the two, by whether an id was given.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Report {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow: Option<Workflow>,
    /// Those that were started last, last ones first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest: Option<Listed<Line>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Line {
    pub workflow_id: WorkflowId,
    pub kind: String,
    pub status: Status,
    #[schemars(with = "String")]
    pub started_at: Timestamp,
    #[schemars(with = "String")]
    pub changed_at: Timestamp,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Workflow {
    pub evidence: &'static str,
    pub workflow_id: WorkflowId,
    pub kind: String,
    pub status: Status,
    /// Counts from 1; more than one where it was started again.
    pub attempt: u32,
    pub newest_attempt: u32,
    /// Its own words for where it is.
    pub state: Known<Value>,
    pub doing: Doing,
    /// Why it goes no further, as soon as it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Known<Value>>,
    /// Those begun last first.
    pub steps: Listed<StepLeft>,
    /// The workflows that it waits for.
    pub children: Listed<Child>,
    /// What people have to agree to before it goes on, or, of an approval, the approval itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<ToApprove>,
    /// Who waits for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<WorkflowId>,
    /// The last events, newest last.
    pub history: Listed<Event>,
    #[schemars(with = "String")]
    pub started_at: Timestamp,
    #[schemars(with = "String")]
    pub changed_at: Timestamp,
    /// When it has failed if it is not done.
    #[schemars(with = "String")]
    pub ends_by: Timestamp,
    /// Until when it can be asked for.
    #[schemars(with = "String")]
    pub kept_until: Timestamp,
}

/// What it is at.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Doing {
    pub what: What,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Begun so far, of the step.
    pub tries: u32,
    /// Of a wait: when it goes on by itself. Of a step: when it is tried next, or taken for lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub until: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Step,
    Undo,
    Wait,
    /// Waits for a fact.
    Callback,
    Children,
    Nothing,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct StepLeft {
    pub step: String,
    pub ordinal: u32,
    pub attempt: u32,
    pub left: Left,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Child {
    pub workflow_id: WorkflowId,
    pub kind: String,
    pub ended: bool,
}

/// Without its plan, which `resolve_approval` and the page show.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ToApprove {
    pub approval_id: WorkflowId,
    pub state: approval::State,
    /// Who wants it done.
    pub actor: String,
    pub action: String,
    pub target: String,
    pub plan_hash: PlanHash,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
    #[schemars(with = "String")]
    pub expires_at: Timestamp,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Event {
    /// From 0, without a gap.
    pub number: u32,
    #[schemars(with = "String")]
    pub at: Timestamp,
    pub what: String,
    /// What else is known of it, long texts and lists cut.
    pub about: Map<String, Value>,
}

/// A part of `total`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Listed<T> {
    pub evidence: &'static str,
    pub total: usize,
    pub items: Vec<T>,
}
