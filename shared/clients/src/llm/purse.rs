//! What may be spent on models in a day (UTC). Money is taken before a model is asked, so that questions
//! at the same time cannot spend the same rest, and what was too much is given back afterwards.

use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::refused::Refused;

/// Largest budget that is believed, in dollars: more is a slip of the keyboard.
const BUDGET_USD_MAX: f64 = 1_000.0;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Dollars(pub(super) f64);

pub(super) struct Purse {
    budget_usd: f64,
    spent: Mutex<Day>,
}

#[derive(Debug, Clone, Copy)]
struct Day {
    date: Date,
    usd: f64,
}

/// Money that was taken for one question, on its day. What is not settled stays spent.
#[must_use]
pub(super) struct Taken(Day);

impl Purse {
    pub(super) fn of(budget: Dollars) -> Self {
        let none = Day {
            date: Date::MIN,
            usd: 0.0,
        };
        Self {
            budget_usd: budget.0,
            spent: Mutex::new(none),
        }
    }

    pub(super) fn take(&self, usd: f64, now: Timestamp) -> Result<Taken, Refused> {
        let mut day = self.day(now);
        if day.usd + usd > self.budget_usd {
            return Err(Refused::Budget);
        }
        day.usd += usd;
        Ok(Taken(Day { usd, ..*day }))
    }

    /// It came to `usd`, be that less or more.
    pub(super) fn settle(&self, Taken(taken): Taken, usd: f64) {
        let mut day = self.lock();
        if day.date == taken.date {
            day.usd = (day.usd - taken.usd + usd).max(0.0);
        }
    }

    pub(super) fn left(&self, now: Timestamp) -> f64 {
        (self.budget_usd - self.day(now).usd).max(0.0)
    }

    /// Of today; a new day begins with nothing spent. A clock that goes back begins none.
    fn day(&self, now: Timestamp) -> MutexGuard<'_, Day> {
        let date = TimeZone::UTC.to_datetime(now).date();
        let mut day = self.lock();
        if date > day.date {
            *day = Day { date, usd: 0.0 };
        }
        day
    }

    fn lock(&self) -> MutexGuard<'_, Day> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FromStr for Dollars {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let usd = text.parse().ok().map(Self);
        usd.filter(|usd| (0.0..=BUDGET_USD_MAX).contains(&usd.0))
            .ok_or("dollars a day from 0 to 1000, such as 1.00")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_s_money_is_spent_once_and_comes_back_at_midnight() {
        let purse = Purse::of(Dollars(1.0));
        let late = at("2026-11-22T23:59:59Z");
        let taken = purse.take(0.75, late).unwrap();
        assert!(purse.take(0.5, late).is_err());
        purse.settle(taken, 0.25);
        assert_eq!(purse.left(late), 0.75);
        let taken = purse.take(0.75, late).unwrap();
        let midnight = at("2026-11-23T00:00:00Z");
        assert_eq!(purse.left(midnight), 1.0);
        purse.settle(taken, 0.0);
        assert_eq!(
            purse.left(midnight),
            1.0,
            "yesterday's money is not today's"
        );
        assert_eq!(
            purse.left(late),
            1.0,
            "a clock that goes back changes nothing"
        );
    }

    #[test]
    fn what_is_not_settled_stays_spent() {
        let purse = Purse::of(Dollars(1.0));
        let now = at("2026-11-22T12:00:00Z");
        drop(purse.take(0.75, now));
        assert_eq!(purse.left(now), 0.25);
    }

    #[test]
    fn a_budget_is_a_number_of_dollars() {
        assert_eq!("0.5".parse(), Ok(Dollars(0.5)));
        for bad in ["-1", "NaN", "inf", "1001", "$1", ""] {
            assert!(bad.parse::<Dollars>().is_err(), "{bad}");
        }
    }
}
