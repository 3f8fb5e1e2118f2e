//! What happens to a run, and what is told of it afterwards.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::id::Entity;
use super::json::misfit;
use super::run::Outcome;
use super::step::StepFailure;

#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A worker begins what is to be done, and has until then.
    Claimed {
        holder: Uuid,
        until: Timestamp,
        /// Whose lease counts no more, since that worker is known to be dead.
        instead_of: Option<Uuid>,
    },
    /// By who claimed it in this epoch. Of what is taken back there is no output.
    Performed {
        epoch: u64,
        output: Value,
    },
    NotPerformed {
        epoch: u64,
        failure: StepFailure,
        /// Drawn from 0 to 1, for the pause until the next try.
        share: f64,
    },
    /// Whatever it waited for has not come, or the time that it waited for has.
    TimeUp,
    Called(Fact),
    CancelAsked {
        by: String,
    },
    ChildrenStarted,
    /// Somebody has looked how they are.
    ChildrenSeen,
    ChildEnded {
        ordinal: u32,
        entity: Entity,
        outcome: Outcome,
    },
    /// All were told to stop.
    ChildrenStopped,
    ParentTold,
    /// Somebody tried what came to nothing, and whoever asks later should know. It changes nothing else, and can
    /// happen after the end.
    Noted {
        note: String,
    },
}

/// Something that the world tells a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// Whoever tells it twice gives it the same id: it counts once.
    pub id: String,
    pub name: String,
    pub with: Value,
}

impl Fact {
    pub(super) fn is_too_large(&self, bytes_max: usize) -> bool {
        let names = self.id.len() + self.name.len();
        misfit(&self.with, bytes_max.saturating_sub(names)).is_some()
    }
}

/// A line of a run's history; never changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// From 0, without a gap.
    pub number: u32,
    pub at: Timestamp,
    /// Of the call that made it happen.
    pub correlation: Uuid,
    #[serde(flatten)]
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    Started,
    /// Where the attempt before has failed.
    StartedAgain {
        from_step: String,
    },
    StepBegun {
        step: String,
        ordinal: u32,
        tries: u32,
        epoch: u64,
    },
    StepDone {
        step: String,
        ordinal: u32,
        epoch: u64,
    },
    StepFailed {
        step: String,
        ordinal: u32,
        why: String,
        again_at: Option<Timestamp>,
    },
    Waiting {
        until: Timestamp,
    },
    WaitOver,
    Listening {
        until: Timestamp,
    },
    Called {
        name: String,
    },
    /// A fact came while it was at something else.
    Heard {
        name: String,
    },
    NotCalled,
    ChildrenAsked {
        entities: Vec<Entity>,
    },
    ChildrenStarted,
    ChildEnded {
        entity: Entity,
        outcome: Outcome,
    },
    ChildrenStopped,
    CancelAsked {
        by: String,
    },
    TimedOut,
    UndoBegun {
        step: String,
        ordinal: u32,
        tries: u32,
        epoch: u64,
    },
    Undone {
        step: String,
        ordinal: u32,
        epoch: u64,
    },
    UndoFailed {
        step: String,
        ordinal: u32,
        why: String,
        again_at: Option<Timestamp>,
    },
    Ended {
        outcome: Outcome,
    },
    ParentTold,
    Noted {
        note: String,
    },
}

impl What {
    /// Of all that there are, as they are written.
    pub const NAMES: [&'static str; 23] = [
        "started",
        "started_again",
        "step_begun",
        "step_done",
        "step_failed",
        "waiting",
        "wait_over",
        "listening",
        "called",
        "heard",
        "not_called",
        "children_asked",
        "children_started",
        "child_ended",
        "children_stopped",
        "cancel_asked",
        "timed_out",
        "undo_begun",
        "undone",
        "undo_failed",
        "ended",
        "parent_told",
        "noted",
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_can_be_told_is_named() {
        let known = serde_json::from_str::<What>(r#"{"what":"no such thing"}"#);
        let said = known.unwrap_err().to_string();
        for name in What::NAMES {
            assert!(said.contains(&format!("`{name}`")), "{name}");
        }
        assert_eq!(said.matches('`').count(), 2 * (What::NAMES.len() + 1));
    }
}
