//! The plan as it is written, and which of its combinations have a meaning.

use std::num::NonZeroU32;
use std::time::Duration;

use serde::Deserialize;

use super::{Action, After, Astray, Before, Failing, Fault, FaultPlan, Op, Time};

/// Most faults of a plan: more than anybody reads.
const FAULTS_MAX: usize = 100;

/// Longest delay: longer than any time-out of ours.
const DELAY_MAX_MS: u64 = 600_000;

/// Why a text is no plan.
#[derive(Debug, thiserror::Error)]
pub enum NoPlan {
    #[error("the fault plan is no list of faults in JSON")]
    NoList(#[source] serde_json::Error),

    #[error("a fault plan of {0} faults; {FAULTS_MAX} is the most")]
    TooLong(usize),

    /// Counted from 1.
    #[error("fault {0} of the plan: {1}")]
    NoMeaning(usize, &'static str),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    op: Op,
    n: Option<NonZeroU32>,
    every: Option<NonZeroU32>,
    at: Option<At>,
    action: Word,
    ms: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum At {
    Before,
    After,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Crash,
    Delay,
    Error,
    Throttle,
    TimeoutNotApplied,
    TimeoutApplied,
    Duplicate,
    Reorder,
}

impl FaultPlan {
    /// A plan in JSON, as told above.
    ///
    /// # Errors
    /// What is no such list, or holds a fault that has no meaning.
    pub fn written(json: &str) -> Result<Self, NoPlan> {
        let written: Vec<Written> = serde_json::from_str(json).map_err(NoPlan::NoList)?;
        if written.len() > FAULTS_MAX {
            return Err(NoPlan::TooLong(written.len()));
        }
        let fault = |(i, written): (usize, &Written)| {
            let fault = written.fault();
            fault.map_err(|why| NoPlan::NoMeaning(i + 1, why))
        };
        let faults: Result<Vec<_>, _> = written.iter().enumerate().map(fault).collect();
        faults.map(Self)
    }
}

impl Written {
    fn fault(&self) -> Result<Fault, &'static str> {
        if !self.action.is_of(self.op) {
            return Err("this action has no meaning for this `op`");
        }
        Ok(Fault {
            op: self.op,
            time: self.time()?,
            action: self.action()?,
        })
    }

    const fn time(&self) -> Result<Time, &'static str> {
        match (self.n, self.every) {
            (Some(n), None) => Ok(Time::Nth(n)),
            (None, Some(every)) => Ok(Time::Every(every)),
            _ => Err("either `n` or `every` is needed"),
        }
    }

    fn action(&self) -> Result<Action, &'static str> {
        let delay = self.delay()?;
        let at = self.place()?;
        Ok(match (self.action, at) {
            (Word::Crash, At::Before) => Action::Before(Before::Crash),
            (Word::Crash, At::After) => Action::After(After::Crash),
            (Word::Delay, At::Before) => Action::Before(Before::Delay(delay)),
            (Word::Delay, At::After) => Action::After(After::Delay(delay)),
            (Word::Error, _) => Action::Before(Before::Fail(Failing::Error)),
            (Word::Throttle, _) => Action::Before(Before::Fail(Failing::Throttle)),
            (Word::TimeoutNotApplied, _) => Action::Before(Before::Fail(Failing::Timeout)),
            (Word::TimeoutApplied, _) => Action::After(After::Timeout),
            (Word::Duplicate, _) => Action::Astray(Astray::Duplicate),
            (Word::Reorder, _) => Action::Astray(Astray::Reorder),
        })
    }

    fn delay(&self) -> Result<Duration, &'static str> {
        match (self.action, self.ms) {
            (Word::Delay, Some(ms @ 1..=DELAY_MAX_MS)) => Ok(Duration::from_millis(ms)),
            (Word::Delay, _) => Err("`delay` needs `ms`, from 1 to 600,000"),
            (_, None) => Ok(Duration::ZERO),
            (_, Some(_)) => Err("`ms` is of `delay` alone"),
        }
    }

    fn place(&self) -> Result<At, &'static str> {
        match (self.action.only_at(), self.at) {
            (None, None) => Err("`at` is needed: `before` or `after`"),
            (None, Some(at)) | (Some(at), None) => Ok(at),
            (Some(only), Some(at)) if only == at => Ok(at),
            (Some(_), Some(_)) => Err("this action has no meaning at this place"),
        }
    }
}

impl Word {
    const fn is_of(self, op: Op) -> bool {
        match self {
            Self::Crash | Self::Delay | Self::Error | Self::TimeoutNotApplied => true,
            Self::Throttle => matches!(op, Op::Get | Op::Query | Op::Write),
            // Nothing is applied by reading.
            Self::TimeoutApplied => !matches!(op, Op::Get | Op::Query),
            Self::Duplicate | Self::Reorder => matches!(op, Op::Send),
        }
    }

    /// Where it has to be; `None` where both have a meaning.
    const fn only_at(self) -> Option<At> {
        match self {
            Self::Crash | Self::Delay => None,
            Self::Error | Self::Throttle | Self::TimeoutNotApplied => Some(At::Before),
            Self::TimeoutApplied | Self::Duplicate | Self::Reorder => Some(At::After),
        }
    }
}
