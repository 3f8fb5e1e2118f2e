//! The folders that a change touches, and what landed in them before.

use std::collections::HashMap;

use idwo_core::past::{PastChange, PathId};

use super::FILES_MAX;
use crate::outline::TouchedFile;
use crate::paths;
use crate::track::Track;

/// Most changes of one folder that are looked at, newest first.
const FOLDER_CHANGES_MAX: usize = 300;

/// The folders of the change, each with its share of what changed.
pub(super) struct Folders {
    shares: HashMap<String, f64>,
    pub(super) left_out: usize,
}

impl Folders {
    pub(super) fn of(track: &Track<'_>) -> Self {
        let mut files: Vec<_> = track.outline.source().collect();
        if files.is_empty() {
            files = track.outline.files.iter().collect();
        }
        files.sort_by_key(|file| std::cmp::Reverse(file.lines));
        let left_out = files.len().saturating_sub(FILES_MAX);
        files.truncate(FILES_MAX);
        // Ten times the lines is more of the same, not ten times the reviewer.
        let weight = |file: &TouchedFile| (file.lines as f64).ln_1p() + 0.1;
        let total: f64 = files.iter().map(|file| weight(file)).sum();
        let mut shares = HashMap::new();
        for file in files {
            let path = file.path_before.as_ref().unwrap_or(&file.path);
            *shares.entry(folder(path).to_owned()).or_default() += weight(file) / total;
        }
        Self { shares, left_out }
    }

    /// Changes that touched a folder, with how much of the present change lies in what they
    /// touched: a change to many folders says less of each.
    pub(super) fn changes<'t>(&self, track: &'t Track<'_>) -> Vec<(&'t PastChange, f64)> {
        let folders = self.of_paths(track);
        let mut seen = HashMap::new();
        let mut changes = Vec::new();
        for change in &track.past.changes {
            let touched: Vec<_> = change.files.iter().map(|file| file.path).collect();
            let mut here: Vec<_> = touched
                .iter()
                .filter_map(|path| folders.get(path))
                .collect();
            here.sort();
            here.dedup();
            let mut weight = 0.0;
            for folder in here {
                let count = seen.entry(*folder).or_insert(0);
                *count += 1;
                if *count <= FOLDER_CHANGES_MAX {
                    weight += self.shares.get(*folder).copied().unwrap_or_default();
                }
            }
            if weight > 0.0 {
                let spread = spread(track, &touched);
                changes.push((change.as_ref(), weight / (spread as f64).sqrt()));
            }
        }
        changes
    }

    /// Of each path of the past in one of the folders, which one it is in.
    fn of_paths<'t>(&self, track: &'t Track<'_>) -> HashMap<PathId, &'t str> {
        let paths = (0u32..).zip(track.past.paths.iter());
        let placed = paths.map(|(id, path)| (PathId(id), folder(path)));
        placed
            .filter(|(_, folder)| self.shares.contains_key(*folder))
            .collect()
    }
}

/// How many folders a change touched.
fn spread(track: &Track<'_>, touched: &[PathId]) -> usize {
    let mut folders: Vec<_> = touched
        .iter()
        .map(|path| folder(track.past.path(*path)))
        .collect();
    folders.sort_unstable();
    folders.dedup();
    folders.len().max(1)
}

fn folder(path: &str) -> &str {
    paths::folder(path).unwrap_or("")
}
