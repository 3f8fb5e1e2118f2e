//! The port to where code lives: a git clone, or GitHub over HTTP.
//!
//! Nothing that happened after a pull request landed is in what it hands out.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::evidence::{Known, Skipped};
use crate::failure::Failure;
use crate::input::{CommitSha, PullNumber, RepositoryName};
use crate::past::Past;
use crate::watcher::Watcher;

#[async_trait]
pub trait Forge: Send + Sync {
    /// The pull request and all that it changes.
    async fn pull_request(
        &self,
        repository: &RepositoryName,
        number: PullNumber,
        watcher: &Watcher,
    ) -> Result<PullRequest, Failure>;

    /// Of `pull_request` what its branch changed since it was at `seen`, an earlier commit of it.
    async fn since(
        &self,
        pull_request: PullRequest,
        seen: &CommitSha,
        watcher: &Watcher,
    ) -> Result<PullRequest, Failure>;

    /// Files at their commits, in the order in which they are asked for.
    async fn files(
        &self,
        repository: &RepositoryName,
        wanted: &[Place],
        watcher: &Watcher,
    ) -> Result<Vec<File>, Failure>;

    /// All that landed before `pull_request` did, or as much of it as can be read in time.
    async fn past(
        &self,
        pull_request: &PullRequest,
        watcher: &Watcher,
    ) -> Result<Arc<Past>, Failure>;
}

/// Largest file that is read whole, in bytes: the most that GitHub gives of one in a query.
pub const FILE_BYTES_MAX: usize = 512_000;

/// One that is none of the branch's commits cannot be told from a typing error, nor from what a force push
/// left behind.
pub fn not_of_the_branch(seen: &CommitSha) -> Failure {
    Failure::caller(
        format!(
            "{seen} is no earlier commit of the pull request's branch, which may have been rewritten"
        ),
        "leave `since_sha` out, or set it to a `head_sha` of an earlier answer",
    )
}

/// A path at a commit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    pub commit: CommitSha,
    pub path: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum File {
    Content(Vec<u8>),
    Missing,
    /// There, and binary or larger than [`FILE_BYTES_MAX`].
    Unread,
}

#[derive(Debug, Clone)]
pub struct PullRequest {
    /// Whether it holds only what the branch changed since an earlier commit of it.
    pub since: Option<CommitSha>,
    pub repository: RepositoryName,
    pub number: PullNumber,
    pub title: String,
    /// Without trailers: who reviewed is knowledge of the merge.
    pub body: String,
    /// The branch it comes from, where its name was recorded.
    pub branch: Option<String>,
    pub author: Person,
    /// GitHub's name of whoever owns the repository that the branch lies in, where that is not known to
    /// be this one: most likely the author.
    pub branch_owner: Option<String>,
    /// Named in trailers as having written it too.
    pub co_authors: Vec<Person>,
    pub state: State,
    /// What the change is compared with.
    pub base: CommitSha,
    /// The branch's tip, or the squash commit that stands for it.
    pub head: CommitSha,
    /// The last commit of the default branch that may be known: the first parent of what landed,
    /// or the branch's present tip while nothing did.
    pub as_of: CommitSha,
    /// Unknown where the commit's date is malformed.
    pub as_of_at: Option<Timestamp>,
    /// Newest first.
    pub commits: Vec<Commit>,
    /// In the order of their paths; at most as many as are read.
    pub files: Vec<ChangedFile>,
    pub files_total: usize,
    /// False when lines were left unread for a limit: what was not found may still be there.
    pub lines_complete: bool,
    /// Parts of the change that were not read, and why.
    pub skipped: Vec<Skipped>,
    pub provenance: Provenance,
    /// What only GitHub's own records tell, as they are now. A clone holds none of it.
    pub record: Option<Record>,
}

