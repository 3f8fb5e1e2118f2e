//! When to ask again: after what the service says, else after a growing wait, and never past the time
//! that there is.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder, Retryable};
use http::HeaderMap;
use http::header::RETRY_AFTER;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use tokio::time::Instant;

use super::Unanswered;

/// Most tries of one request.
const TRIES_MAX: usize = 3;

/// The first wait where the service names none; the second is four times as long.
const WAIT_MIN: Duration = Duration::from_millis(300);

/// Longest wait that is worth it: who asks has 25 s for everything.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// GitHub asks for a minute where it limits and names no time.
pub(super) const WITHOUT_WORD: Duration = Duration::from_secs(60);

/// Tries until it is answered, is refused for good, or has no time left for another try.
pub(super) async fn patiently<T, F: Future<Output = Result<T, Unanswered>>>(
    within: Duration,
    now: impl Fn() -> Timestamp,
    once: impl FnMut() -> F,
) -> Result<T, Unanswered> {
    let begun = Instant::now();
    let waits = ExponentialBuilder::default()
        .with_min_delay(WAIT_MIN)
        .with_factor(4.0)
        .with_max_delay(WAIT_MAX)
        .with_max_times(TRIES_MAX - 1);
    once.retry(waits.build())
        .when(Unanswered::can_pass)
        .adjust(|why, wait| {
            let asked_for = why.until().map(|until| until.duration_since(now()));
            let asked_for = asked_for.and_then(|wait| Duration::try_from(wait).ok());
            let wait = wait?.max(asked_for.unwrap_or_default());
            let left = within.saturating_sub(begun.elapsed());
            (wait <= WAIT_MAX && wait < left).then_some(wait)
        })
        .await
}

/// `Retry-After`, in seconds or as a date.
pub(super) fn after(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        // What is beyond all reason is a long time.
        let seconds: u32 = text.parse().unwrap_or(u32::MAX);
        return now.checked_add(Duration::from_secs(seconds.into())).ok();
    }
    let date = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(date)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn told(text: &'static str) -> Option<i64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static(text));
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        after(&headers, now).map(|until| until.as_second() - now.as_second())
    }

    #[test]
    fn both_forms_of_retry_after_are_read() {
        assert_eq!(told("120"), Some(120));
        assert_eq!(told("Sun, 22 Nov 2026 10:01:00 GMT"), Some(60));
        assert_eq!(told("99999999999"), Some(i64::from(u32::MAX)));
        assert_eq!(told("soon"), None);
        assert_eq!(told("-1"), None);
    }
}
