//! How a call ended: what a host counts.

use std::time::Duration;

use uuid::Uuid;

#[derive(Debug, Clone, Copy)]
pub struct Ended<'a> {
    /// A tool's name, or `a prompt`, `a resource`, `a completion`.
    pub what: &'a str,
    /// The name on the caller's key; empty where nobody has one.
    pub caller: &'a str,
    pub correlation_id: Uuid,
    pub outcome: Outcome,
    /// From the call's arrival to its answer.
    pub took: Duration,
}

/// By who could do better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// With a result, or with a question that a client has to answer first.
    Answered,
    /// The caller's arguments, or a client that cannot be asked.
    Refused,
    /// The caller did not wait.
    Left,
    /// A service that a tool needs.
    LetDown,
    /// We.
    Failed,
}
