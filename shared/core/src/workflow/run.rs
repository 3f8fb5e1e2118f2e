//! A run as it stands in the store.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::event::Fact;
use super::id::{Entity, RunId};
use super::step::Marker;

/// All that is known of one going-through, but for the outputs of its steps, which are large.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub id: RunId,
    /// Never used again, even when the attempts of an entity are counted from 1 again.
    pub uid: Uuid,
    pub kind: String,
    pub input: Value,
    pub correlation: Uuid,
    pub parent: Option<Parent>,

    pub status: Status,
    /// The workflow's own.
    pub state: Value,
    pub doing: Doing,
    pub work: Work,
    /// Steps that may have left something, in the order in which they were begun.
    pub begun: Vec<Begun>,
    /// Of what it does now, where that is children.
    pub children: Vec<ChildRun>,
    /// Facts that came while it could not take them.
    pub heard: Vec<Fact>,
    /// The attempt since which facts count once: one that goes on where another failed has heard what that has.
    pub hears_since: u32,
    /// Why it goes no further, once it does not.
    pub stop: Option<Stop>,
    /// The step that came to nothing, where one did.
    pub failed: Option<Doing>,
    pub outcome: Option<Outcome>,

    /// How many steps, waits and the like there were: each has a number.
    pub ordinals: u32,
    /// How many records its history has.
    pub records: u32,
    /// How many of them are notes.
    #[serde(default)]
    pub notes: u32,
    /// Goes up with each claim; who claimed it before is a stranger now.
    pub epoch: u64,
    pub started_at: Timestamp,
    pub changed_at: Timestamp,
    /// When it has failed if it is not done.
    pub ends_by: Timestamp,
    /// Until when all that is known of it is kept.
    pub kept_until: Timestamp,
}

/// Who waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    pub run: RunId,
    pub uid: Uuid,
    pub ordinal: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Running,
    /// Takes back what it did.
    Undoing,
    Done,
    Failed,
    Cancelled,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "doing", rename_all = "snake_case")]
pub enum Doing {
    Step {
        ordinal: u32,
        step: String,
        input: Value,
    },
    /// Of the step with this ordinal.
    Undo {
        ordinal: u32,
        step: String,
    },
    Wait {
        until: Timestamp,
    },
    Callback {
        until: Timestamp,
    },
    /// Those of [`Run::children`].
    StartChildren {
        ordinal: u32,
    },
    AwaitChildren {
        ordinal: u32,
    },
    StopChildren {
        ordinal: u32,
    },
    /// It has ended, and whoever started it does not know yet.
    TellParent,
    Nothing,
}

/// How the step or the taking back that it is at goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Begun so far.
    pub tries: u32,
    pub not_before: Option<Timestamp>,
    /// Who is at it.
    pub lease: Option<Lease>,
}

/// Until then nobody else begins. It is longer than a try may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    pub holder: Uuid,
    pub until: Timestamp,
}

/// A step that a worker has claimed at least once: it may have been done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    pub ordinal: u32,
    pub step: String,
    pub marker: Marker,
    /// In which attempt: one that goes on where another failed takes over what that did.
    pub attempt: u32,
    pub left: Left,
}

/// What a step has left in the world, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    /// Something or nothing.
    Unknown,
    Done,
    Undone,
    /// It could not be taken back: somebody has to look.
    Stuck,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChildRun {
    pub entity: Entity,
    pub kind: String,
    pub input: Value,
    /// `None` until it has ended.
    pub outcome: Option<Outcome>,
}

impl ChildRun {
    /// Nobody starts a child again, so that it is the first of its name.
    pub fn id(&self, parent: &Run) -> RunId {
        RunId {
            tenant: parent.id.tenant.clone(),
            entity: self.entity.clone(),
            attempt: 1,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "snake_case")]
pub enum Stop {
    Cancelled {
        by: String,
    },
    TimedOut,
    /// `step` is `None` where the workflow itself gave up.
    Failed {
        step: Option<String>,
        what: String,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ended", rename_all = "snake_case")]
pub enum Outcome {
    Done { output: Value },
    Failed { what: String },
    Cancelled { by: String },
}

impl Status {
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

impl Run {
    pub fn begun(&self, ordinal: u32) -> Option<&Begun> {
        self.begun.iter().find(|begun| begun.ordinal == ordinal)
    }

    /// Steps that could not be taken back, or whose end nobody knows.
    pub fn left_over(&self) -> impl Iterator<Item = &Begun> {
        let is_over = |left| matches!(left, Left::Stuck | Left::Unknown);
        self.begun.iter().filter(move |begun| is_over(begun.left))
    }
}
