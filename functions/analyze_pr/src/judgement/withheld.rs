//! Somebody's code or words without what a model must not see: credentials, and private keys whole,
//! whether or not their first line is among what changed.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use idwo_core::evidence::Skipped;
use regex::Regex;

use crate::constant::constant;
use crate::credentials::looks_like;
use crate::quote::quote;

/// Longest line, in characters.
pub(super) const LINE_CHARS_MAX: usize = 240;

/// Widest indentation that is kept, in characters.
const INDENT_CHARS_MAX: usize = 40;

/// The first and the last line of a private key.
const KEY: (&str, &str) = ("private key", "-----END");

/// A whole line of a key's body: PEM breaks lines at 64 characters, others at 70 or 76.
const BODY: &str = r"[A-Za-z0-9+/]{60,}";

/// The rest of one, which is shorter.
const BODY_END: &str = r#"^[\s"'+]*[A-Za-z0-9+/]+={0,2}(?:\\n)?["',;+\s]*$"#;

/// So many such lines in a row are no accident: two hashes stand one below the other.
const BODY_LINES_MIN: usize = 3;

static BODY_PATTERN: LazyLock<Regex> = LazyLock::new(|| constant(BODY));
static BODY_END_PATTERN: LazyLock<Regex> = LazyLock::new(|| constant(BODY_END));

/// Each of `lines` as a model reads it.
pub(super) fn shown<'a>(lines: &'a [&'a str]) -> impl Iterator<Item = String> + 'a {
    let bodies = bodies(lines);
    let mut within_key = false;
    lines.iter().enumerate().map(move |(place, line)| {
        let begins = looks_like(line) == Some(KEY.0);
        let withheld = within_key || begins;
        within_key = withheld && !line.contains(KEY.1);
        if withheld || bodies.contains(&place) {
            return "[withheld: part of a private key]".to_owned();
        }
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        let indent = " ".repeat(indent.min(INDENT_CHARS_MAX));
        format!("{indent}{}", quote(line, LINE_CHARS_MAX))
    })
}

/// `lines` of which a model reads the beginning.
pub(super) fn cut(lines: &str) -> Skipped {
    let what = format!("by the model: the end of {lines}");
    let why = format!("it reads {LINE_CHARS_MAX} characters of a line");
    Skipped::new(what, why)
}

/// The places of lines that are the body of a key, by their looks.
fn bodies(lines: &[&str]) -> BTreeSet<usize> {
    let mut bodies = BTreeSet::new();
    let mut run = 0;
    for (place, line) in lines.iter().enumerate() {
        if BODY_PATTERN.is_match(line) {
            run += 1;
            continue;
        }
        let is_end = BODY_END_PATTERN.is_match(line);
        bodies.extend(body(run, place, is_end));
        run = 0;
    }
    bodies.extend(body(run, lines.len(), false));
    bodies
}

/// The places of a run of lines before `place`, and that too if the run ends in it.
fn body(run: usize, place: usize, is_end: bool) -> std::ops::Range<usize> {
    match run {
        BODY_LINES_MIN.. => place - run..place + usize::from(is_end),
        _ => place..place,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_withheld(lines: &[&str]) -> Vec<bool> {
        let shown = shown(lines);
        shown.map(|line| line.starts_with("[withheld")).collect()
    }

    #[test]
    fn a_key_that_began_above_is_not_shown() {
        let line = "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQC7VJTUt9Us8cKj";
        let quoted = format!("    \"{line}\\n\" +");
        let body = ["use a;", line, line, &quoted, "Us8cKj==", "after"];
        assert_eq!(is_withheld(&body), [false, true, true, true, true, false]);
        assert_eq!(is_withheld(&[line, line, line]), [true; 3]);
        let hashes = ["x = 1", line, line, "word"];
        assert_eq!(is_withheld(&hashes), [false; 4], "two are no key");
    }

    #[test]
    fn a_long_line_is_cut_and_a_wide_indentation_too() {
        let line = format!("{}{}", " ".repeat(99), "word ".repeat(99));
        let lines = [line.as_str()];
        let shown = shown(&lines).next().unwrap();
        assert_eq!(shown.chars().count(), INDENT_CHARS_MAX + LINE_CHARS_MAX);
    }
}
