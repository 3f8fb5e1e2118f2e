//! A run as it is told.

use idwo_core::approval::Approval;
use idwo_core::envelope::{Detail, FULL_BYTES_MAX, SUMMARY_BYTES_MAX};
use idwo_core::evidence::Known;
use idwo_core::input::WorkflowId;
use idwo_core::workflow::{Begun, ChildRun, Record, Run};
use serde_json::{Value, json};

use crate::report::{Child, Doing, Event, Listed, StepLeft, ToApprove, Workflow};

/// What of a reply is for the envelope, in bytes: the id up to five times at 251, evidence, a source.
const ENVELOPE_BYTES: usize = 3 * 1024;

/// How much of a run is told.
pub(crate) struct Room {
    /// In bytes of JSON, of all of it.
    bytes_max: usize,
    /// In bytes of JSON, of the workflow's own words: its state, and its outcome.
    state_bytes_max: usize,
    pub(crate) outcome_bytes_max: usize,
    pub(crate) events_max: u16,
    steps_max: usize,
}

impl Room {
    pub(crate) const fn of(detail: Detail) -> Self {
        match detail {
            Detail::Summary => Self {
                bytes_max: SUMMARY_BYTES_MAX - ENVELOPE_BYTES,
                state_bytes_max: 1024,
                outcome_bytes_max: 1024,
                events_max: 12,
                steps_max: 12,
            },
            Detail::Full => Self {
                bytes_max: FULL_BYTES_MAX - ENVELOPE_BYTES,
                state_bytes_max: 24 * 1024,
                // Seven whole summaries of a tool; a larger answer is had as a task alone.
                outcome_bytes_max: 60 * 1024,
                events_max: 200,
                steps_max: 500,
            },
        }
    }
}

impl Workflow {
    pub(crate) fn of(
        run: &Run,
        newest_attempt: u32,
        records: &[Record],
        approvals: &[Approval],
        room: &Room,
    ) -> Self {
        let steps = run.begun.iter().rev().take(room.steps_max);
        let mut told = Self {
            evidence: "run",
            workflow_id: WorkflowId::of(&run.id),
            kind: run.kind.clone(),
            status: run.status,
            attempt: run.id.attempt,
            newest_attempt,
            state: known(run.state.clone(), room.state_bytes_max),
            doing: Doing::of(run),
            stop: run.stop.as_ref().map(|stop| json!(stop)),
            outcome: run
                .outcome
                .as_ref()
                .map(|outcome| known(json!(outcome), room.outcome_bytes_max)),
            steps: Listed {
                evidence: "steps",
                total: run.begun.len(),
                items: steps.map(StepLeft::of).collect(),
            },
            children: Listed {
                evidence: "run",
                total: run.children.len(),
                items: run
                    .children
                    .iter()
                    .map(|child| Child::of(child, run))
                    .collect(),
            },
            approvals: approvals.iter().map(ToApprove::of).collect(),
            parent: run
                .parent
                .as_ref()
                .map(|parent| WorkflowId::of(&parent.run)),
            history: Listed {
                evidence: "history",
                total: run.records.try_into().unwrap_or(usize::MAX),
                items: records.iter().map(Event::of).collect(),
            },
            started_at: run.started_at,
            changed_at: run.changed_at,
            ends_by: run.ends_by,
            kept_until: run.kept_until,
        };
        told.forget_the_oldest_events(room.bytes_max);
        told
    }

    /// The envelope would cut the list at its end, where the newest are.
    fn forget_the_oldest_events(&mut self, bytes_max: usize) {
        let mut over = json!(self).to_string().len().saturating_sub(bytes_max);
        while over > 0 && self.history.items.len() > 1 {
            let oldest = self.history.items.remove(0);
            over = over.saturating_sub(json!(oldest).to_string().len());
        }
    }
}

/// Large words are left out whole: a part of JSON means something else.
fn known(words: Value, bytes_max: usize) -> Known<Value> {
    let bytes = words.to_string().len();
    if bytes <= bytes_max {
        return Known::Value(words);
    }
    Known::unknown(format!("{bytes} bytes, of which at most {bytes_max} fit"))
}

impl StepLeft {
    fn of(begun: &Begun) -> Self {
        Self {
            step: begun.step.clone(),
            ordinal: begun.ordinal,
            attempt: begun.attempt,
            left: begun.left,
        }
    }
}

impl Child {
    fn of(child: &ChildRun, parent: &Run) -> Self {
        Self {
            workflow_id: WorkflowId::of(&child.id(parent)),
            kind: child.kind.clone(),
            ended: child.outcome.is_some(),
        }
    }
}
