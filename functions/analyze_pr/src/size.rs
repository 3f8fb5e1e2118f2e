//! How large the change is, in what languages, and how scattered.

use std::collections::BTreeMap;

use idwo_core::forge::{ChangedFile, Content};
use schemars::JsonSchema;
use serde::Serialize;

use crate::change::Change;
use crate::paths;

/// Counts are git's own (`git diff`), over all changed files whose lines are read. Which of several
/// similar files are paired as renamed can differ from `git diff -M`; each pair's numbers do not.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Size {
    pub evidence: &'static str,
    pub files: usize,
    pub added_lines: usize,
    pub deleted_lines: usize,
    /// Blocks of change with three lines of context, as `git diff` prints them.
    pub hunks: u32,
    /// Files whose lines are not counted: binary, too large, not files, or more than are read.
    pub files_without_lines: usize,
    /// Without lock, vendored and generated files: what people have to read.
    pub reviewable: Reviewable,
    /// Of reviewable files, largest first.
    pub languages: Vec<Language>,
    pub entropy: Entropy,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Reviewable {
    pub files: usize,
    pub added_lines: usize,
    pub deleted_lines: usize,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Language {
    pub language: &'static str,
    pub files: usize,
    pub added_lines: usize,
    pub deleted_lines: usize,
}

/// Shannon entropy of the changed lines over the reviewable files (Hassan, "Predicting faults
/// using the complexity of code changes", ICSE 2009).
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Entropy {
    pub evidence: &'static str,
    /// 0 when all lines are in one file, log2(files) when spread evenly.
    pub bits: f64,
    /// Bits over log2(files): 0 to 1; 0 for fewer than two files.
    pub normalised: f64,
}

pub(crate) fn size(change: &Change<'_>) -> Size {
    let all: Vec<_> = change.files().map(|(file, _)| file).collect();
    let reviewable: Vec<_> = change.reviewable().collect();
    let (added_lines, deleted_lines) = lines(&all);
    let (reviewable_added, reviewable_deleted) = lines(&reviewable);
    Size {
        evidence: "size",
        files: change.pull_request.files_total,
        added_lines,
        deleted_lines,
        hunks: all.iter().map(|file| file.hunks()).sum(),
        files_without_lines: change.pull_request.files_total
            - all
                .iter()
                .filter(|file| matches!(file.content, Content::Text { .. }))
                .count(),
        reviewable: Reviewable {
            files: reviewable.len(),
            added_lines: reviewable_added,
            deleted_lines: reviewable_deleted,
        },
        languages: languages(&reviewable),
        entropy: entropy(
            &reviewable
                .iter()
                .map(|file| file.churn())
                .collect::<Vec<_>>(),
        ),
    }
}

fn lines(files: &[&ChangedFile]) -> (usize, usize) {
    (
        files.iter().map(|file| file.added().len()).sum(),
        files.iter().map(|file| file.deleted().len()).sum(),
    )
}

fn languages(files: &[&ChangedFile]) -> Vec<Language> {
    let mut by_language: BTreeMap<&'static str, Vec<&ChangedFile>> = BTreeMap::new();
    for file in files {
        by_language
            .entry(paths::language(&file.path).unwrap_or("other"))
            .or_default()
            .push(file);
    }
    let mut languages: Vec<_> = by_language
        .into_iter()
        .map(|(language, files)| {
            let (added_lines, deleted_lines) = lines(&files);
            Language {
                language,
                files: files.len(),
                added_lines,
                deleted_lines,
            }
        })
        .collect();
    languages.sort_by_key(|l| std::cmp::Reverse(l.added_lines + l.deleted_lines));
    languages
}

fn entropy(churn: &[usize]) -> Entropy {
    let touched: Vec<f64> = churn
        .iter()
        .filter(|lines| **lines > 0)
        .map(|lines| *lines as f64)
        .collect();
    let total: f64 = touched.iter().sum();
    let bits: f64 = touched
        .iter()
        .map(|lines| lines / total)
        .map(|p| -p * p.log2())
        .sum();
    let most = (touched.len().max(1) as f64).log2();
    let normalised = if most > 0.0 { bits / most } else { 0.0 };
    Entropy {
        evidence: "entropy",
        bits: thousandths(bits),
        normalised: thousandths(normalised),
    }
}

fn thousandths(value: f64) -> f64 {
    // Adding zero turns the -0.0 of an empty sum into 0.0.
    (value * 1000.0).round() / 1000.0 + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(churn: &[usize]) -> (f64, f64) {
        let entropy = entropy(churn);
        (entropy.bits, entropy.normalised)
    }

    #[test]
    fn entropy_has_its_closed_forms() {
        assert_eq!(bits(&[]), (0.0, 0.0));
        assert_eq!(bits(&[7]), (0.0, 0.0));
        assert_eq!(bits(&[5, 5]), (1.0, 1.0));
        assert_eq!(bits(&[3, 3, 3, 3, 0]), (2.0, 1.0));
        assert_eq!(bits(&[3, 1]), (0.811, 0.811));
    }
}
