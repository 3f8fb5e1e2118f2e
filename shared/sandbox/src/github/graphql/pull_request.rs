//! One pull request: as the clone forge tells it, and with what was said of it.

use std::collections::HashMap;

use idwo_core::failure::Failure;
use idwo_core::forge::{ChangedFile, PullRequest, State};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{data, date, error};
use crate::github::Unusable;
use crate::github::git::{self, Git};
use crate::github::request::Asked;
use crate::github::said::{Check, Requested, Review, Said};

/// How many of each kind the query asks for.
const LABELS_SHOWN: usize = 100;
const ISSUES_SHOWN: usize = 50;
const REVIEWS_SHOWN: usize = 100;
const CHECKS_SHOWN: usize = 100;
const OPEN_SHOWN: usize = 100;
const OPEN_REQUESTS_SHOWN: usize = 10;

pub(super) async fn answer(
    git: &Git,
    said: &HashMap<u32, Said>,
    asked: &Asked,
) -> Result<Value, Unusable> {
    let number = asked
        .variable("number")
        .and_then(Value::as_u64)
        .unwrap_or_default();
    let number = u32::try_from(number).unwrap_or_default();
    let name = git.name.to_string();
    let mut repository = json!({
        "nameWithOwner": name,
        "defaultBranchRef": default_branch(git)?,
        "open": open(git, said)?,
    });
    let pull = match git.pull_request(number).await {
        Ok(pull) => pull,
        Err(Failure::Caller { .. }) => return Ok(no_such_pull(repository, number)),
        Err(failure) => return Err(failure.into()),
    };
    let nothing = Said::default();
    let said = said.get(&number).unwrap_or(&nothing);
    if let Some(fields) = repository.as_object_mut() {
        fields.insert("pullRequest".to_owned(), shown(git, &pull, said)?);
    }
    Ok(data(repository))
}

fn no_such_pull(mut repository: Value, number: u32) -> Value {
    if let Some(fields) = repository.as_object_mut() {
        fields.insert("pullRequest".to_owned(), Value::Null);
    }
    let path = json!(["repository", "pullRequest"]);
    let message = format!("Could not resolve to a PullRequest with the number of {number}.");
    json!({
        "data": { "repository": repository },
        "errors": [error("NOT_FOUND", &path, &message)],
    })
}

fn default_branch(git: &Git) -> Result<Value, Unusable> {
    let committed_at = moments(git, git.tip.as_str())?.1;
    let target = json!({ "oid": git.tip, "committedDate": date(committed_at) });
    Ok(json!({ "name": git.branch, "target": target }))
}

fn open(git: &Git, said: &HashMap<u32, Said>) -> Result<Value, Unusable> {
    let mut numbers = git.open_numbers()?;
    numbers.retain(|number| !said.get(number).is_some_and(|said| said.closed));
    let node = |number: &u32| {
        let requested = said.get(number).map(|said| said.requested.as_slice());
        json!({
            "number": number,
            "reviewRequests": requests(requested.unwrap_or_default(), OPEN_REQUESTS_SHOWN),
        })
    };
    let nodes: Vec<_> = numbers.iter().take(OPEN_SHOWN).map(node).collect();
    Ok(json!({ "totalCount": numbers.len(), "nodes": nodes }))
}

fn requests(requested: &[Requested], shown: usize) -> Value {
    let nodes = requested.iter().take(shown).map(Requested::node);
    json!({ "nodes": nodes.collect::<Vec<_>>() })
}

