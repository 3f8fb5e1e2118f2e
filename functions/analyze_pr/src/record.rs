//! What GitHub's records say of the pull request as it is now: its checks and what they remark on lines,
//! reviews, labels, conflicts, and how old it has become. A clone holds none of it.

use std::collections::BTreeMap;

use idwo_core::evidence::Known;
use idwo_core::forge::{self, Conclusion, PullRequest, State, Verdict};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::change::{NAME_CHARS_MAX, PATH_CHARS_MAX};
use crate::quote::quote;
use crate::report::Listed;

/// Longest remark of a check that is shown, in characters.
const REMARK_CHARS_MAX: usize = 160;

/// Longest name of a check or a label that is shown, in characters.
const LABEL_CHARS_MAX: usize = 80;

const SECONDS_A_DAY: f64 = 86_400.0;

/// Why something is unknown that GitHub would tell.
const NOT_IN_A_CLONE: &str = "not in a clone";

#[derive(Debug, Serialize, JsonSchema)]
pub struct CheckRun {
    pub name: String,
    pub conclusion: Known<CheckEnd>,
    pub url: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckEnd {
    Passed,
    Failed,
    /// Waits for a person.
    ActionRequired,
    /// Skipped, cancelled, neutral or stale: says nothing of the change.
    Nothing,
}

/// What a check remarks on a line, such as a result of a linter or a scanner (SARIF).
#[derive(Debug, Serialize, JsonSchema)]
pub struct Remark {
    pub check: String,
    pub path: String,
    pub line: u32,
    /// `failure`, `warning` or `notice`.
    pub level: String,
    pub message: String,
}

/// Somebody's newest review that decides something, else their newest.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GivenReview {
    pub login: String,
    pub verdict: ReviewVerdict,
    /// RFC 3339, UTC.
    pub at: Known<String>,
    /// Whether the branch is still as they saw it.
    pub of_head: Known<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewVerdict {
    Approved,
    ChangesRequested,
    Commented,
    Dismissed,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Staleness {
    pub evidence: &'static str,
    /// Days since anything happened to it.
    pub idle_days: f64,
    /// Days since it was opened.
    pub age_days: f64,
    /// Commits of the branch it goes into that it lacks.
    pub behind_by: Known<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Draft,
    Open,
    Closed,
    Merged,
    Unknown,
}

pub(crate) fn stage(pull_request: &PullRequest) -> Stage {
    let draft = pull_request
        .record
        .as_ref()
        .is_some_and(|record| record.draft);
    match pull_request.state {
        State::Merged { .. } => Stage::Merged,
        State::Open if draft => Stage::Draft,
        State::Open => Stage::Open,
        State::Closed => Stage::Closed,
        State::Unknown { .. } => Stage::Unknown,
    }
}

pub(crate) fn labels(pull_request: &PullRequest) -> Known<Vec<String>> {
    known(pull_request, |record| match &record.labels {
        Known::Value(labels) => {
            let shown = labels.iter().map(|label| quote(label, LABEL_CHARS_MAX));
            Known::Value(shown.collect())
        }
        Known::Unknown { unknown } => Known::unknown(unknown.clone()),
    })
}

/// Those that did not pass first.
pub(crate) fn check_runs(pull_request: &PullRequest) -> Known<Listed<CheckRun>> {
    let mut runs = match checks(pull_request) {
        Ok(checks) => checks.iter().map(check_run).collect::<Vec<_>>(),
        Err(unknown) => return Known::unknown(unknown),
    };
    runs.sort_by_key(|run| match run.conclusion {
        Known::Value(CheckEnd::Failed) => 0,
        Known::Value(CheckEnd::ActionRequired) => 1,
        Known::Unknown { .. } => 2,
        Known::Value(CheckEnd::Nothing) => 3,
        Known::Value(CheckEnd::Passed) => 4,
    });
    Known::Value(Listed::new("check_runs", runs))
}

fn check_run(check: &forge::Check) -> CheckRun {
    let conclusion = check.conclusion.map(|conclusion| match conclusion {
        Conclusion::Passed => CheckEnd::Passed,
        Conclusion::Failed => CheckEnd::Failed,
        Conclusion::ActionRequired => CheckEnd::ActionRequired,
        Conclusion::Nothing => CheckEnd::Nothing,
    });
    CheckRun {
        name: quote(&check.name, LABEL_CHARS_MAX),
        conclusion: conclusion.map_or_else(|| Known::unknown("it has not ended"), Known::Value),
        url: check.url.clone().filter(|url| is_web(url)),
    }
}

/// Whether it is an address that a reader can be shown: anybody can run a check.
fn is_web(url: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_graphic() && !"<>\"`()[]{}\\^|".contains(c);
    url.starts_with("https://") && url.len() <= PATH_CHARS_MAX && url.chars().all(is_plain)
}

/// The most serious first.
pub(crate) fn remarks(pull_request: &PullRequest) -> Known<Listed<Remark>> {
    let checks = match checks(pull_request) {
        Ok(checks) => checks,
        Err(unknown) => return Known::unknown(unknown),
    };
    let total: u32 = checks.iter().map(|check| check.annotations_total).sum();
    let remarks = checks.iter().flat_map(|check| {
        let remarks = check.annotations.iter();
        remarks.map(|remark| Remark {
            check: quote(&check.name, LABEL_CHARS_MAX),
            path: quote(&remark.path, PATH_CHARS_MAX),
            line: remark.line,
            level: quote(&remark.level, LABEL_CHARS_MAX),
            message: quote(&remark.message, REMARK_CHARS_MAX),
        })
    });
    let mut remarks: Vec<_> = remarks.collect();
    remarks.sort_by_key(|remark| match remark.level.as_str() {
        "failure" => 0,
        "warning" => 1,
        _ => 2,
    });
    let total = remarks.len().max(total as usize);
    Known::Value(Listed::first("annotations", total, remarks))
}

fn checks(pull_request: &PullRequest) -> Result<&[forge::Check], String> {
    match pull_request.record.as_ref().map(|record| &record.checks) {
        Some(Known::Value(checks)) => Ok(checks),
        Some(Known::Unknown { unknown }) => Err(unknown.clone()),
        None => Err(NOT_IN_A_CLONE.to_owned()),
    }
}

pub(crate) fn conflicts(pull_request: &PullRequest) -> Known<bool> {
    known(pull_request, |record| record.conflicts.clone())
}

/// What each person said last, newest last: a comment takes nothing back.
pub(crate) fn reviews(pull_request: &PullRequest) -> Known<Listed<GivenReview>> {
    known(pull_request, |record| {
        let reviews = match &record.reviews {
            Known::Value(reviews) => reviews,
            Known::Unknown { unknown } => return Known::unknown(unknown.clone()),
        };
        let mut newest: BTreeMap<String, (usize, &forge::Review)> = BTreeMap::new();
        for (at, review) in reviews.iter().enumerate() {
            let who = review.by.login.clone().unwrap_or_default();
            let decided = newest.get(&who);
            let decided = decided.is_some_and(|(_, given)| given.verdict != Verdict::Commented);
            if !(decided && review.verdict == Verdict::Commented) {
                newest.insert(who, (at, review));
            }
        }
        let mut newest: Vec<_> = newest.into_values().collect();
        newest.sort_by_key(|(at, _)| *at);
        let given = newest
            .into_iter()
            .map(|(_, review)| given(review, pull_request));
        Known::Value(Listed::new("reviews", given.collect()))
    })
}

fn given(review: &forge::Review, pull_request: &PullRequest) -> GivenReview {
    let at = review.at.map(|at| Known::Value(at.to_string()));
    let of = review.of.as_ref();
    GivenReview {
        login: quote(
            review.by.login.as_deref().unwrap_or_default(),
            NAME_CHARS_MAX,
        ),
        verdict: match review.verdict {
            Verdict::Approved => ReviewVerdict::Approved,
            Verdict::ChangesRequested => ReviewVerdict::ChangesRequested,
            Verdict::Commented => ReviewVerdict::Commented,
            Verdict::Dismissed => ReviewVerdict::Dismissed,
        },
        at: at.unwrap_or_else(|| Known::unknown("GitHub does not tell")),
        of_head: of.map_or_else(
            || Known::unknown("the commit that was reviewed is gone"),
            |of| Known::Value(*of == pull_request.head),
        ),
    }
}

/// Of one that is still open.
pub(crate) fn staleness(pull_request: &PullRequest, now: Timestamp) -> Known<Staleness> {
    if !matches!(stage(pull_request), Stage::Open | Stage::Draft) {
        let why = match pull_request.record {
            Some(_) => "it is no longer open",
            None => NOT_IN_A_CLONE,
        };
        return Known::unknown(why);
    }
    known(pull_request, |record| {
        let days = |since: Timestamp| {
            let days = now.duration_since(since).as_secs_f64() / SECONDS_A_DAY;
            (days.max(0.0) * 10.0).round() / 10.0
        };
        let behind_by = record.behind_by.map(Known::Value);
        Known::Value(Staleness {
            evidence: "staleness",
            idle_days: days(record.updated_at),
            age_days: days(record.opened_at),
            behind_by: behind_by.unwrap_or_else(|| Known::unknown("GitHub does not tell")),
        })
    })
}

fn known<T>(pull_request: &PullRequest, tell: impl FnOnce(&forge::Record) -> Known<T>) -> Known<T> {
    match &pull_request.record {
        Some(record) => tell(record),
        None => Known::unknown(NOT_IN_A_CLONE),
    }
}

/// How many open pull requests wait for somebody's review, of the hundred that were touched last.
pub(crate) fn open_reviews(pull_request: &PullRequest, login: &Known<String>) -> Known<u32> {
    known(pull_request, |record| match (&record.waiting_for, login) {
        (Known::Value(counts), Known::Value(login)) => {
            let mut counts = counts.iter();
            let own = counts.find(|(who, _)| who.eq_ignore_ascii_case(login));
            Known::Value(own.map_or(0, |(_, count)| *count))
        }
        (Known::Unknown { unknown }, _) | (_, Known::Unknown { unknown }) => {
            Known::unknown(unknown.clone())
        }
    })
}
