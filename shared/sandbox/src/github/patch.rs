//! The change of one file as GitHub shows it: git's unified diff without the file's header.

use gix::diff::blob::{
    Algorithm, Diff, Hunk, InternedInput, diff_with_slider_heuristics, sources::byte_lines,
};

/// Unchanged lines around a change; changes nearer than twice that share a hunk.
const CONTEXT_LINES: u32 = 3;

/// Longest heading of a hunk, in bytes: git's own limit.
const HEADING_BYTES_MAX: usize = 80;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Patch {
    /// Without a line end at its end, as GitHub sends it; empty where nothing changed.
    pub(super) text: String,
    pub(super) additions: u32,
    pub(super) deletions: u32,
}

/// From `old` to `new`, by git's algorithm (Myers, with the indent heuristic).
pub(super) fn between(old: &[u8], new: &[u8]) -> Patch {
    let input = InternedInput::new(byte_lines(old), byte_lines(new));
    let diff = diff_with_slider_heuristics(Algorithm::Myers, &input);
    let (old, new): (Vec<_>, Vec<_>) = (byte_lines(old).collect(), byte_lines(new).collect());
    let text = shared_hunks(&diff)
        .iter()
        .map(|hunks| shown(hunks, &old, &new))
        .collect::<String>();
    Patch {
        text: text.trim_end_matches('\n').to_owned(),
        additions: diff.count_additions(),
        deletions: diff.count_removals(),
    }
}

/// Changes whose context meets, together.
fn shared_hunks(diff: &Diff) -> Vec<Vec<Hunk>> {
    let mut shared: Vec<Vec<Hunk>> = Vec::new();
    for hunk in diff.hunks() {
        let last = shared.last_mut();
        let end = last
            .as_ref()
            .and_then(|hunks| hunks.last())
            .map(|hunk| hunk.before.end);
        match last {
            Some(hunks) if end.is_some_and(|end| hunk.before.start <= end + 2 * CONTEXT_LINES) => {
                hunks.push(hunk);
            }
            _ => shared.push(vec![hunk]),
        }
    }
    shared
}

fn shown(hunks: &[Hunk], old: &[&[u8]], new: &[&[u8]]) -> String {
    let (Some(first), Some(last)) = (hunks.first(), hunks.last()) else {
        return String::new();
    };
    let before = CONTEXT_LINES.min(first.before.start);
    let after = CONTEXT_LINES.min(length(old) - last.before.end);
    let (old_start, old_end) = (first.before.start - before, last.before.end + after);
    let (new_start, new_end) = (first.after.start - before, last.after.end + after);
    let mut text = format!(
        "@@ -{} +{} @@{}\n",
        range(old_start, old_end),
        range(new_start, new_end),
        heading(old, old_start)
    );
    let mut at = old_start;
    for hunk in hunks {
        text += &lines(' ', old, at..hunk.before.start);
        text += &lines('-', old, hunk.before.clone());
        text += &lines('+', new, hunk.after.clone());
        at = hunk.before.end;
    }
    text + &lines(' ', old, at..old_end)
}

fn length(lines: &[&[u8]]) -> u32 {
    u32::try_from(lines.len()).unwrap_or(u32::MAX)
}

/// `start,count`; an empty range names the line before it, and a count of one is left out.
fn range(start: u32, end: u32) -> String {
    match end - start {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        count => format!("{},{count}", start + 1),
    }
}

/// The nearest line before a hunk that begins with a letter, `_` or `$`.
fn heading(lines: &[&[u8]], before: u32) -> String {
    let above = lines.get(..before as usize).unwrap_or_default();
    let begins = |line: &&&[u8]| {
        line.first()
            .is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$'))
    };
    let Some(line) = above.iter().rev().find(begins) else {
        return String::new();
    };
    let short = line.get(..HEADING_BYTES_MAX).unwrap_or(line);
    let text = String::from_utf8_lossy(short);
    format!(" {}", text.trim_end())
}

fn lines(sign: char, lines: &[&[u8]], range: std::ops::Range<u32>) -> String {
    let shown = lines.get(range.start as usize..range.end as usize);
    let shown = shown.unwrap_or_default().iter();
    shown.map(|line| signed(sign, line)).collect()
}

fn signed(sign: char, line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    if text.ends_with('\n') {
        return format!("{sign}{text}");
    }
    format!("{sign}{text}\n\\ No newline at end of file\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(changed: &[usize]) -> String {
        let line = |number| match number {
            4 => "fn above() {\n".to_owned(),
            number if changed.contains(&number) => format!("  new {number}\n"),
            number => format!("  {number}\n"),
        };
        (1..=30).map(line).collect()
    }

    fn hunks(changed: &[usize]) -> Vec<String> {
        let patch = between(file(&[]).as_bytes(), file(changed).as_bytes());
        let headers = patch.text.lines().filter(|line| line.starts_with("@@"));
        headers.map(str::to_owned).collect()
    }

    #[test]
    fn near_changes_share_a_hunk_and_far_ones_do_not() {
        assert_eq!(hunks(&[8, 15]), ["@@ -5,14 +5,14 @@ fn above() {"]);
        assert_eq!(
            hunks(&[8, 16]),
            [
                "@@ -5,7 +5,7 @@ fn above() {",
                "@@ -13,7 +13,7 @@ fn above() {"
            ]
        );
        assert_eq!(
            hunks(&[1, 30]),
            ["@@ -1,4 +1,4 @@", "@@ -27,4 +27,4 @@ fn above() {"]
        );
    }

    #[test]
    fn a_line_end_that_is_missing_is_told_on_its_side() {
        let text = |old: &str, new: &str| between(old.as_bytes(), new.as_bytes()).text;
        let none = "\\ No newline at end of file";
        assert_eq!(text("a", "a\n"), format!("@@ -1 +1 @@\n-a\n{none}\n+a"));
        assert_eq!(text("a\n", "a"), format!("@@ -1 +1 @@\n-a\n+a\n{none}"));
        assert_eq!(
            text("b\na", "c\na"),
            format!("@@ -1,2 +1,2 @@\n-b\n+c\n a\n{none}")
        );
        assert_eq!(text("a\n", "a\n\n"), "@@ -1 +1,2 @@\n a\n+");
    }

    #[test]
    fn a_heading_ends_at_its_limit() {
        let old = format!("{}\n{}", "x".repeat(100), "  y\n".repeat(9));
        let patch = between(old.as_bytes(), format!("{old}z\n").as_bytes());
        assert!(
            patch
                .text
                .starts_with(&format!("@@ -8,3 +8,4 @@ {}\n", "x".repeat(80)))
        );
    }
}
