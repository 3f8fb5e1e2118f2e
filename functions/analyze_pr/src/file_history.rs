//! What happened to the touched files before: how often they changed, were repaired and taken back,
//! and by how many people.

use std::collections::HashSet;

use idwo_core::evidence::Known;
use idwo_core::past::{COUNTED, PastChange};
use schemars::JsonSchema;
use serde::Serialize;

use crate::change::PATH_CHARS_MAX;
use crate::quote::quote;
use crate::track::{TWO_YEARS, Track};

/// Of one file, in the two years before.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FileHistory {
    pub path: String,
    pub changes: u32,
    /// Changes whose title says that they repair something (fix, bug, crash, regression).
    pub fixes: u32,
    pub reverts: u32,
    pub authors: u32,
    /// Lines added and deleted by those of them that are among the repository's newest 200 changes;
    /// unknown where those of some are not counted: binary, too large, not in the clone.
    pub churn_lines: Known<u64>,
}

#[derive(Default, Clone)]
struct Count {
    changes: u32,
    fixes: u32,
    reverts: u32,
    authors: HashSet<usize>,
    lines: u64,
    uncounted: u32,
}

/// Those that people wrote, most often repaired first.
pub(crate) fn file_history(track: &Track<'_>) -> Vec<FileHistory> {
    let outline = track.outline;
    let counts = counts(track);
    let files = outline.files.iter().zip(counts);
    let source = files.filter(|(file, _)| file.role.is_source());
    let mut histories: Vec<_> = source
        .map(|(file, count)| history(&file.path, &count))
        .collect();
    histories.sort_by_key(|h| std::cmp::Reverse((h.fixes, h.changes)));
    histories
}

fn counts(track: &Track<'_>) -> Vec<Count> {
    let mut counts = vec![Count::default(); track.outline.files.len()];
    let changes = track.past.changes.iter().enumerate();
    for (place, change) in changes.filter(|(_, change)| track.age_days(change) <= TWO_YEARS) {
        for file in track.touched(change) {
            if let Some(count) = counts.get_mut(file) {
                count.changes += 1;
                count.fixes += u32::from(change.intent.fix);
                count.reverts += u32::from(change.intent.revert);
                count.authors.extend(track.who(change.author));
            }
        }
        if place < COUNTED {
            count_lines(track, change, &mut counts);
        }
    }
    counts
}

fn count_lines(track: &Track<'_>, change: &PastChange, counts: &mut [Count]) {
    for file in &change.files {
        if let Some(count) = track.file(file.path).and_then(|at| counts.get_mut(at)) {
            count.lines += file.lines.map_or(0, u64::from);
            count.uncounted += u32::from(file.lines.is_none());
        }
    }
}

fn history(path: &str, count: &Count) -> FileHistory {
    let churn_lines = if count.uncounted == 0 {
        Known::Value(count.lines)
    } else {
        Known::unknown(format!(
            "the lines of {} of these changes were not counted",
            count.uncounted
        ))
    };
    FileHistory {
        path: quote(path, PATH_CHARS_MAX),
        changes: count.changes,
        fixes: count.fixes,
        reverts: count.reverts,
        authors: count.authors.len() as u32,
        churn_lines,
    }
}

/// All of them together, for the evidence.
pub(crate) fn totals(histories: &[FileHistory]) -> (u32, u32, u32) {
    let sum = |of: fn(&FileHistory) -> u32| histories.iter().map(of).sum();
    (sum(|h| h.changes), sum(|h| h.fixes), sum(|h| h.reverts))
}
