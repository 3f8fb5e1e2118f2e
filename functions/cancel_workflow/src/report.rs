//! What `cancel_workflow` answers.

use idwo_core::evidence::Evidence;
use idwo_core::input::WorkflowId;
use idwo_core::untrusted;
use idwo_core::workflow::{Left, Outcome, Run, Status};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

/// Longest reason that is told, in characters.
const REASON_CHARS_MAX: usize = 400;

#[derive(Debug, Serialize, JsonSchema)]
pub struct Report {
    pub evidence: &'static str,
    pub workflow_id: WorkflowId,
    pub kind: String,
    /// Before it was asked.
    pub was: Status,
    pub status: Status,
    /// It is about to end, and does nothing new.
    pub stopping: bool,
    /// Steps that it has begun and that are not taken back, as far as is known.
    pub not_taken_back: usize,
    /// Why it has failed, or who has cancelled it, where that is how it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Report {
    pub(crate) fn of(before: &Run, now: &Run) -> Self {
        let reason = now.outcome.as_ref().and_then(|outcome| match outcome {
            Outcome::Failed { what } => Some(what),
            Outcome::Cancelled { by } => Some(by),
            Outcome::Done { .. } => None,
        });
        Self {
            evidence: "run",
            workflow_id: WorkflowId::of(&now.id),
            kind: now.kind.clone(),
            was: before.status,
            status: now.status,
            stopping: now.stop.is_some() && !now.status.has_ended(),
            not_taken_back: now
                .begun
                .iter()
                .filter(|begun| begun.left != Left::Undone)
                .count(),
            reason: reason.map(|reason| untrusted::plain(reason, REASON_CHARS_MAX)),
        }
    }

    pub(crate) fn in_words(&self) -> String {
        let id = &self.workflow_id;
        let status = json!(self.status);
        let status = status.as_str().unwrap_or_default();
        if self.was.has_ended() {
            return format!("{id} had ended before: {status}. Nothing was changed.");
        }
        if self.status.has_ended() {
            return format!("{id} has ended: {status}.");
        }
        format!("{id} stops: it is {status}, and does nothing new. get_workflow tells its end.")
    }

    pub(crate) fn fact(&self) -> Evidence {
        Evidence {
            id: self.evidence,
            kind: "workflow",
            statement: self.in_words(),
            value: json!(self.status),
            unit: "status",
            url: None,
        }
    }
}
