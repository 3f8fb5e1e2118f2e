//! How long an invocation may still take.

use std::time::Duration;

use idwo_core::clock::{Clock, SystemClock};
use lambda_runtime::Context;
use tokio::time::Instant;

/// Kept of an invocation's time for its answer: whoever is ended by Lambda instead has failed as a whole,
/// and its process is lost.
const ANSWER_TIME: Duration = Duration::from_secs(1);

/// When to stop, so that there is time to answer.
pub(crate) fn of(invocation: &Context) -> Instant {
    let now_ms = u64::try_from(SystemClock.now().as_millisecond()).unwrap_or_default();
    let left = Duration::from_millis(invocation.deadline.saturating_sub(now_ms));
    Instant::now() + left.saturating_sub(ANSWER_TIME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_is_left_for_the_answer_and_a_deadline_that_is_over_is_now() {
        let now_ms = SystemClock.now().as_millisecond().unsigned_abs();
        for (deadline, s) in [(now_ms + 60_000, 59), (now_ms - 60_000, 0), (0, 0)] {
            let mut invocation = Context::default();
            invocation.deadline = deadline;
            let asked = Instant::now();
            let left = of(&invocation).saturating_duration_since(asked);
            assert!(left.as_secs_f64() - f64::from(s) < 0.5, "{left:?}");
            assert!(f64::from(s) - left.as_secs_f64() < 0.5, "{left:?}");
        }
    }
}
