//! The changed lines as a model reads them: the largest files first, within a budget, each line with its
//! number, without what looks like a credential. What is left out is said.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use idwo_core::evidence::Skipped;
use idwo_core::forge::{ChangedFile, Content, Line};

use super::withheld::{self, LINE_CHARS_MAX};
use crate::change::{Change, PATH_CHARS_MAX};
use crate::counted::counted;
use crate::quote::quote;

/// All changed lines of a question, in bytes: about 10,000 tokens.
pub(super) const DIFF_BYTES_MAX: usize = 30_000;

/// Those of one file, in bytes, so that a large file leaves room for two others.
const FILE_BYTES_MAX: usize = 10_000;

/// Most files that are named as left out; the others are counted.
const NAMED_MAX: usize = 5;

/// Longest name of one, in characters: all that a model adds has 4 KB.
const NAME_CHARS_MAX: usize = 100;

#[derive(Default)]
pub(super) struct Diff<'a> {
    pub(super) text: String,
    pub(super) files: Vec<Shown<'a>>,
    /// Files of which no line is for a model.
    not_shown: usize,
    /// Lines that were shown in part.
    lines_cut: usize,
}

/// A file, and what of it was shown.
pub(super) struct Shown<'a> {
    pub(super) file: &'a ChangedFile,
    /// Added lines, by their numbers in the new file.
    pub(super) lines: BTreeSet<u32>,
    left_out: usize,
}

impl<'a> Diff<'a> {
    pub(super) fn of(change: &Change<'a>) -> Self {
        let mut files: Vec<_> = change
            .reviewable()
            .filter(|file| file.churn() > 0)
            .collect();
        files.sort_by_key(|file| Reverse(file.churn()));
        let all = change.files().filter(|(file, _)| is_changed(file));
        let mut diff = Self {
            not_shown: all.count() - files.len(),
            ..Self::default()
        };
        for file in files {
            diff.show(file);
        }
        diff
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    fn show(&mut self, file: &'a ChangedFile) {
        let room = (DIFF_BYTES_MAX - self.text.len()).min(FILE_BYTES_MAX);
        let mut text = format!("file {}\n", quote(&file.path, PATH_CHARS_MAX));
        let mut shown = Shown {
            file,
            lines: BTreeSet::new(),
            left_out: file.churn(),
        };
        let lines = in_order(file);
        let texts: Vec<_> = lines.iter().map(Changed::text).collect();
        for (line, words) in lines.iter().zip(withheld::shown(&texts)) {
            let is_cut = words.ends_with('…') && line.text().chars().count() > LINE_CHARS_MAX;
            let number = line.added_number();
            let line = match number {
                Some(number) => format!("+{number} {words}\n"),
                None => format!("- {words}\n"),
            };
            if text.len() + line.len() > room {
                break;
            }
            text.push_str(&line);
            shown.left_out -= 1;
            self.lines_cut += usize::from(is_cut);
            shown.lines.extend(number);
        }
        if shown.left_out < file.churn() {
            self.text.push_str(&text);
        }
        self.files.push(shown);
    }

    /// What a model does not know of the change.
    pub(super) fn skipped(&self) -> Vec<Skipped> {
        let unseen = |shown: &&Shown<'_>| shown.left_out == shown.file.churn();
        let partly = |shown: &&Shown<'_>| shown.left_out > 0 && !unseen(shown);
        let unseen: Vec<_> = self.files.iter().filter(unseen).map(name).collect();
        let partly: Vec<_> = self.files.iter().filter(partly).map(name).collect();
        let named = [("", unseen), ("the rest of ", partly)];
        let named = named.into_iter().filter(|(_, names)| !names.is_empty());
        let named = named.map(|(of, names)| left_out(of, &names));
        named.chain(self.not_shown()).chain(self.cut()).collect()
    }

    fn not_shown(&self) -> Option<Skipped> {
        let files = counted(self.not_shown, "other file");
        let why = "not read, or locked, vendored or generated";
        (self.not_shown > 0).then(|| Skipped::new(format!("by the model: {files}"), why))
    }

    fn cut(&self) -> Option<Skipped> {
        let lines = counted(self.lines_cut, "line");
        (self.lines_cut > 0).then(|| withheld::cut(&lines))
    }
}

/// A file that was only renamed has no line to show.
fn is_changed(file: &ChangedFile) -> bool {
    file.churn() > 0 || !matches!(file.content, Content::Text { .. })
}

fn name(shown: &Shown<'_>) -> String {
    quote(&shown.file.path, NAME_CHARS_MAX)
}

fn left_out(of: &str, names: &[String]) -> Skipped {
    let named: Vec<_> = names.iter().take(NAMED_MAX).map(String::as_str).collect();
    let more = match names.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let what = format!(
        "by the model: {of}{} ({}{more})",
        counted(names.len(), "file"),
        named.join(", ")
    );
    let why = format!("it is shown {} KB of changed lines", DIFF_BYTES_MAX / 1_000);
    Skipped::new(what, why)
}

enum Changed<'a> {
    Added(&'a Line),
    Deleted(&'a Line),
}

impl<'a> Changed<'a> {
    fn text(&self) -> &'a str {
        match self {
            Self::Added(line) | Self::Deleted(line) => &line.text,
        }
    }

    fn added_number(&self) -> Option<u32> {
        match self {
            Self::Added(line) => Some(line.number),
            Self::Deleted(_) => None,
        }
    }
}

/// Deleted lines before those that stand in their place.
fn in_order(file: &ChangedFile) -> Vec<Changed<'_>> {
    let mut added = file.added().iter().peekable();
    let mut deleted = file.deleted().iter().peekable();
    let mut lines = Vec::with_capacity(file.churn());
    let (mut before, mut after) = (0_u64, 0_u64);
    loop {
        // A line's number on its side, less what changed above it there, is its place among the kept ones.
        let place = |line: &&Line, above: u64| u64::from(line.number).saturating_sub(above);
        let next_deleted = deleted.peek().map(|line| place(line, before));
        let next_added = added.peek().map(|line| place(line, after));
        let is_deleted = match (next_deleted, next_added) {
            (Some(deleted), Some(added)) => deleted <= added,
            (next_deleted, _) => next_deleted.is_some(),
        };
        let next = if is_deleted {
            before += 1;
            deleted.next().map(Changed::Deleted)
        } else {
            after += 1;
            added.next().map(Changed::Added)
        };
        match next {
            Some(line) => lines.push(line),
            None => return lines,
        }
    }
}

