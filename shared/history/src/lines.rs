//! What changed between two versions of one file, line by line.

use gix::diff::blob::{
    Algorithm, Diff, InternedInput, Token, diff_with_slider_heuristics, sources::byte_lines,
};
use idwo_core::forge::{Content, Line};

/// git calls a file binary when one of its first 8000 bytes is NUL.
const BINARY_PROBE_BYTES: usize = 8000;

/// Unchanged lines that git shows around a change; changes nearer than twice that share a hunk.
const CONTEXT_LINES: u32 = 3;

/// Longest file that is compared, in lines of either side: with few distinct lines, time grows with
/// the product of both sides.
pub(crate) const FILE_LINES_MAX: usize = 100_000;

/// Longest file whose changed lines are only counted: 30 ms at worst, and there are thousands of them.
const COUNTED_LINES_MAX: usize = 20_000;

/// The change from `old` to `new`, by git's algorithm (Myers, with the indent heuristic); not read
/// when it is too long, or changes more than `lines_max` lines.
pub(crate) fn compare(old: &[u8], new: &[u8], lines_max: usize) -> Content {
    if is_binary(old) || is_binary(new) {
        return Content::Binary;
    }
    let input = InternedInput::new(byte_lines(old), byte_lines(new));
    if input.before.len().max(input.after.len()) > FILE_LINES_MAX {
        return Content::NotRead;
    }
    let diff = diff_with_slider_heuristics(Algorithm::Myers, &input);
    if (diff.count_additions() + diff.count_removals()) as usize > lines_max {
        return Content::NotRead;
    }
    let (mut added, mut deleted) = (Vec::new(), Vec::new());
    for hunk in diff.hunks() {
        let token_line = |tokens: &[Token], at: u32| {
            tokens
                .get(at as usize)
                .map(|token| line(at, input.interner[*token]))
        };
        deleted.extend(hunk.before.filter_map(|at| token_line(&input.before, at)));
        added.extend(hunk.after.filter_map(|at| token_line(&input.after, at)));
    }
    Content::Text {
        added,
        deleted,
        hunks: hunks_with_context(&diff),
    }
}

/// How many lines the change from `old` to `new` adds and deletes together; `None` for what has no
/// lines or is too long.
pub(crate) fn changed(old: &[u8], new: &[u8]) -> Option<u32> {
    if is_binary(old) || is_binary(new) {
        return None;
    }
    let input = InternedInput::new(byte_lines(old), byte_lines(new));
    if input.before.len().max(input.after.len()) > COUNTED_LINES_MAX {
        return None;
    }
    // Sliding hunks to nicer places changes no count.
    let diff = Diff::compute(Algorithm::Myers, &input);
    Some(diff.count_additions() + diff.count_removals())
}

pub(crate) fn is_binary(bytes: &[u8]) -> bool {
    bytes.iter().take(BINARY_PROBE_BYTES).any(|byte| *byte == 0)
}

fn line(index: u32, bytes: &[u8]) -> Line {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    Line {
        number: index + 1,
        text: String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn hunks_with_context(diff: &Diff) -> u32 {
    let mut hunks = 0;
    let mut shown_until = None;
    for hunk in diff.hunks() {
        let joins = shown_until.is_some_and(|end| hunk.before.start <= end + 2 * CONTEXT_LINES);
        hunks += u32::from(!joins);
        shown_until = Some(hunk.before.end);
    }
    hunks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(lines: &[Line]) -> Vec<u32> {
        lines.iter().map(|line| line.number).collect()
    }

    #[test]
    fn lines_are_numbered_on_their_own_side() {
        let Content::Text {
            added,
            deleted,
            hunks,
        } = compare(b"a\nb\nc\n", b"a\nx\ny\nc\n", 9)
        else {
            panic!("text")
        };
        assert_eq!(
            (numbers(&added), numbers(&deleted), hunks),
            (vec![2, 3], vec![2], 1)
        );
        assert_eq!(added[0].text, "x");
    }

    #[test]
    fn near_changes_share_a_hunk_and_far_ones_do_not() {
        let file = |changed: &[usize]| -> String {
            (0..40)
                .map(|n| {
                    if changed.contains(&n) {
                        format!("new {n}\n")
                    } else {
                        format!("{n}\n")
                    }
                })
                .collect()
        };
        let hunks =
            |changed: &[usize]| match compare(file(&[]).as_bytes(), file(changed).as_bytes(), 99) {
                Content::Text { hunks, .. } => hunks,
                _ => 0,
            };
        assert_eq!((hunks(&[]), hunks(&[5, 12]), hunks(&[5, 13])), (0, 1, 2));
    }

    #[test]
    fn what_changes_too_much_is_not_read() {
        assert!(matches!(
            compare(b"a\nb\n", b"c\n", 3),
            Content::Text { .. }
        ));
        assert!(matches!(compare(b"a\nb\n", b"c\n", 2), Content::NotRead));
        let long = "x\n".repeat(FILE_LINES_MAX + 1);
        assert!(matches!(
            compare(b"", long.as_bytes(), usize::MAX),
            Content::NotRead
        ));
    }

    #[test]
    fn bytes_with_nul_are_binary_and_bad_utf8_is_text() {
        assert!(matches!(compare(b"a", b"a\0b", 9), Content::Binary));
        assert!(matches!(
            compare(b"", b"\xff\xfe\n", 9),
            Content::Text { .. }
        ));
    }
}
