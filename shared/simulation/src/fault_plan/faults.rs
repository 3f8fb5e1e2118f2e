//! The plan of a process that runs: what was done so far, and what happens next.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;

use super::{Action, After, Astray, Before, FaultPlan, Op};

/// How a process waits.
pub type Wait = Arc<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>;

/// The plan, and how often each operation was begun since the process did.
pub struct Faults {
    plan: FaultPlan,
    begun: Mutex<HashMap<Op, u32>>,
    crash: fn() -> !,
    wait: Wait,
}

/// In which way an operation is to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failing {
    /// For good; it was not done.
    Error,
    /// For a moment; it was not done.
    Throttle,
    /// Nobody knows whether it was done.
    Timeout,
}

/// The source of a failure that was planned.
#[derive(Debug, thiserror::Error)]
#[error("the fault plan wants it so")]
pub struct PlannedFault;

/// What meets at one operation.
#[derive(Debug, Default)]
pub(super) struct Hits {
    before: Vec<Before>,
    after: Vec<After>,
    pub(super) astray: Option<Astray>,
}

impl Faults {
    /// A process gives `std::process::abort` to crash with, and its runtime's sleep to wait with.
    pub fn new(plan: FaultPlan, crash: fn() -> !, wait: Wait) -> Self {
        Self {
            plan,
            begun: Mutex::default(),
            crash,
            wait,
        }
    }

    /// Does `work`, which is one `op`, with the faults that are planned for this time of it. `failure`
    /// says how a planned one is told to the caller.
    ///
    /// # Errors
    /// Those of `work`, and those that are planned.
    pub async fn around<T, E>(
        &self,
        op: Op,
        work: impl Future<Output = Result<T, E>>,
        failure: impl Fn(Failing) -> E,
    ) -> Result<T, E> {
        self.meet(self.next(op), work, failure).await
    }

    pub(super) fn next(&self, op: Op) -> Hits {
        let count = self.count(op);
        let mut hits = Hits::default();
        for fault in &self.plan.0 {
            if fault.op != op || !fault.time.is(count) {
                continue;
            }
            match fault.action {
                Action::Before(before) => hits.before.push(before),
                Action::After(after) => hits.after.push(after),
                Action::Astray(astray) => hits.astray = Some(astray),
            }
        }
        hits
    }

    pub(super) async fn meet<T, E>(
        &self,
        hits: Hits,
        work: impl Future<Output = Result<T, E>>,
        failure: impl Fn(Failing) -> E,
    ) -> Result<T, E> {
        for before in hits.before {
            match before {
                Before::Crash => (self.crash)(),
                Before::Delay(time) => (self.wait)(time).await,
                Before::Fail(failing) => return Err(failure(failing)),
            }
        }
        let done = work.await?;
        for after in hits.after {
            match after {
                After::Crash => (self.crash)(),
                After::Delay(time) => (self.wait)(time).await,
                After::Timeout => return Err(failure(Failing::Timeout)),
            }
        }
        Ok(done)
    }

    fn count(&self, op: Op) -> u32 {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let count = begun.entry(op).or_default();
        *count = count.saturating_add(1);
        *count
    }
}
