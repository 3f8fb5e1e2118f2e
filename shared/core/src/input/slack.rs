//! Names that Slack gives.

use super::text::text_input;

text_input!(
    /// A Slack channel, by name (`#releases`) or by id (`C0123ABCDE`).
    SlackChannel, longest: 81,
    expected: "a Slack channel: '#' and at most 80 lower-case letters, digits, '-' or '_', or its id such as C0123ABCDE",
    rule: is_channel
);

fn is_channel(text: &str) -> bool {
    match text.strip_prefix('#') {
        Some(name) => is_channel_name(name),
        None => is_channel_id(text),
    }
}

fn is_channel_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
}

/// `C` for channels, `G` for the private ones made before 2021.
fn is_channel_id(text: &str) -> bool {
    (9..=20).contains(&text.len())
        && text.starts_with(['C', 'G'])
        && text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}