/// A pull request beside its commits: what people and machines said of it.
#[derive(Debug, Clone, Default)]
pub struct Record {
    pub opened_at: Timestamp,
    pub updated_at: Timestamp,
    pub draft: bool,
    pub labels: Known<Vec<String>>,
    /// Of the head commit; unknown where they may not be read.
    pub checks: Known<Vec<Check>>,
    /// Whether it cannot be merged as it is.
    pub conflicts: Known<bool>,
    /// Commits of the branch it goes into that it lacks.
    pub behind_by: Option<u32>,
    /// The newest hundred, oldest first.
    pub reviews: Known<Vec<Review>>,
    /// Of the hundred open pull requests that were touched last, how many wait for each login.
    pub waiting_for: Known<Vec<(String, u32)>>,
    pub issues: Known<Vec<LinkedIssue>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub name: String,
    /// `None` while it runs.
    pub conclusion: Option<Conclusion>,
    pub url: Option<String>,
    /// What it said of single lines, as SARIF results are shown.
    pub annotations: Vec<Annotation>,
    /// All that there are, listed here or not.
    pub annotations_total: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conclusion {
    Passed,
    Failed,
    /// Neutral, skipped, stale or cancelled: says nothing of the change.
    Nothing,
    ActionRequired,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    pub path: String,
    pub line: u32,
    /// `failure`, `warning` or `notice`.
    pub level: String,
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    pub by: Person,
    pub verdict: Verdict,
    pub at: Option<Timestamp>,
    /// The commit that was looked at.
    pub of: Option<CommitSha>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Approved,
    ChangesRequested,
    Commented,
    Dismissed,
}

/// An issue that the merge closes, by the forge's own account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedIssue {
    pub repository: RepositoryName,
    pub number: PullNumber,
    pub title: String,
    pub body: String,
    pub open: bool,
    pub milestone: Option<String>,
}

#[derive(Debug, Clone)]
pub enum State {
    Merged {
        commit: CommitSha,
        at: Option<Timestamp>,
    },
    Open,
    /// Without having landed.
    Closed,
    /// Open, closed, or landed without a trace; with what speaks for which.
    Unknown {
        why: String,
    },
}

#[derive(Debug, Clone)]
pub struct Commit {
    pub sha: CommitSha,
    pub author: Person,
    pub message: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    /// Lower case. Tells people apart; never shown.
    pub email: String,
    /// GitHub's name for them, where the repository gives it away.
    pub login: Option<String>,
    pub bot: bool,
}

/// A name of several words, in lower case: one person's. A single word can be anybody's.
pub fn full_name(name: &str) -> Option<String> {
    let name = name.trim().to_lowercase();
    name.contains(' ').then_some(name)
}

#[derive(Debug, Clone)]
pub struct ChangedFile {
    pub path: String,
    pub kind: FileChange,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileChange {
    Added,
    Deleted,
    Modified,
    Renamed { from: String },
}

#[derive(Debug, Clone)]
pub enum Content {
    Text {
        added: Vec<Line>,
        deleted: Vec<Line>,
        hunks: u32,
    },
    /// Has a NUL among its first 8000 bytes: git's own rule.
    Binary,
    /// Too large, or not a file (a submodule).
    NotRead,
}

/// One line of a file, without its end. `number` counts from 1, on its own side of the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub number: u32,
    pub text: String,
}

/// Where the data comes from, for the reply's `sources`.
#[derive(Debug, Clone)]
pub struct Provenance {
    /// `https://github.com/owner/repo` when the repository has such a home.
    pub web: Option<String>,
    pub note: Option<String>,
}

impl PullRequest {
    /// Whether `sha` is one of the branch's own commits, as far as these are known.
    pub fn has_commit(&self, sha: &CommitSha) -> bool {
        self.commits.iter().any(|commit| commit.sha == *sha)
    }
}

impl ChangedFile {
    pub fn added(&self) -> &[Line] {
        match &self.content {
            Content::Text { added, .. } => added,
            Content::Binary | Content::NotRead => &[],
        }
    }

    pub fn deleted(&self) -> &[Line] {
        match &self.content {
            Content::Text { deleted, .. } => deleted,
            Content::Binary | Content::NotRead => &[],
        }
    }

    pub fn hunks(&self) -> u32 {
        match self.content {
            Content::Text { hunks, .. } => hunks,
            Content::Binary | Content::NotRead => 0,
        }
    }

    /// Added and deleted lines together.
    pub fn churn(&self) -> usize {
        self.added().len() + self.deleted().len()
    }
}
