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
pub(super) struct Limits(Mutex<BTreeMap<&'static str, RateLimit>>);

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

    /// Nothing is asked for which the service has said that it will not answer.
    pub(super) fn allow(&self, kind: &'static str, now: Timestamp) -> Result<(), Unanswered> {
        match self.kinds().get(kind) {
            Some(limit) if limit.remaining == 0 && now < limit.reset_at => {
                Err(Unanswered::Limited {
                    until: limit.reset_at,
                })
            }
            _ => Ok(()),
        }
    }

    fn kinds(&self) -> MutexGuard<'_, BTreeMap<&'static str, RateLimit>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
