//! A step: what it does, how that is found again, and how it is taken back, side by side.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::id::RunId;
use crate::failure::{self, Failure};

/// Longest time of one try: a function of AWS has 60 s for it and all beside it, and its message comes again
/// after six times that.
pub(super) const WITHIN_MAX: Duration = Duration::from_secs(45);

/// Longest account of what went wrong, in characters; it is kept with the run.
const WHAT_CHARS_MAX: usize = 400;

/// Of the digest that a marker shows.
const MARKER_BYTES: usize = 16;

/// A row of a workflow's table. `H` is what its workers hold: clients, ports.
pub struct Step<H: 'static> {
    pub name: &'static str,
    pub act: Act<H, Value>,
    /// What an earlier try left elsewhere, found by its marker. `None` where acting twice leaves no more
    /// than acting once.
    pub find: Option<Act<H, Option<Value>>>,
    /// Takes back what [`Self::act`] may have left. It can be asked for what never happened, and more than
    /// once. `None` where nothing is left, or nothing can be taken back.
    pub undo: Option<Act<H, ()>>,
    pub retry: Retry,
    /// Longest time of one try, at most 45 s.
    pub within: Duration,
}

pub type Act<H, T> = for<'a> fn(&'a H, &'a Call) -> Acting<'a, T>;
pub type Acting<'a, T> = Pin<Box<dyn Future<Output = Result<T, StepFailure>> + Send + 'a>>;

/// What a step is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub run: RunId,
    pub step: String,
    pub input: Value,
    /// What it did, for taking it back; `None` while that is not known.
    pub output: Option<Value>,
    pub marker: Marker,
    /// Until then the try has to be over.
    pub ends_at: Timestamp,
    pub correlation: Uuid,
}

/// What a visible effect carries, so that a later try finds it. The same for all tries of a step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Marker(String);

/// How often a step is tried, and when again: after half to all of a time that doubles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// At least 1. One that crashed counts.
    pub tries: u32,
    pub first_pause: Duration,
    pub longest_pause: Duration,
}

/// Why a try came to nothing, as far as is known: it may have been done all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepFailure {
    pub what: String,
    pub again: Again,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// Trying again cannot help.
    Pointless,
    Soon,
    /// Whoever refused it has said when.
    After(Duration),
}

impl Marker {
    /// Of the step `ordinal` of the run that has the id `uid`. Says nothing of what it stands for.
    pub fn of(uid: Uuid, ordinal: u32) -> Self {
        let digest = Sha256::new()
            .chain_update(uid.as_bytes())
            .chain_update(ordinal.to_be_bytes())
            .finalize();
        let (half, _) = digest.split_at(MARKER_BYTES);
        Self(format!("idwo-{}", HEXLOWER.encode(half)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Retry {
    /// Of what an outside service does: four pauses of together 20 to 40 s.
    pub const OF_A_SERVICE: Self = Self {
        tries: 5,
        first_pause: Duration::from_secs(2),
        longest_pause: Duration::from_secs(60),
    };

    /// How long to wait after `tries` that failed; `share` is drawn from 0 to 1.
    pub fn pause(&self, tries: u32, share: f64) -> Duration {
        let doublings = tries.saturating_sub(1).min(20);
        let whole = self.first_pause.saturating_mul(1 << doublings);
        let whole = whole.min(self.longest_pause);
        whole / 2 + whole.mul_f64(share.clamp(0.0, 1.0) / 2.0)
    }
}

impl StepFailure {
    pub fn new(what: impl fmt::Display, again: Again) -> Self {
        let what = crate::untrusted::plain(&what.to_string(), WHAT_CHARS_MAX);
        Self { what, again }
    }
}

impl From<Failure> for StepFailure {
    fn from(failure: Failure) -> Self {
        let again = match &failure {
            Failure::Caller { .. } => Again::Pointless,
            Failure::Upstream { retry, .. } => match retry {
                failure::Retry::Pointless => Again::Pointless,
                failure::Retry::AfterSeconds(s) => Again::After(Duration::from_secs((*s).into())),
            },
            Failure::Stopped | Failure::Ours { .. } => Again::Soon,
        };
        Self::new(failure, again)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_differ_by_chance() {
        let retry = Retry {
            tries: 9,
            first_pause: Duration::from_secs(2),
            longest_pause: Duration::from_secs(10),
        };
        let pauses = |share| [1, 2, 3, 4, 99].map(|tries| retry.pause(tries, share).as_secs_f64());
        assert_eq!(pauses(1.0), [2.0, 4.0, 8.0, 10.0, 10.0]);
        assert_eq!(pauses(0.0), [1.0, 2.0, 4.0, 5.0, 5.0]);
    }

    #[test]
    fn each_step_of_each_run_has_a_marker_of_its_own() {
        let [one, other] = [Uuid::from_u128(1), Uuid::from_u128(2)];
        let markers = [(one, 0), (one, 1), (other, 0)].map(|(uid, n)| Marker::of(uid, n));
        assert_eq!(markers[0], Marker::of(one, 0));
        assert!(markers[0] != markers[1] && markers[0] != markers[2]);
        assert_eq!(markers[0].as_str().len(), "idwo-".len() + 32);
    }
}
