//! The rest that a failing service is given, as a state machine without a clock of its own.

use std::time::Duration;

use jiff::Timestamp;

use super::Unanswered;

/// So many failures in a row, with no answer between them, and the service rests.
const FAILURES_MAX: u32 = 5;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Breaker {
    rest: Duration,
    state: State,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Closed {
        failures: u32,
    },
    /// Nobody asks before `until`.
    Open {
        until: Timestamp,
    },
    /// One asks, to see whether it is well again; the others wait until `until`.
    Probing {
        until: Timestamp,
    },
}

impl Breaker {
    pub(super) fn new(rest: Duration) -> Self {
        Self {
            rest,
            state: State::Closed { failures: 0 },
        }
    }

    /// Whether the service may be asked now.
    pub(super) fn allow(&mut self, now: Timestamp) -> Result<(), Unanswered> {
        let until = match self.state {
            State::Closed { .. } => return Ok(()),
            State::Open { until } | State::Probing { until } => until,
        };
        if now < until {
            return Err(Unanswered::Resting { until });
        }
        // A probe whose asker went away is followed by another.
        self.state = State::Probing {
            until: self.later(now),
        };
        Ok(())
    }

    pub(super) fn answered(&mut self) {
        self.state = State::Closed { failures: 0 };
    }

    pub(super) fn failed(&mut self, now: Timestamp) {
        let failures = match self.state {
            State::Closed { failures } => failures + 1,
            State::Open { .. } | State::Probing { .. } => FAILURES_MAX,
        };
        self.state = if failures < FAILURES_MAX {
            State::Closed { failures }
        } else {
            State::Open {
                until: self.later(now),
            }
        };
    }

    fn later(&self, now: Timestamp) -> Timestamp {
        now.checked_add(self.rest).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn broken() -> Breaker {
        let mut breaker = Breaker::new(Duration::from_secs(5));
        for second in 0..i64::from(FAILURES_MAX) {
            assert!(breaker.allow(at(second)).is_ok(), "{second}");
            breaker.failed(at(second));
        }
        breaker
    }

    #[test]
    fn a_service_that_fails_again_and_again_rests_and_is_then_probed_by_one() {
        let mut breaker = broken();
        let until = at(4 + 5);
        assert!(
            matches!(breaker.allow(at(8)), Err(Unanswered::Resting { until: u }) if u == until)
        );
        assert!(breaker.allow(until).is_ok());
        assert!(breaker.allow(until).is_err(), "a second probe");
        breaker.answered();
        assert!(breaker.allow(until).is_ok());
    }

    #[test]
    fn a_failed_probe_is_another_rest() {
        let mut breaker = broken();
        assert!(breaker.allow(at(9)).is_ok());
        breaker.failed(at(10));
        assert!(breaker.allow(at(14)).is_err());
        assert!(breaker.allow(at(15)).is_ok());
    }

    #[test]
    fn a_probe_that_never_came_back_is_followed_by_another() {
        let mut breaker = broken();
        assert!(breaker.allow(at(9)).is_ok());
        assert!(breaker.allow(at(13)).is_err());
        assert!(breaker.allow(at(14)).is_ok());
    }

    #[test]
    fn an_answer_between_failures_makes_them_few() {
        let mut breaker = Breaker::new(Duration::from_secs(5));
        for second in 0..20 {
            assert!(breaker.allow(at(second)).is_ok());
            if second % 2 == 0 {
                breaker.failed(at(second));
            } else {
                breaker.answered();
            }
        }
    }
}
