//! What goes wrong, where.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;

/// What somebody reaches out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Op {
    Read,
    Write,
    Send,
    Receive,
    Delete,
    Act,
    Find,
    Undo,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    Before,
    After,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point<'a> {
    pub op: Op,
    pub side: Side,
    /// What is written, sent or done.
    pub what: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Whoever is there is gone, and begins anew.
    Crash,
    /// It was not done, and that is said.
    Error,
    /// It was not done before the point, or was after it, and nobody says so.
    NoAnswer,
    /// It takes long.
    Delay(Duration),
    /// It was done, and comes twice.
    Twice,
    /// It is said that it was done, and it was not.
    Lost,
}

/// Longer than any lease, so that others go on meanwhile.
const LONG: Duration = Duration::from_secs(100);

/// Shorter than any try may take: others go on meanwhile, and it is done in the end.
const SHORT: Duration = Duration::from_secs(15);

/// As they are written in a plan.
const NAMES: [(&str, Fault); 7] = [
    ("crash", Fault::Crash),
    ("error", Fault::Error),
    ("no-answer", Fault::NoAnswer),
    ("delay", Fault::Delay(LONG)),
    ("short-delay", Fault::Delay(SHORT)),
    ("twice", Fault::Twice),
    ("lost", Fault::Lost),
];

#[derive(Debug, Clone)]
pub enum Chaos {
    None,
    /// At gates by their numbers, from 1.
    Planned(BTreeMap<u64, Fault>),
    /// This share of all gates, until this time: what comes afterwards has to get done.
    Random {
        share: f64,
        until: Timestamp,
    },
}

impl Point<'_> {
    pub fn name(&self) -> String {
        format!("{:?} {} {:?}", self.side, self.what, self.op).to_lowercase()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = NAMES.iter().find(|(_, fault)| fault == self);
        f.write_str(named.map_or("delay", |(name, _)| name))
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = NAMES.iter().find(|(name, _)| *name == text);
        let fault = named.map(|(_, fault)| *fault);
        fault.ok_or_else(|| format!("{text} is none of {:?}", NAMES.map(|(name, _)| name)))
    }
}

impl Op {
    /// Whether something is there afterwards that was not there before.
    pub(super) const fn lasts(self) -> bool {
        matches!(
            self,
            Self::Write | Self::Send | Self::Delete | Self::Act | Self::Undo
        )
    }
}

/// What can go wrong there.
pub(super) const fn faults(op: Op, side: Side) -> &'static [Fault] {
    use Fault::{Crash, Delay, Error, Lost, NoAnswer, Twice};
    match (op, side) {
        (Op::Read | Op::Receive, Side::Before) => &[Crash, Error, Delay(LONG)],
        (Op::Send, Side::Before) => &[Crash, Error, Lost],
        (Op::Send, Side::After) => &[Crash, NoAnswer, Twice],
        (Op::Write | Op::Find, Side::Before) => &[Crash, Error, NoAnswer, Delay(LONG)],
        (Op::Act | Op::Undo, Side::Before) => &[Crash, Error, NoAnswer, Delay(LONG), Delay(SHORT)],
        (Op::Delete, Side::Before) => &[Crash, Lost],
        (Op::Write | Op::Act | Op::Find | Op::Undo, Side::After) => &[Crash, NoAnswer, Delay(LONG)],
        (Op::Receive, Side::After) => &[Crash, Delay(LONG), Twice],
        (Op::Read | Op::Delete, Side::After) => &[Crash, Delay(LONG)],
    }
}

impl Chaos {
    pub(super) fn decide(
        &self,
        gate: u64,
        point: Point<'_>,
        now: Timestamp,
        rng: &mut fastrand::Rng,
    ) -> Option<Fault> {
        match self {
            Self::None => None,
            Self::Planned(plan) => plan.get(&gate).copied(),
            Self::Random { share, until } => {
                let goes_wrong = rng.f64() < *share && now < *until;
                let faults = faults(point.op, point.side);
                goes_wrong
                    .then(|| faults.get(rng.usize(0..faults.len())).copied())
                    .flatten()
            }
        }
    }
}