#[cfg(test)]
mod tests {
    use idwo_core::forge::FileChange;

    use super::*;

    fn file(added: &[(u32, &str)], deleted: &[(u32, &str)]) -> ChangedFile {
        let lines = |lines: &[(u32, &str)]| {
            let lines = lines.iter().map(|&(number, text)| Line {
                number,
                text: text.to_owned(),
            });
            lines.collect()
        };
        ChangedFile {
            path: "a.py".to_owned(),
            kind: FileChange::Modified,
            content: Content::Text {
                added: lines(added),
                deleted: lines(deleted),
                hunks: 1,
            },
        }
    }

    fn text(file: &ChangedFile) -> String {
        let mut diff = Diff::default();
        diff.show(file);
        diff.text
    }

    #[test]
    fn a_line_that_is_cut_is_said() {
        let file = file(&[(1, &"word ".repeat(60)), (2, "ends with …")], &[]);
        let mut diff = Diff::default();
        diff.show(&file);
        let whats: Vec<_> = diff.skipped().into_iter().map(|it| it.what).collect();
        assert_eq!(whats, ["by the model: the end of 1 line"]);
    }

    #[test]
    fn lines_come_in_the_order_of_the_file() {
        let file = file(
            &[(2, "  new two"), (10, "ten"), (11, "eleven")],
            &[(2, "old two"), (3, "old three"), (12, "twelve")],
        );
        let expected =
            "file a.py\n- old two\n- old three\n+2   new two\n+10 ten\n+11 eleven\n- twelve\n";
        assert_eq!(text(&file), expected);
    }

    #[test]
    fn nothing_that_looks_like_a_credential_is_shown() {
        let key = ["-----BEGIN PRIVATE", " KEY-----"].concat();
        let file = file(
            &[
                (1, &key),
                (2, "MIIEvgIBADANBgkqhkiG9w0BAQEFAASC"),
                (3, "-----END PRIVATE KEY-----"),
                (4, "after = 1"),
                (
                    5,
                    &format!("aws = \"{}\"", ["AKIA", "IOSFODNN7QWERTYU"].concat()),
                ),
            ],
            &[],
        );
        let text = text(&file);
        assert!(!text.contains("MIIE") && !text.contains("AKIA"), "{text}");
        assert!(text.contains("+4 after = 1\n"), "{text}");
    }
}
