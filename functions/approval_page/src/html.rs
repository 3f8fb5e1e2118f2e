//! Markup, and texts that cannot become any: markup is what stands in our own source, and all else is text.

use bytes::Bytes;
use idwo_core::untrusted;

/// Longest text, in characters: a line of a plan has 300.
const TEXT_CHARS_MAX: usize = 1000;

#[derive(Debug, Default)]
pub(crate) struct Html(String);

impl Html {
    pub(crate) fn markup(mut self, markup: &'static str) -> Self {
        self.0.push_str(markup);
        self
    }

    /// Anybody's words, as content or as the value of an attribute between quotes.
    pub(crate) fn text(mut self, text: &str) -> Self {
        for c in untrusted::plain(text, TEXT_CHARS_MAX).chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                c => self.0.push(c),
            }
        }
        self
    }

    pub(crate) fn then(mut self, more: Self) -> Self {
        self.0.push_str(&more.0);
        self
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        self.0.into()
    }
}
