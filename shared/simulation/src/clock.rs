//! A clock that is moved by hand.

use std::sync::{Mutex, PoisonError};

use idwo_core::clock::Clock;
use jiff::{SignedDuration, Timestamp};

/// 2100-01-01. No machine's clock is there yet, so a store that deletes by the machine's clock deletes
/// nothing of a test.
const START: Timestamp = Timestamp::constant(4_102_444_800, 0);

/// Stands still until somebody moves it.
#[derive(Debug)]
pub struct TestClock(Mutex<Timestamp>);

impl TestClock {
    pub const fn at(start: Timestamp) -> Self {
        Self(Mutex::new(start))
    }

    /// What would lead beyond the year 9999 stops there.
    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.checked_add(by).unwrap_or(Timestamp::MAX);
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::at(START)
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
