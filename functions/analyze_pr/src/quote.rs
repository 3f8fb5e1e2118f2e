//! Quoting somebody else's words.

use idwo_core::untrusted;

use crate::credentials::looks_like;

/// Safe, on one line, of at most `chars_max` characters, and withheld when they look like they hold
/// a credential. Whatever a reply quotes goes through here.
pub(crate) fn quote(text: &str, chars_max: usize) -> String {
    match looks_like(text) {
        Some(kind) => format!("[withheld: looks like a {kind}]"),
        None => untrusted::plain(text, chars_max),
    }
}
