//! The four numbers that risk is computed from.

use idwo_core::past::COUNTED;

use crate::outline::Role;
use crate::track::{TWO_YEARS, Track};

/// How many numbers there are.
pub const COUNT: usize = 4;

/// How far back reverts of the same files count, in days: they are rarer.
const REVERTS_DAYS: f64 = 1095.0;

/// With fewer changes to code among them, what is usual is unknown.
const COMPARED_MIN: usize = 20;

/// As the model takes them; `None` where the past is too short to tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Factors(pub [Option<f64>; COUNT]);

pub struct Name {
    /// What it counts is told in `docs/analyze_pr.md`.
    pub name: &'static str,
    pub unit: &'static str,
    pub evidence: &'static str,
    /// Why there may be no value.
    pub unknown: &'static str,
}

pub const NAMES: [Name; COUNT] = [
    Name {
        name: "source_lines",
        unit: "changed lines",
        evidence: "size",
        unknown: "",
    },
    Name {
        name: "larger_than_usual",
        unit: "share of recent changes",
        evidence: "risk",
        unknown: "fewer than 20 earlier changes to code were counted",
    },
    Name {
        name: "reverted_files",
        unit: "share of files",
        evidence: "file_history",
        unknown: "less than three years of history are read",
    },
    Name {
        name: "busy_files",
        unit: "changes a file",
        evidence: "file_history",
        unknown: "less than two years of history are read",
    },
];

impl Factors {
    pub fn of(track: &Track<'_>) -> Self {
        let source: usize = track.outline.source().map(|file| file.lines).sum();
        let files = SourceFiles::of(track);
        Self([
            Some((source as f64).ln_1p()),
            larger_than_usual(track),
            track.covers(REVERTS_DAYS).then(|| files.reverted_share()),
            track
                .covers(TWO_YEARS)
                .then(|| files.changes_a_file().ln_1p()),
        ])
    }

    /// As people read them: counts, not their logarithms.
    pub fn shown(&self) -> [Option<f64>; COUNT] {
        let [lines, larger, reverted, busy] = self.0;
        [
            lines.map(|lines| lines.exp_m1().round()),
            larger,
            reverted,
            busy.map(f64::exp_m1),
        ]
    }
}

/// How many of the newest changes to code changed fewer lines of code; 0 for a change to none.
fn larger_than_usual(track: &Track<'_>) -> Option<f64> {
    let code = track.outline.files.iter();
    let code = code.filter(|file| file.role == Role::Code);
    let own: usize = code.map(|file| file.lines).sum();
    let roles = track.roles();
    let usual = track.past.changes.iter().take(COUNTED);
    let usual = usual.filter_map(|change| roles.code_lines(change));
    let usual: Vec<_> = usual.filter(|lines| *lines > 0).collect();
    if usual.len() < COMPARED_MIN {
        return None;
    }
    let smaller = usual.iter().filter(|lines| **lines < own as u64).count();
    Some(smaller as f64 / usual.len() as f64)
}

/// What happened to each source file before.
struct SourceFiles {
    changes: Vec<usize>,
    reverts: Vec<usize>,
}

impl SourceFiles {
    fn of(track: &Track<'_>) -> Self {
        let files = track.outline.files.len();
        let mut found = Self {
            changes: vec![0; files],
            reverts: vec![0; files],
        };
        for change in track.since(REVERTS_DAYS) {
            let recent = track.age_days(change) <= TWO_YEARS;
            for file in track.touched(change) {
                if let (Some(changes), Some(reverts)) =
                    (found.changes.get_mut(file), found.reverts.get_mut(file))
                {
                    *changes += usize::from(recent);
                    *reverts += usize::from(change.intent.revert);
                }
            }
        }
        let source: Vec<_> = track
            .outline
            .files
            .iter()
            .map(|f| f.role.is_source())
            .collect();
        let kept = |counts: Vec<usize>| {
            let counts = counts.into_iter().zip(&source);
            counts
                .filter(|(_, source)| **source)
                .map(|(n, _)| n)
                .collect()
        };
        Self {
            changes: kept(found.changes),
            reverts: kept(found.reverts),
        }
    }

    fn changes_a_file(&self) -> f64 {
        let all: usize = self.changes.iter().sum();
        all as f64 / self.changes.len().max(1) as f64
    }

    fn reverted_share(&self) -> f64 {
        let reverted = self.reverts.iter().filter(|n| **n > 0).count();
        reverted as f64 / self.reverts.len().max(1) as f64
    }
}
