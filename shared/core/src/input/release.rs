//! The name of a release.

use super::text::text_input;

text_input!(
    /// A tag that git takes as it stands: what it forbids (`git check-ref-format`) is forbidden,
    /// and so is all but ASCII letters, digits, `.`, `_`, `+`, `-` and `/`.
    ReleaseTag, longest: 100,
    expected: "a release tag of at most 100 letters, digits, '.', '_', '+', '-' or '/', such as v2.1.0",
    rule: is_release_tag
);

fn is_release_tag(text: &str) -> bool {
    text.split('/').all(is_component)
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'+' | b'-' | b'/'))
}

fn is_component(part: &str) -> bool {
    !part.is_empty()
        && !part.starts_with('.')
        && !part.ends_with('.')
        && !part.ends_with(".lock")
        && !part.contains("..")
}
