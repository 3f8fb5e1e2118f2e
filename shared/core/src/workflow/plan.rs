//! What whoever writes a workflow says of it.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::id::Entity;
use super::run::ChildRun;
use super::step::Step;

/// A kind of workflow. All is in its file: the table of steps at the top, then where it goes.
pub trait Workflow: Send + Sync + 'static {
    /// As it stands in the store; never changed.
    const NAME: &'static str;
    const STEPS: &'static [Step<Self::Hands>];
    const ON_FAILURE: OnFailure;
    /// Longest life of a run; what is not done by then has failed.
    const LIFE: Duration;

    /// What its steps reach the world with.
    type Hands: Send + Sync + 'static;
    type Input: DeserializeOwned;
    /// Read again by later versions of the code: fields may be added with a default.
    type State: Serialize + DeserializeOwned;

    fn begin(input: Self::Input) -> Move<Self::State>;

    /// Pure: the same state and the same happening give the same move.
    fn next(state: Self::State, happened: Happened<'_>) -> Move<Self::State>;

    /// What people can be asked while it waits for a fact until then: forms in the protocol's words
    /// (`elicitation/create`), by the names of the facts that tell the answers ([`super::Said`]).
    fn questions(_state: &Self::State, _until: Timestamp) -> Map<String, Value> {
        Map::new()
    }
}

/// What becomes of the steps that were done when one fails for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// They are taken back, last ones first.
    Undo,
    /// They stay, and the run can be tried again from the step that failed.
    Keep,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Move<S> {
    pub state: S,
    pub then: Then,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Then {
    /// Performs a step of the table.
    Step {
        name: &'static str,
        input: Value,
    },
    /// Goes on after this time; nothing runs meanwhile.
    Wait(Duration),
    /// Goes on when a fact comes, or after this time without one.
    Callback(Duration),
    /// Starts runs of their own, and goes on when all have ended.
    Children(Vec<Child>),
    End(Value),
    Fail(String),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Child {
    pub kind: &'static str,
    pub input: Value,
}

/// What a workflow is asked about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Happened<'a> {
    Done {
        step: &'a str,
        output: &'a Value,
    },
    WaitOver,
    /// A fact has come, in the order in which they came.
    Called {
        name: &'a str,
        with: &'a Value,
    },
    /// None has, in all the time that there was.
    NotCalled,
    /// In the order in which they were asked for.
    ChildrenEnded(&'a [ChildRun]),
}

impl<S> Move<S> {
    pub const fn to(state: S, then: Then) -> Self {
        Self { state, then }
    }
}

impl ChildRun {
    pub(super) fn asked(entity: Entity, child: Child) -> Self {
        Self {
            entity,
            kind: child.kind.to_owned(),
            input: child.input,
            outcome: None,
        }
    }
}
