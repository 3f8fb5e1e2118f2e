//! The lines of a file's patch, as GitHub gives it: git's own form, from the first `@@` on.

use idwo_core::forge::{Content, Line};

/// Reads a patch; `None` for one that is not in git's form.
pub(super) fn read(patch: &str) -> Option<Content> {
    let mut reader = Reader::default();
    for line in patch.split('\n') {
        reader.take(line)?;
    }
    Some(Content::Text {
        added: reader.added,
        deleted: reader.deleted,
        hunks: reader.hunks,
    })
}

/// Whether it is of a repository within the repository: git shows which commit of it is meant.
pub(super) fn is_submodule(patch: &str) -> bool {
    let mut lines = patch.lines().skip(1).peekable();
    let is_commit = |line: &str| {
        let rest = line.strip_prefix(['+', '-']);
        rest.is_some_and(|rest| rest.starts_with("Subproject commit "))
    };
    lines.peek().is_some() && lines.all(is_commit)
}

#[derive(Default)]
struct Reader {
    /// Where the next line stands before and after the change; `None` before the first header.
    at: Option<(u32, u32)>,
    added: Vec<Line>,
    deleted: Vec<Line>,
    hunks: u32,
}

impl Reader {
    fn take(&mut self, line: &str) -> Option<()> {
        if line.starts_with("@@ ") {
            self.at = Some(beginning(line)?);
            self.hunks += 1;
            return Some(());
        }
        let (old, new) = self.at?;
        let mut chars = line.chars();
        match chars.next() {
            Some('+') => {
                self.added.push(numbered(new, chars.as_str()));
                self.at = Some((old, new.checked_add(1)?));
            }
            Some('-') => {
                self.deleted.push(numbered(old, chars.as_str()));
                self.at = Some((old.checked_add(1)?, new));
            }
            // What stands there of a missing line end belongs to the line before it.
            Some('\\') => (),
            _ => self.at = Some((old.checked_add(1)?, new.checked_add(1)?)),
        }
        Some(())
    }
}

/// As the clone's lines: without a line end.
fn numbered(number: u32, text: &str) -> Line {
    Line {
        number,
        text: text.strip_suffix('\r').unwrap_or(text).to_owned(),
    }
}

/// Of `@@ -12,3 +14,5 @@ fn context()`: 12 and 14. Nothing before a change is written as line 0.
fn beginning(header: &str) -> Option<(u32, u32)> {
    let mut words = header.split(' ').skip(1);
    let mut side = |sign| {
        let range = words.next()?.strip_prefix(sign)?;
        let (start, count) = range.split_once(',').unwrap_or((range, "1"));
        let start: u32 = start.parse().ok()?;
        // Where a side has no lines, its number is that of the line before.
        if count == "0" {
            start.checked_add(1)
        } else {
            Some(start)
        }
    };
    Some((side('-')?, side('+')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Added and deleted lines as `NUMBER text`, and the hunks.
    fn told(patch: &str) -> Option<(Vec<String>, Vec<String>, u32)> {
        let Content::Text {
            added,
            deleted,
            hunks,
        } = read(patch)?
        else {
            return None;
        };
        let shown = |lines: Vec<Line>| {
            let lines = lines.iter().map(|l| format!("{} {}", l.number, l.text));
            lines.collect()
        };
        Some((shown(added), shown(deleted), hunks))
    }

    #[test]
    fn lines_have_the_numbers_of_their_side() {
        let patch = "@@ -1,4 +1,5 @@ fn f() {\n a\n-b\n+B\n+C\n d\n-e\n+E\n@@ -20 +21,0 @@\n-z";
        let (added, deleted, hunks) = told(patch).unwrap();
        assert_eq!(added, ["2 B", "3 C", "5 E"]);
        assert_eq!(deleted, ["2 b", "4 e", "20 z"]);
        assert_eq!(hunks, 2);
    }

    #[test]
    fn a_new_file_begins_at_its_first_line() {
        let (added, deleted, hunks) =
            told("@@ -0,0 +1,2 @@\n+a\n+b\n\\ No newline at end of file").unwrap();
        assert_eq!(
            (added, deleted, hunks),
            (vec!["1 a".to_owned(), "2 b".to_owned()], vec![], 1)
        );
    }

    #[test]
    fn a_line_that_looks_like_a_header_or_a_mark_is_a_line() {
        let (added, ..) = told("@@ -1 +1,3 @@\n+@@ -9 +9 @@\n++++ b\n+\\ x\n a").unwrap();
        assert_eq!(added, ["1 @@ -9 +9 @@", "2 +++ b", "3 \\ x"]);
    }

    #[test]
    fn a_repository_within_the_repository_is_told_from_a_file_that_speaks_of_one() {
        let moved = "@@ -1 +1 @@\n-Subproject commit 01\n+Subproject commit 02";
        assert!(is_submodule(moved));
        assert!(!is_submodule("@@ -1 +1,2 @@\n Subproject commit 01\n+more"));
        assert!(!is_submodule("@@ -1 +0,0 @@"));
    }

    #[test]
    fn what_is_no_patch_is_not_guessed() {
        for text in [
            "",
            "+a",
            "@@ x @@\n+a",
            "@@ -a +1 @@\n+a",
            "@@ -1 +4294967295,2 @@\n+a\n+b",
            "@@ -1 +4294967295,0 @@\n-a",
        ] {
            assert!(told(text).is_none(), "{text}");
        }
    }
}
