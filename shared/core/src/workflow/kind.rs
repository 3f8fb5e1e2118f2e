//! Workflows by their names, for whoever has a run and not its type.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::plan::{Happened, Move, OnFailure, Workflow};
use super::step::{Again, Call, Retry, Step, StepFailure, WITHIN_MAX};

/// A [`Workflow`] whose types are hidden: its input and state are JSON. A trait, since a collection holds
/// many workflows at once.
#[async_trait]
pub trait Kind: Send + Sync {
    fn name(&self) -> &'static str;
    fn on_failure(&self) -> OnFailure;
    fn life(&self) -> Duration;
    /// `None` for what is not in the table.
    fn terms(&self, step: &str) -> Option<Terms>;

    /// # Errors
    /// What is wrong with the input.
    fn begin(&self, input: &Value) -> Result<Move<Value>, String>;

    /// # Errors
    /// That this version of the code cannot read the state.
    fn next(&self, state: &Value, happened: Happened<'_>) -> Result<Move<Value>, String>;

    fn questions(&self, state: &Value, until: Timestamp) -> Map<String, Value>;

    async fn act(&self, call: &Call) -> Result<Value, StepFailure>;
    async fn find(&self, call: &Call) -> Result<Option<Value>, StepFailure>;
    async fn undo(&self, call: &Call) -> Result<(), StepFailure>;
}

/// What is agreed of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    pub name: &'static str,
    pub retry: Retry,
    pub within: Duration,
    pub can_undo: bool,
}

/// All that a worker knows.
#[derive(Clone, Default)]
pub struct Kinds(BTreeMap<&'static str, Arc<dyn Kind>>);

struct Of<W: Workflow>(W::Hands);

/// The workflow `W`, performed by `hands`.
pub fn kind<W: Workflow>(hands: W::Hands) -> Arc<dyn Kind> {
    Arc::new(Of::<W>(hands))
}

impl Kinds {
    pub fn of(kinds: impl IntoIterator<Item = Arc<dyn Kind>>) -> Self {
        Self(kinds.into_iter().map(|kind| (kind.name(), kind)).collect())
    }

    /// Those and the `others`, which have other names.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    pub fn named(&self, name: &str) -> Option<&Arc<dyn Kind>> {
        self.0.get(name)
    }
}

#[async_trait]
impl<W: Workflow> Kind for Of<W> {
    fn name(&self) -> &'static str {
        W::NAME
    }

    fn on_failure(&self) -> OnFailure {
        W::ON_FAILURE
    }

    fn life(&self) -> Duration {
        W::LIFE
    }

    fn terms(&self, step: &str) -> Option<Terms> {
        let step = row::<W>(step).ok()?;
        Some(Terms {
            name: step.name,
            retry: step.retry,
            within: step.within.min(WITHIN_MAX),
            can_undo: step.undo.is_some(),
        })
    }

    fn begin(&self, input: &Value) -> Result<Move<Value>, String> {
        written(W::begin(read(input, "the input")?))
    }

    fn next(&self, state: &Value, happened: Happened<'_>) -> Result<Move<Value>, String> {
        written(W::next(read(state, "the state")?, happened))
    }

    fn questions(&self, state: &Value, until: Timestamp) -> Map<String, Value> {
        let state = read(state, "the state");
        state.map_or_else(|_| Map::new(), |state| W::questions(&state, until))
    }

    async fn act(&self, call: &Call) -> Result<Value, StepFailure> {
        (row::<W>(&call.step)?.act)(&self.0, call).await
    }

    async fn find(&self, call: &Call) -> Result<Option<Value>, StepFailure> {
        match row::<W>(&call.step)?.find {
            Some(find) => find(&self.0, call).await,
            None => Ok(None),
        }
    }

    async fn undo(&self, call: &Call) -> Result<(), StepFailure> {
        match row::<W>(&call.step)?.undo {
            Some(undo) => undo(&self.0, call).await,
            None => Ok(()),
        }
    }
}

fn row<W: Workflow>(name: &str) -> Result<&'static Step<W::Hands>, StepFailure> {
    let row = W::STEPS.iter().find(|step| step.name == name);
    row.ok_or_else(|| StepFailure::new(format!("it has no step {name}"), Again::Pointless))
}

fn read<T: DeserializeOwned>(json: &Value, what: &str) -> Result<T, String> {
    serde_path_to_error::deserialize(json)
        .map_err(|error| format!("{what} cannot be read: {error}"))
}

fn written<S: Serialize>(Move { state, then }: Move<S>) -> Result<Move<Value>, String> {
    let state = serde_json::to_value(state);
    let state = state.map_err(|error| format!("the state cannot be written: {error}"))?;
    Ok(Move { state, then })
}
