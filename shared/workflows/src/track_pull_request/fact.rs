//! What a pull request's run is told.

use std::fmt;

use idwo_core::input::{CommitSha, ReleaseTag};
use idwo_core::logins;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::PullRequestName;

/// Something that has happened to a pull request, and when, by the clock of whoever keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum PullRequestFact {
    /// For the first time, or again.
    Opened {
        at: Timestamp,
    },
    ReviewAsked {
        at: Timestamp,
    },
    Reviewed {
        /// When the review was given; also where it is dismissed, since GitHub says no other time. So a
        /// dismissal never undoes what the same reviewer said later.
        at: Timestamp,
        by: Login,
        verdict: Verdict,
    },
    Merged {
        at: Timestamp,
        commit: CommitSha,
    },
    Released {
        at: Timestamp,
        tag: ReleaseTag,
    },
    /// Without having landed.
    Closed {
        at: Timestamp,
    },
}

/// Of two of the same time the later one of this list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Changes nothing of what the same reviewer said before.
    Commented,
    Approved,
    ChangesRequested,
    /// What was said counts no more.
    Dismissed,
}

/// GitHub's name of a person or a bot, in lower case. A bot's stands without the `[bot]` that webhooks write
/// after it and GraphQL does not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Login(String);

/// A fact and whose it is: two pull requests can have the same entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub of: PullRequestName,
    pub fact: PullRequestFact,
}

impl PullRequestFact {
    /// As it is written.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::ReviewAsked { .. } => "review_asked",
            Self::Reviewed { .. } => "reviewed",
            Self::Merged { .. } => "merged",
            Self::Released { .. } => "released",
            Self::Closed { .. } => "closed",
        }
    }
}

impl TryFrom<String> for Login {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits = logins::is_login(&text);
        let login = fits.then(|| text.strip_suffix("[bot]").unwrap_or(&text));
        let login = login.map(|login| Self(login.to_ascii_lowercase()));
        login.ok_or("a login of GitHub's, such as octocat or dependabot[bot]")
    }
}

impl From<Login> for String {
    fn from(login: Login) -> Self {
        login.0
    }
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
