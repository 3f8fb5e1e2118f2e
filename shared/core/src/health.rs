//! What the system is made of, and how each part of it is: for the resource
//! `orchestrator://health` and for `idwo-local doctor`.

use serde::{Deserialize, Serialize};

/// One part that can work or not by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    pub name: String,
    pub state: State,
    /// What was looked at and found, for a reader.
    pub found: String,
    /// What the operator can do about it, where something is wrong or missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

/// Ordered from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Ok,
    /// Not set up, and nothing that is offered needs it.
    NotConfigured,
    /// Works, and answers less than it could.
    Degraded,
    Down,
}

impl Component {
    pub fn ok(name: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            state: State::Ok,
            found: found.into(),
            mend: None,
        }
    }

    /// Not set up; `found` says what is done without it.
    pub fn not_configured(name: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            state: State::NotConfigured,
            ..Self::ok(name, found)
        }
    }

    pub fn wrong(
        name: impl Into<String>,
        state: State,
        found: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self {
            state,
            mend: Some(mend.into()),
            ..Self::ok(name, found)
        }
    }
}

/// The whole is as bad as its worst part; what is not configured is not wrong.
pub fn overall(components: &[Component]) -> State {
    let states = components.iter().map(|component| component.state);
    states
        .filter(|state| *state != State::NotConfigured)
        .max()
        .unwrap_or(State::Ok)
}
