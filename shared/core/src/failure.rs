//! The three ways a call fails, told apart by who can act: the caller, an upstream, or us.
//!
//! | kind | who reads it | what it says |
//! |---|---|---|
//! | [`Failure::Caller`] | the caller, as a tool error | what is wrong and what to change |
//! | [`Failure::Upstream`] | the caller, as a tool error | which service, whether and when to try again |
//! | [`Failure::Ours`] | the log, once, with its sources | the caller sees a correlation id only |
//! | [`Failure::Stopped`] | nobody | the caller has gone |

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use crate::untrusted;

/// Longest text of an error that reaches a caller, in characters: an argument may be quoted in it.
const MESSAGE_CHARS_MAX: usize = 400;

pub type Source = Box<dyn Error + Send + Sync + 'static>;

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The call cannot be answered as it was made; made differently, it can.
    #[error("{what}; {change}")]
    Caller { what: String, change: String },

    /// A service or repository that we depend on did not do its part.
    #[error("{service} failed: {what}; {retry}")]
    Upstream {
        service: Cow<'static, str>,
        what: String,
        retry: Retry,
        source: Option<Source>,
    },

    /// Nobody waits for the answer any more: the client left, or the time was up.
    #[error("the call was stopped")]
    Stopped,

    /// A bug, a panic or a time-out of ours. `what` is for the log only.
    #[error("internal failure: {what}")]
    Ours {
        what: String,
        source: Option<Source>,
    },
}

/// Whether calling again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    Pointless,
    AfterSeconds(u32),
}

impl Failure {
    /// `what` is wrong with the call, and how to `change` it. Both may quote the caller's words.
    pub fn caller(what: impl fmt::Display, change: impl fmt::Display) -> Self {
        let plain =
            |text: &dyn fmt::Display| untrusted::plain(&text.to_string(), MESSAGE_CHARS_MAX);
        Self::Caller {
            what: plain(&what),
            change: plain(&change),
        }
    }

    pub fn unreadable_repository(what: impl fmt::Display, source: impl Into<Source>) -> Self {
        let what = untrusted::plain(&what.to_string(), MESSAGE_CHARS_MAX);
        Self::Upstream {
            service: Cow::Borrowed("git"),
            what,
            retry: Retry::Pointless,
            source: Some(source.into()),
        }
    }

    /// All places are taken; nothing was begun.
    pub fn busy(calls: usize, again_in_s: u32) -> Self {
        let what = format!("{calls} calls are under way");
        Self::Upstream {
            service: Cow::Borrowed("this server"),
            what,
            retry: Retry::AfterSeconds(again_in_s),
            source: None,
        }
    }

    pub fn ours(what: impl Into<String>, source: impl Into<Source>) -> Self {
        Self::Ours {
            what: what.into(),
            source: Some(source.into()),
        }
    }

    pub fn ours_without_source(what: impl Into<String>) -> Self {
        Self::Ours {
            what: what.into(),
            source: None,
        }
    }

    /// The failure and what caused it, outermost first, for the one place that logs it.
    pub fn chain(&self) -> String {
        chain(self)
    }
}

/// An error and what caused it, outermost first.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

impl fmt::Display for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pointless => f.write_str("calling again will not help until it is mended"),
            Self::AfterSeconds(seconds) => write!(f, "call again in {seconds} s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_argument_cannot_reorder_or_flood_the_message() {
        let hostile = format!("\u{202e}evil\r\n{}", "x".repeat(1000));
        let text =
            Failure::caller(format!("unknown repository {hostile}"), "name another").to_string();
        assert!(text.starts_with("unknown repository evil"), "{text}");
        assert!(text.len() < 500 && !text.contains(['\u{202e}', '\n', '\r']));
    }

    #[test]
    fn the_chain_names_every_cause_once() {
        let failure = Failure::ours("cannot write reply", std::io::Error::other("disk full"));
        assert_eq!(
            failure.chain(),
            "internal failure: cannot write reply: disk full"
        );
    }
}
