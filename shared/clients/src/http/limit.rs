//! What a service says of how much more it will answer, in GitHub's headers, which others took over.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::HeaderMap;
use jiff::Timestamp;

use super::Unanswered;

/// As of the newest answer that told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests within one window.
    pub limit: u64,
    pub remaining: u64,
    /// When the next window begins.
    pub reset_at: Timestamp,
}

impl RateLimit {
    pub(super) fn told(headers: &HeaderMap) -> Option<Self> {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse().ok();
        let reset_at = Timestamp::from_second(number("x-ratelimit-reset")?).ok()?;
        Some(Self {
            limit: u64::try_from(number("x-ratelimit-limit")?).ok()?,
            remaining: u64::try_from(number("x-ratelimit-remaining")?).ok()?,
            reset_at,
        })
    }
}

/// GitHub counts its kinds of requests apart, each with a limit of its own.
#[derive(Debug, Default)]
pub(super) struct Limits {
    told: Mutex<BTreeMap<&'static str, RateLimit>>,
    /// Until when the service wants no more of a kind, whatever is left of its limit.
    resting: Mutex<BTreeMap<&'static str, Timestamp>>,
}

impl Limits {
    /// By kind of request.
    pub(super) fn newest(&self) -> Vec<(&'static str, RateLimit)> {
        let limits = self.kinds();
        limits.iter().map(|(kind, limit)| (*kind, *limit)).collect()
    }

    pub(super) fn record(&self, kind: &'static str, headers: &HeaderMap) {
        if let Some(told) = RateLimit::told(headers) {
            self.kinds().insert(kind, told);
        }
    }

    /// The service wants no more of this kind until then.
    pub(super) fn rest(&self, kind: &'static str, until: Timestamp) {
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        resting.insert(kind, until);
    }

    /// Nothing is asked for which the service has said that it will not answer.
    pub(super) fn allow(&self, kind: &'static str, now: Timestamp) -> Result<(), Unanswered> {
        let used_up = self.kinds().get(kind).copied();
        let used_up = used_up.filter(|limit| limit.remaining == 0);
        let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        let until = used_up
            .map(|limit| limit.reset_at)
            .max(resting.get(kind).copied());
        match until {
            Some(until) if now < until => Err(Unanswered::Limited { until }),
            _ => Ok(()),
        }
    }

    fn kinds(&self) -> MutexGuard<'_, BTreeMap<&'static str, RateLimit>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
