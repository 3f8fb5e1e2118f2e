//! Whether the change is several: parts of it that nothing known holds together.
//!
//! Two files hang together when they lie in one folder, are called alike, or changed together
//! before. A file without a past goes with the one that lies nearest.

use std::collections::BTreeMap;

use idwo_core::evidence::Known;
use idwo_core::past::PastChange;
use schemars::JsonSchema;
use serde::Serialize;

use crate::change::PATH_CHARS_MAX;
use crate::outline::{Role, TouchedFile};
use crate::paths;
use crate::quote::quote;
use crate::together::FILES_MAX as TOGETHER_FILES_MAX;
use crate::track::{TWO_YEARS, Track};

/// Smaller parts are not worth a pull request of their own, in changed lines.
const PART_LINES_MIN: usize = 20;

/// Most files that are compared with each other: a larger change is a reformat or an import.
const FILES_MAX: usize = 300;

/// Most paths of a part that are named.
const NAMED_MAX: usize = 3;

/// Names that files have for what they are in their folder: they tie nothing together.
const SAID_EVERYWHERE: [&str; 8] = [
    "__init__", "build", "cargo", "index", "lib", "main", "mod", "package",
];

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Part {
    pub files: usize,
    pub lines: usize,
    /// The largest of its files.
    pub paths: Vec<String>,
}

/// The parts that could be reviewed alone, largest first; none when it hangs together.
pub(crate) fn parts(track: &Track<'_>) -> Known<Vec<Part>> {
    let files: Vec<_> = track.outline.files.iter().enumerate().collect();
    let files: Vec<_> = files
        .into_iter()
        .filter(|(_, f)| f.role.is_source())
        .collect();
    if files.len() > FILES_MAX {
        return Known::unknown(format!("more than {FILES_MAX} source files"));
    }
    let mut groups = Groups::new(track.outline.files.len());
    join_by_name(&files, &mut groups);
    join_by_past(track, &mut groups);
    join_strays(track, &files, &mut groups);
    let mut members: BTreeMap<usize, Vec<&TouchedFile>> = BTreeMap::new();
    for (index, file) in files {
        members.entry(groups.root(index)).or_default().push(file);
    }
    let mut parts: Vec<_> = members.into_values().filter_map(part).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.lines));
    if parts.len() < 2 {
        parts.clear();
    }
    Known::Value(parts)
}

/// `None` for one without code, or too small.
fn part(mut files: Vec<&TouchedFile>) -> Option<Part> {
    let lines = files.iter().map(|file| file.lines).sum();
    let has_code = files.iter().any(|file| file.role == Role::Code);
    if !has_code || lines < PART_LINES_MIN {
        return None;
    }
    files.sort_by_key(|file| std::cmp::Reverse(file.lines));
    let named = files.iter().take(NAMED_MAX);
    Some(Part {
        files: files.len(),
        lines,
        paths: named
            .map(|file| quote(&file.path, PATH_CHARS_MAX))
            .collect(),
    })
}

fn join_by_name(files: &[(usize, &TouchedFile)], groups: &mut Groups) {
    let mut folders = BTreeMap::new();
    let mut stems = BTreeMap::new();
    for (index, file) in files {
        let folder = paths::folder(&file.path).unwrap_or_default();
        groups.join(*index, *folders.entry(folder).or_insert(*index));
        let stem = stem(&file.path);
        if !SAID_EVERYWHERE.contains(&stem.as_str()) {
            groups.join(*index, *stems.entry(stem).or_insert(*index));
        }
    }
}

/// The name of a file without extension and without what marks a test.
fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let name = name.split('.').next().unwrap_or_default();
    let marks = [
        "_test", "_tests", "-test", "test_", "tests", "test", "_spec", "-spec",
    ];
    let mut name = name.to_owned();
    for mark in marks {
        let bare = name.strip_suffix(mark).or_else(|| name.strip_prefix(mark));
        if let Some(bare) = bare.filter(|bare| !bare.is_empty()) {
            name = bare.to_owned();
        }
    }
    name
}

fn join_by_past(track: &Track<'_>, groups: &mut Groups) {
    let small = |change: &&PastChange| change.files_total <= TOGETHER_FILES_MAX;
    for change in track.since(TWO_YEARS).filter(small) {
        let is_source = |at: &usize| {
            let file = track.outline.files.get(*at);
            file.is_some_and(|file| file.role.is_source())
        };
        let mut touched = track.touched(change).into_iter().filter(is_source);
        if let Some(first) = touched.next() {
            touched.for_each(|other| groups.join(first, other));
        }
    }
}

/// Files that no earlier change touched.
fn join_strays(track: &Track<'_>, files: &[(usize, &TouchedFile)], groups: &mut Groups) {
    let mut known = vec![false; track.outline.files.len()];
    for change in track.since(TWO_YEARS) {
        for at in track.touched(change) {
            if let Some(known) = known.get_mut(at) {
                *known = true;
            }
        }
    }
    let is_known = |index: usize| known.get(index).copied().unwrap_or_default();
    for (index, file) in files.iter().filter(|(index, _)| !is_known(*index)) {
        let others = files.iter().filter(|(other, _)| other != index);
        let nearest = others.max_by_key(|(other, at)| {
            (
                shared_folders(&file.path, &at.path),
                std::cmp::Reverse(*other),
            )
        });
        if let Some((other, _)) = nearest {
            groups.join(*index, *other);
        }
    }
}

fn shared_folders(a: &str, b: &str) -> usize {
    let pairs = a.split('/').zip(b.split('/'));
    pairs.take_while(|(a, b)| a == b).count()
}

/// Which files were joined: each points to another of its group, the last to itself.
struct Groups(Vec<usize>);

impl Groups {
    fn new(files: usize) -> Self {
        Self((0..files).collect())
    }

    fn root(&self, index: usize) -> usize {
        let mut at = index;
        while let Some(next) = self.0.get(at).filter(|next| **next != at) {
            at = *next;
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(place) = self.0.get_mut(a.max(b)) {
            *place = a.min(b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_called_like_what_it_tests() {
        for path in [
            "a/cart.rs",
            "tests/cart_test.rs",
            "b/CartTest.java",
            "test_cart.py",
            "cart.spec.ts",
        ] {
            assert_eq!(stem(path), "cart", "{path}");
        }
    }

    #[test]
    fn joining_is_transitive() {
        let mut groups = Groups::new(4);
        groups.join(0, 1);
        groups.join(3, 1);
        assert_eq!(groups.root(3), groups.root(0));
        assert_ne!(groups.root(2), groups.root(0));
    }
}
