//! Numbers in sentences.

/// `1 file`, `2 files`: for nouns that take an `s`.
pub(crate) fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
