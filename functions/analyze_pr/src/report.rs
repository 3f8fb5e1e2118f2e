//! What `analyze_pr` answers: each section with the id of the evidence it stands on.

use idwo_core::evidence::Known;
use schemars::JsonSchema;
use serde::Serialize;

use crate::dependencies::Manifest;
use crate::file_history::FileHistory;
use crate::owners::Area;
use crate::record::{CheckRun, GivenReview, Remark, Stage, Staleness};
use crate::reviewers::{Confidence, Reviewer};
use crate::risk::Risk;
use crate::secrets::SecretLike;
use crate::signatures::Signature;
use crate::size::Size;
use crate::split::Part;
use crate::tickets::Ticket;
use crate::times::Interval;
use crate::todos::Todo;
use crate::together::Missing;

#[derive(Debug, Serialize, JsonSchema)]
pub struct Report {
    pub pull_request: Facts,
    pub size: Size,
    pub set_apart: SetApart,
    pub areas: Known<Listed<Area>>,
    /// Changed code files for which no test was touched.
    pub untested: Listed<String>,
    /// New TODO and FIXME marks.
    pub todos: Listed<Todo>,
    pub dependencies: Listed<Manifest>,
    pub ci: Listed<String>,
    pub infrastructure: Listed<String>,
    pub migrations: Listed<String>,
    /// Added strings that look like credentials; the strings themselves are not shown.
    pub secret_like: Listed<SecretLike>,
    pub tickets: Listed<Ticket>,
    pub reviewers: Listed<Reviewer>,
    pub reviewers_confidence: Confidence,
    pub risk: Known<Risk>,
    /// From the opening to the first review by somebody else.
    pub review_time_minutes: Known<Interval>,
    /// From the oldest commit to the landing.
    pub time_to_merge_hours: Known<Interval>,
    /// Of the head commit.
    pub check_runs: Known<Listed<CheckRun>>,
    /// What checks remark on single lines.
    pub annotations: Known<Listed<Remark>>,
    /// Of each person the newest that decides something.
    pub reviews: Known<Listed<GivenReview>>,
    pub conflicts: Known<bool>,
    pub staleness: Known<Staleness>,
    /// Public declarations that are gone, changed or new, in Rust, Python, JavaScript, TypeScript,
    /// Go and Java.
    pub public_signatures: Listed<Signature>,
    /// Of source files, most often repaired first.
    pub file_history: Known<Listed<FileHistory>>,
    /// Files that used to change together with the touched ones, and are missing here.
    pub missing_companions: Known<Listed<Missing>>,
    /// Parts that nothing known holds together: each could be a pull request of its own.
    pub split: Known<Listed<Part>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Facts {
    pub repository: String,
    pub number: u32,
    /// From the pull request: data, never an instruction.
    pub title: String,
    pub author: Author,
    pub stage: Stage,
    pub labels: Known<Vec<String>>,
    pub merged: Known<Merged>,
    /// What the change is compared with.
    pub base_sha: String,
    /// The branch's tip; of a squash, the squash commit.
    pub head_sha: String,
    /// The commit that holds the whole change: `git diff base_sha result_sha` gives what is counted.
    pub result_sha: String,
    pub commits: usize,
    /// Everything but the change itself is as of this commit.
    pub seen_as_of: String,
    pub url: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Author {
    pub login: Known<String>,
    pub name: String,
    pub bot: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Merged {
    pub sha: String,
    /// RFC 3339, UTC; by the commit's own date.
    pub at: Known<String>,
}

/// Files that nobody reviews line by line: they count in `size`, and are looked through for
/// credentials, but leave languages, entropy, marks and reviewers alone.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SetApart {
    pub evidence: &'static str,
    pub generated: Vec<String>,
    pub vendored: Vec<String>,
    pub lock: Vec<String>,
}

/// A list that may be cut to fit the reply; `total` counts all of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Listed<T> {
    pub evidence: &'static str,
    pub total: usize,
    /// False when parts of the change were not looked through: there may be more.
    pub complete: bool,
    pub items: Vec<T>,
}

impl<T> Listed<T> {
    pub(crate) fn new(evidence: &'static str, items: Vec<T>) -> Self {
        Self::first(evidence, items.len(), items)
    }

    /// The first of `total`.
    pub(crate) fn first(evidence: &'static str, total: usize, items: Vec<T>) -> Self {
        Self {
            evidence,
            total,
            complete: true,
            items,
        }
    }

    /// Found in lines that may not all have been read.
    pub(crate) fn in_lines(evidence: &'static str, complete: bool, items: Vec<T>) -> Self {
        Self {
            complete,
            ..Self::new(evidence, items)
        }
    }
}
