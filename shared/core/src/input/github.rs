//! Names that GitHub gives: owners, repositories, pull requests, commits, issue addresses.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use super::text::{Rejected, text_input};

text_input!(
    /// The user or organisation a repository belongs to.
    Owner, longest: 39,
    expected: "a repository owner of at most 39 letters, digits, '-' or '_', such as rust-lang",
    rule: is_owner
);

text_input!(
    /// A repository's name, without its owner.
    Repo, longest: 100,
    expected: "a repository name of at most 100 letters, digits, '.', '-' or '_', such as cargo",
    rule: is_repo
);

text_input!(
    /// The full name of a commit: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits.
    CommitSha, longest: 64,
    expected: "a full commit id of 40 or 64 lower-case hexadecimal digits",
    rule: is_commit_sha
);

text_input!(
    /// The address of one issue on github.com, exactly as the site writes it.
    ///
    /// No other host, port, user, query or fragment is taken: what we fetch later is built from
    /// the parts, never from the text.
    GithubIssueUrl, longest: 200,
    expected: "https://github.com/OWNER/REPO/issues/NUMBER and nothing more",
    rule: is_github_issue_url
);

/// The number of a pull request: 1 to 2^31-1, the range of GitHub's own field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct PullNumber(u32);

/// Owner and name together, as `owner/repo`. GitHub compares both without case, and so do we.
#[derive(Debug, Clone, Serialize)]
pub struct RepositoryName {
    pub owner: Owner,
    pub repo: Repo,
}

impl GithubIssueUrl {
    pub fn repository(&self) -> Option<RepositoryName> {
        let (owner, repo, _) = issue_parts(self.as_str())?;
        Some(RepositoryName {
            owner: owner.parse().ok()?,
            repo: repo.parse().ok()?,
        })
    }

    pub fn number(&self) -> Option<PullNumber> {
        issue_parts(self.as_str())?.2.parse().ok()
    }
}

impl PullNumber {
    pub const EXPECTED: &'static str = "a whole number from 1 to 2147483647, such as 123";

    pub fn new(number: u64) -> Result<Self, Rejected> {
        match u32::try_from(number) {
            Ok(n) if n >= 1 && n <= i32::MAX as u32 => Ok(Self(n)),
            _ => Err(Rejected {
                expected: Self::EXPECTED,
            }),
        }
    }

    pub fn get(self) -> u32 {
        self.0
    }
}

impl FromStr for PullNumber {
    type Err = Rejected;

    /// Decimal digits only: no sign, no leading zero, no space.
    fn from_str(text: &str) -> Result<Self, Rejected> {
        let rejected = Rejected {
            expected: Self::EXPECTED,
        };
        if text.starts_with('0') || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(rejected);
        }
        text.parse().map_err(|_| rejected).and_then(Self::new)
    }
}

impl fmt::Display for PullNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl<'de> Deserialize<'de> for PullNumber {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Edge;
        impl Visitor<'_> for Edge {
            type Value = PullNumber;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(PullNumber::EXPECTED)
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<PullNumber, E> {
                PullNumber::new(number).map_err(E::custom)
            }
        }
        from.deserialize_u64(Edge)
    }
}

impl JsonSchema for PullNumber {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PullNumber".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": i32::MAX })
    }
}

impl FromStr for RepositoryName {
    type Err = Rejected;

    fn from_str(text: &str) -> Result<Self, Rejected> {
        let rejected = Rejected {
            expected: "OWNER/REPO, such as rust-lang/cargo",
        };
        let (owner, repo) = text.split_once('/').ok_or(rejected)?;
        Ok(Self {
            owner: owner.parse()?,
            repo: repo.parse()?,
        })
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.repo)
    }
}

impl PartialEq for RepositoryName {
    fn eq(&self, other: &Self) -> bool {
        self.owner
            .as_str()
            .eq_ignore_ascii_case(other.owner.as_str())
            && self.repo.as_str().eq_ignore_ascii_case(other.repo.as_str())
    }
}

impl Eq for RepositoryName {}

/// GitHub's own rule forbids `_`, but names of managed users carry one (`name_company`).
fn is_owner(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !text.ends_with('-')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn is_repo(text: &str) -> bool {
    !matches!(text, "" | "." | "..")
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}

fn is_commit_sha(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_github_issue_url(text: &str) -> bool {
    issue_parts(text).is_some_and(|(owner, repo, number)| {
        is_owner(owner) && is_repo(repo) && number.parse::<PullNumber>().is_ok()
    })
}

fn issue_parts(text: &str) -> Option<(&str, &str, &str)> {
    let mut parts = text.strip_prefix("https://github.com/")?.split('/');
    match (
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
    ) {
        (Some(owner), Some(repo), Some("issues"), Some(number), None) => {
            Some((owner, repo, number))
        }
        _ => None,
    }
}
