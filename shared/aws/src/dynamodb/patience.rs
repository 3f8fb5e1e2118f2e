//! The one owner of retries: whoever uses the store gets what remains after all of them.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder, Retryable};
use idwo_core::chance::Chance;
use idwo_core::store::StoreFailure;
use tokio::time::Instant;

/// Most tries of one request.
const TRIES_MAX: usize = 6;

/// Longest wait before the second try; each further one is at most twice as long, the last 0.8 s. All
/// waits together are at most 1.6 s of what there is.
const FIRST_WAIT_MAX: Duration = Duration::from_millis(50);

/// Longest wait for one answer. Longer than for a connection, so that without one it is known that nothing
/// was sent.
pub(super) const TRY_TIMEOUT: Duration = Duration::from_secs(4);

/// Longest time for all tries together: half of what a call has.
pub(super) const TOTAL: Duration = Duration::from_secs(12);

pub(super) struct Patience {
    first_wait_max: Duration,
}

impl Patience {
    #[cfg(test)]
    pub(super) const fn without_waits() -> Self {
        Self {
            first_wait_max: Duration::ZERO,
        }
    }

    /// Tries, each within the time it is given, until one succeeds or fails for good, or another makes no
    /// sense. A try is told whether an earlier one is open: what that may have written no later one can deny.
    pub(super) async fn ask<T, F>(
        &self,
        chance: &Chance,
        once: impl Fn(Duration, bool) -> F,
    ) -> Result<T, StoreFailure>
    where
        F: Future<Output = Result<T, StoreFailure>>,
    {
        let begun = Instant::now();
        let left = || TOTAL.saturating_sub(begun.elapsed());
        let is_open = AtomicBool::new(false);
        let tried = (|| once(left().min(TRY_TIMEOUT), is_open.load(Relaxed)))
            .retry(self.waits())
            .when(can_pass)
            .notify(|why, _| {
                is_open.fetch_or(matches!(why, StoreFailure::Unanswered(_)), Relaxed);
            })
            .adjust(|_, wait| {
                let wait = wait?.mul_f64(chance.share().unwrap_or(1.0));
                (wait < left()).then_some(wait)
            })
            .await;
        match tried {
            Err(StoreFailure::Busy) if is_open.load(Relaxed) => Err(open()),
            tried => tried,
        }
    }

    fn waits(&self) -> impl BackoffBuilder {
        ExponentialBuilder::default()
            .with_min_delay(self.first_wait_max)
            .with_factor(2.0)
            .with_max_times(TRIES_MAX - 1)
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first_wait_max: FIRST_WAIT_MAX,
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a try got no answer, and those after it do not tell what became of it")]
struct Open;

pub(super) fn open() -> StoreFailure {
    StoreFailure::Unanswered(Open.into())
}

const fn can_pass(why: &StoreFailure) -> bool {
    matches!(why, StoreFailure::Busy | StoreFailure::Unanswered(_))
}
