//! Faults that happen where they were planned: the variable `IDWO_FAULT_PLAN` of a process that is tried.
//!
//! The plan is a list in JSON, of at most 100 faults. Each names an operation, which time of it, and
//! what happens then:
//!
//! ```
//! # use idwo_simulation::fault_plan::FaultPlan;
//! # let plan = r#"
//! [
//!   { "op": "write", "n": 3, "at": "after", "action": "crash" },
//!   { "op": "write", "every": 5, "action": "throttle" },
//!   { "op": "perform", "n": 1, "action": "timeout_applied" },
//!   { "op": "get", "n": 2, "at": "before", "action": "delay", "ms": 1500 }
//! ]
//! # "#;
//! # FaultPlan::written(plan).unwrap();
//! ```
//!
//! | field | |
//! |---|---|
//! | `op` | `get`, `query`, `write` of the store; `send`, `receive`, `delete` of the queue; `perform`: what a step of the work does outside |
//! | `n` or `every` | the n-th time, or every so many times, of this operation since the process began; from 1 |
//! | `action` | what happens, see below |
//! | `at` | `before` it is done, or `after` it was; needed for `crash` and `delay`, else it can be left out |
//! | `ms` | of `delay` alone: how long, 1 to 600,000 |
//!
//! | action | at | of | what happens |
//! |---|---|---|---|
//! | `crash` | either | all | the process ends, without any cleaning up |
//! | `delay` | either | all | it waits for `ms` |
//! | `error` | before | all | it is not done and fails for good; of the store: `Refused` |
//! | `throttle` | before | `get`, `query`, `write` | it is not done: `Busy` |
//! | `timeout_not_applied` | before | all | it is not done, and nobody knows: `Unanswered` |
//! | `timeout_applied` | after | all but `get`, `query` | it is done, and nobody knows: `Unanswered` |
//! | `duplicate` | after | `send` | the message is sent twice |
//! | `reorder` | after | `send` | the message is held back until the next was sent; without a next one it is lost |
//!
//! Other combinations have no meaning and are refused, as fields are that are not named here. Of several
//! faults that meet at one operation, those before it come first, each group in the order of the list;
//! the first that fails or crashes is the last.
//!
//! [`FaultyStore`] and [`FaultyQueue`] do so around the ports; around what has no port of its own stands
//! [`Faults::around`].

mod faults;
mod queue;
mod store;
#[cfg(test)]
mod tests;
mod written;

use std::num::NonZeroU32;
use std::time::Duration;

use serde::Deserialize;

pub use self::faults::{Failing, Faults, PlannedFault, Wait};
pub use self::queue::FaultyQueue;
pub use self::store::FaultyStore;
pub use self::written::NoPlan;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FaultPlan(Vec<Fault>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fault {
    op: Op,
    time: Time,
    action: Action,
}

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    Get,
    Query,
    Write,
    Send,
    Receive,
    Delete,
    /// What a step of the work does outside.
    Perform,
}

/// Which time of the operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Time {
    Nth(NonZeroU32),
    Every(NonZeroU32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Before(Before),
    After(After),
    Astray(Astray),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Crash,
    Delay(Duration),
    Fail(Failing),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Crash,
    Delay(Duration),
    Timeout,
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Astray {
    Duplicate,
    Reorder,
}

impl Time {
    fn is(self, count: u32) -> bool {
        match self {
            Self::Nth(n) => count == n.get(),
            Self::Every(every) => count.is_multiple_of(every.get()),
        }
    }
}
