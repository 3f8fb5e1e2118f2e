//! What GitHub's records tell of a pull request beside its commits.

use std::collections::BTreeMap;

use idwo_core::evidence::Known;
use idwo_core::forge::{LinkedIssue, Record, Review, Verdict};
use idwo_core::input::{CommitSha, PullNumber};
use jiff::Timestamp;
use serde::Deserialize;

use super::checks::{self, Rollup};
use super::graphql::Told;
use super::people::{Actor, person};
use super::pull_request::{Data, Described, Nodes, Repository, Stage};

/// The part of the answer that is about it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Checked {
    is_draft: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
    mergeable: Merge,
    labels: Option<Nodes<Label>>,
    closing_issues_references: Option<Nodes<Issue>>,
    reviews: Option<Nodes<Reviewed>>,
    commits: Nodes<Head>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Merge {
    #[serde(rename = "MERGEABLE")]
    Clean,
    Conflicting,
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
struct Label {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Issue {
    number: PullNumber,
    title: String,
    body: String,
    state: String,
    milestone: Option<Milestone>,
    repository: Named,
}

#[derive(Deserialize)]
struct Milestone {
    title: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    name_with_owner: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reviewed {
    author: Option<Actor>,
    state: String,
    submitted_at: Option<Timestamp>,
    commit: Option<Id>,
}

#[derive(Deserialize)]
struct Id {
    oid: CommitSha,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request {
    requested_reviewer: Option<Requested>,
}

/// A team has no login, and is nobody's turn.
#[derive(Deserialize)]
struct Requested {
    login: Option<String>,
}

#[derive(Deserialize)]
struct Head {
    commit: HeadCommit,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HeadCommit {
    status_check_rollup: Option<Rollup>,
}

/// The open pull requests that were touched last, at most a hundred.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OpenPull {
    review_requests: Option<Nodes<Request>>,
}

pub(super) type Open = Nodes<OpenPull>;

pub(super) fn record(
    told: &Told<Data>,
    home: &Repository,
    described: &Described,
    behind_by: Option<u32>,
) -> Record {
    let checked = &described.checked;
    Record {
        opened_at: checked.created_at,
        updated_at: checked.updated_at,
        draft: checked.is_draft,
        labels: listed(checked.labels.as_ref(), |label| Some(label.name.clone())),
        checks: checks(told, checked),
        conflicts: conflicts(described),
        behind_by,
        reviews: listed(checked.reviews.as_ref(), review),
        waiting_for: waiting(told, &home.open),
        issues: listed(checked.closing_issues_references.as_ref(), issue),
    }
}

/// Most entries of a list: what is asked for.
const LISTED_MAX: usize = 100;

/// A list that GitHub leaves out is one that it could not or may not tell.
fn listed<T, U>(nodes: Option<&Nodes<T>>, of: impl FnMut(&T) -> Option<U>) -> Known<Vec<U>> {
    match nodes {
        Some(nodes) => Known::Value(nodes.iter().take(LISTED_MAX).filter_map(of).collect()),
        None => Known::unknown("GitHub did not tell, or may not"),
    }
}

/// Without checks there is nothing to read; unread ones may be there.
fn checks(told: &Told<Data>, checked: &Checked) -> Known<Vec<idwo_core::forge::Check>> {
    if told.is_forbidden("statusCheckRollup") {
        return Known::unknown("the credential may not read checks");
    }
    if told.is_wrong("statusCheckRollup") {
        return Known::unknown("GitHub could not tell just now");
    }
    match checked.commits.iter().next() {
        Some(head) => checks::read(head.commit.status_check_rollup.as_ref()),
        None => Known::unknown("GitHub did not tell its head commit"),
    }
}

fn conflicts(described: &Described) -> Known<bool> {
    match (described.state, described.checked.mergeable) {
        (Stage::Open, Merge::Clean) => Known::Value(false),
        (Stage::Open, Merge::Conflicting) => Known::Value(true),
        (Stage::Open, Merge::Unknown) => {
            Known::unknown("GitHub is still computing it; ask again in a moment")
        }
        _ => Known::unknown("it is no longer open"),
    }
}

fn review(review: &Reviewed) -> Option<Review> {
    Some(Review {
        verdict: verdict(&review.state)?,
        by: person(review.author.as_ref()),
        at: review.submitted_at,
        of: review.commit.as_ref().map(|commit| commit.oid.clone()),
    })
}

/// One that was begun and not sent says nothing yet.
pub(super) fn verdict(state: &str) -> Option<Verdict> {
    Some(match state {
        "APPROVED" => Verdict::Approved,
        "CHANGES_REQUESTED" => Verdict::ChangesRequested,
        "COMMENTED" => Verdict::Commented,
        "DISMISSED" => Verdict::Dismissed,
        _ => return None,
    })
}

fn requested(requests: Option<&Nodes<Request>>) -> impl Iterator<Item = String> {
    let requests = requests.into_iter().flat_map(Nodes::iter);
    requests.filter_map(|request| request.requested_reviewer.as_ref()?.login.clone())
}

fn waiting(told: &Told<Data>, open: &Open) -> Known<Vec<(String, u32)>> {
    if told.is_wrong("open") {
        return Known::unknown("GitHub could not tell just now");
    }
    let mut counts = BTreeMap::<_, u32>::new();
    for login in open
        .iter()
        .flat_map(|pull| requested(pull.review_requests.as_ref()))
    {
        *counts.entry(login).or_default() += 1;
    }
    Known::Value(counts.into_iter().collect())
}

fn issue(issue: &Issue) -> Option<LinkedIssue> {
    Some(LinkedIssue {
        repository: issue.repository.name_with_owner.parse().ok()?,
        number: issue.number,
        title: issue.title.clone(),
        body: issue.body.clone(),
        open: issue.state == "OPEN",
        milestone: issue
            .milestone
            .as_ref()
            .map(|milestone| milestone.title.clone()),
    })
}
