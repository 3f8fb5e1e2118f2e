//! Who watches a call while it runs: told how far it is, and able to say stop.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::failure::Failure;

/// How far a call is: `done` of `total` steps of `what`; `total` is `None` while unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub what: &'static str,
    pub done: u64,
    pub total: Option<u64>,
}

#[derive(Clone)]
pub struct Watcher {
    stop: Arc<AtomicBool>,
    report: Arc<dyn Fn(Progress) + Send + Sync>,
}

impl Watcher {
    pub fn new(report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self {
            stop: Arc::default(),
            report: Arc::new(report),
        }
    }

    /// Nobody looks; the call can still be stopped.
    pub fn silent() -> Self {
        Self::new(|_| ())
    }

    pub fn report(&self, progress: Progress) {
        (self.report)(progress);
    }

    /// Asks the call to end. Long loops see it at their next [`Self::go_on`].
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Stops the call when dropped: nobody is left working for a caller who is gone.
    pub fn stop_on_drop(&self) -> StopOnDrop {
        StopOnDrop(self.clone())
    }

    /// Fails once the call was stopped: nobody waits for its answer any more.
    pub fn go_on(&self) -> Result<(), Failure> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Failure::Stopped);
        }
        Ok(())
    }
}

#[must_use]
#[derive(Debug)]
pub struct StopOnDrop(Watcher);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watcher")
            .field("stop", &self.stop)
            .finish_non_exhaustive()
    }
}
