//! Who watches a call while it runs: told how far it is and what it asks of others, and able to say
//! hurry, and stop.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// After this share of a call's time its host says hurry: what is left is for finishing a step that
/// was begun, and for the answer.
pub const HURRY_AFTER: f64 = 0.6;

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
    hurry: Arc<AtomicBool>,
    calls: Arc<AtomicU64>,
    ends_at: Option<Instant>,
    report: Arc<dyn Fn(Progress) + Send + Sync>,
}

impl Watcher {
    pub fn new(report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self {
            stop: Arc::default(),
            hurry: Arc::default(),
            calls: Arc::default(),
            ends_at: None,
            report: Arc::new(report),
        }
    }

    /// Nobody looks; the call can still be stopped.
    pub fn silent() -> Self {
        Self::new(|_| ())
    }

    /// Who waits will do so for this long from now.
    pub fn within(self, time: Duration) -> Self {
        Self {
            ends_at: Instant::now().checked_add(time),
            ..self
        }
    }

    /// How long somebody still waits; without an end to it, [`Duration::MAX`].
    pub fn left(&self) -> Duration {
        let left = |end: Instant| end.saturating_duration_since(Instant::now());
        self.ends_at.map_or(Duration::MAX, left)
    }

    /// Counts a request to an outside service, answered or not.
    pub fn count_call(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// How many requests to outside services the call made.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    pub fn report(&self, progress: Progress) {
        (self.report)(progress);
    }

    /// Asks the call to end. Long loops see it at their next [`Self::go_on`].
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Says that most of the call's time is used: it should answer with what it has.
    pub fn hurry(&self) {
        self.hurry.store(true, Ordering::Relaxed);
    }

    pub fn is_hurried(&self) -> bool {
        self.hurry.load(Ordering::Relaxed)
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