fn shown(git: &Git, pull: &PullRequest, said: &Said) -> Result<Value, Unusable> {
    let number = pull.number.get();
    let (created_at, written_at) = span(git, pull)?;
    let (state, merged_at) = match &pull.state {
        State::Merged { at, .. } => ("MERGED", at.map(date)),
        _ if said.closed => ("CLOSED", None),
        _ => ("OPEN", None),
    };
    let is_open = state == "OPEN";
    let mergeable = if is_open { "MERGEABLE" } else { "UNKNOWN" };
    let owner = pull.branch_owner.as_deref();
    let author = git.account(&pull.author).map(|account| account.actor());
    let branch = pull
        .branch
        .clone()
        .unwrap_or_else(|| format!("work/{number}"));
    let labels: Vec<_> = said
        .labels
        .iter()
        .map(|name| json!({ "name": name }))
        .collect();
    let name = git.name.to_string();
    let issues: Vec<_> = said.issues.iter().map(|issue| issue.node(&name)).collect();
    Ok(json!({
        "title": pull.title,
        "body": pull.body.trim(),
        "state": state,
        "isDraft": said.draft,
        "createdAt": date(created_at),
        "updatedAt": merged_at.clone().unwrap_or_else(|| date(written_at)),
        "mergedAt": merged_at,
        "mergeable": said.mergeable.as_deref().unwrap_or(mergeable),
        "additions": lines(pull, |file| file.added().len()),
        "deletions": lines(pull, |file| file.deleted().len()),
        "changedFiles": pull.files_total,
        "headRefName": branch,
        "headRefOid": pull.head,
        "baseRefName": git.branch,
        "baseRefOid": pull.base,
        "baseRef": { "target": { "oid": git.tip } },
        "headRepositoryOwner": { "login": owner.unwrap_or(git.name.owner.as_str()) },
        "isCrossRepository": owner.is_some(),
        "author": author,
        "mergeCommit": merge_commit(git, pull)?,
        "labels": { "nodes": labels.iter().take(LABELS_SHOWN).collect::<Vec<_>>() },
        "closingIssuesReferences": { "nodes": issues.iter().take(ISSUES_SHOWN).collect::<Vec<_>>() },
        "reviews": reviews(git, pull, said),
        "commits": {
            "totalCount": pull.commits.len(),
            "nodes": [{ "commit": { "statusCheckRollup": rollup(&said.checks) } }],
        },
    }))
}

fn lines(pull: &PullRequest, of: fn(&ChangedFile) -> usize) -> usize {
    pull.files.iter().map(of).sum()
}

/// When it was begun and when the last of it was written.
fn span(git: &Git, pull: &PullRequest) -> Result<(Timestamp, Timestamp), Unusable> {
    if let Some(change) = git.change(pull.number.get()) {
        return Ok((change.begun_at, change.written_at));
    }
    let commits = pull
        .commits
        .iter()
        .map(|commit| moments(git, commit.sha.as_str()));
    let written: Vec<_> = commits.collect::<Result<_, _>>()?;
    let written = written.iter().map(|(written_at, _)| *written_at);
    Ok((
        written.clone().min().unwrap_or_default(),
        written.max().unwrap_or_default(),
    ))
}

/// When a commit was written, and when it was committed.
fn moments(git: &Git, commit: &str) -> Result<(Timestamp, Timestamp), Unusable> {
    let repo = git.repo();
    let id = git::commit_id(&repo, commit).ok_or("a commit of the clone's is missing")?;
    Ok(git::times(&repo.find_commit(id)?))
}

fn merge_commit(git: &Git, pull: &PullRequest) -> Result<Value, Unusable> {
    let State::Merged { commit, at } = &pull.state else {
        return Ok(Value::Null);
    };
    let committed_at = match at {
        Some(at) => *at,
        None => moments(git, commit.as_str())?.1,
    };
    let before = date(pull.as_of_at.unwrap_or_default());
    let parent = json!({ "oid": pull.as_of, "committedDate": before });
    Ok(json!({
        "oid": commit, "committedDate": date(committed_at), "parents": { "nodes": [parent] },
    }))
}

/// Those whom the landing names approved it; others are as they were said.
fn reviews(git: &Git, pull: &PullRequest, said: &Said) -> Value {
    let head = pull.head.as_str();
    let change = git.change(pull.number.get());
    let approved = change.into_iter().flat_map(|change| {
        let people = change
            .reviewers
            .iter()
            .filter_map(|id| git.past.person(*id));
        let accounts = people.filter_map(|person| git.account(person));
        accounts.map(|account| {
            json!({
                "author": account.named(), "state": "APPROVED",
                "submittedAt": date(change.at), "commit": { "oid": head },
            })
        })
    });
    let said = said.reviews.iter().map(|review: &Review| review.node(head));
    let nodes: Vec<_> = said.chain(approved).collect();
    json!({
        "totalCount": nodes.len(),
        "nodes": nodes.iter().skip(nodes.len().saturating_sub(REVIEWS_SHOWN)).collect::<Vec<_>>(),
    })
}

fn rollup(checks: &[Check]) -> Value {
    if checks.is_empty() {
        return Value::Null;
    }
    let nodes = checks.iter().take(CHECKS_SHOWN).map(Check::context);
    json!({ "contexts": { "totalCount": checks.len(), "nodes": nodes.collect::<Vec<_>>() } })
}
