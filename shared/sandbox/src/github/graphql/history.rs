//! Merged pull requests, the one that changed last first, page by page.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use idwo_core::past::{PastChange, PersonId};
use serde_json::{Value, json};

use super::{data, date, error};
use crate::github::Unusable;
use crate::github::accounts::Account;
use crate::github::git::{self, Git};
use crate::github::request::Asked;

/// Most pull requests on a page: GitHub's own limit.
const PAGE_MAX: usize = 100;

/// Files of each that the query asks for.
const FILES_SHOWN: usize = 100;

/// Reviews of each that the query asks for.
const REVIEWS_SHOWN: usize = 30;

/// Trailers that name who looked at a change: knowledge of the merge, in no description.
const REVIEW_TRAILERS: [&str; 5] = [
    "reviewed-by:",
    "acked-by:",
    "approved-by:",
    "reviewer:",
    "reviewers:",
];

pub(super) fn answer(git: &Git, asked: &Asked) -> Result<Value, Unusable> {
    let first = asked
        .variable("first")
        .and_then(Value::as_u64)
        .unwrap_or_default();
    let first = usize::try_from(first).unwrap_or(usize::MAX);
    if first > PAGE_MAX {
        return Ok(too_many(first));
    }
    let landed = git.landed();
    let after = asked.variable("after").and_then(Value::as_str);
    let Some(start) = start(&landed, after) else {
        return Ok(no_such_cursor(after.unwrap_or_default()));
    };
    let page: Vec<_> = landed.iter().skip(start).take(first).collect();
    let nodes = page.iter().map(|change| node(git, change));
    let nodes: Vec<_> = nodes.collect::<Result<_, _>>()?;
    let end = page.last().map(|change| cursor(change));
    let has_next = start + nodes.len() < landed.len();
    let page_info = json!({ "hasNextPage": has_next, "endCursor": end });
    Ok(data(json!({
        "defaultBranchRef": { "name": git.branch },
        "pullRequests": { "pageInfo": page_info, "nodes": nodes },
    })))
}

/// Where the page behind a cursor begins; `None` for a cursor that was never given.
fn start(landed: &[&std::sync::Arc<PastChange>], after: Option<&str>) -> Option<usize> {
    let Some(after) = after else {
        return Some(0);
    };
    let position = landed.iter().position(|change| cursor(change) == after);
    position.map(|position| position + 1)
}

/// Opaque, and the same at every asking.
fn cursor(change: &PastChange) -> String {
    BASE64_STANDARD.encode(format!("cursor:v2:{}", change.commit))
}

fn too_many(first: usize) -> Value {
    let message = format!(
        "Requesting {first} records on the `pullRequests` connection exceeds the `first` limit of {PAGE_MAX} records."
    );
    let path = json!(["repository", "pullRequests"]);
    json!({ "errors": [error("EXCESSIVE_PAGINATION", &path, &message)] })
}

fn no_such_cursor(after: &str) -> Value {
    let message = format!("`{after}` does not appear to be a valid cursor.");
    let path = json!(["repository", "pullRequests"]);
    json!({
        "data": { "repository": null },
        "errors": [error("INVALID_CURSOR_ARGUMENTS", &path, &message)],
    })
}

fn node(git: &Git, change: &PastChange) -> Result<Value, Unusable> {
    let account = |id: PersonId| git.past.person(id).and_then(|person| git.account(person));
    let message = message(git, change)?;
    let (title, body) = words(&message);
    let author = git.past.person(change.author);
    let actor = |account: Option<Account>| account.map(|account| account.actor());
    let reviews = change.reviewers.iter().take(REVIEWS_SHOWN).map(|id| {
        json!({ "author": actor(account(*id)), "state": "APPROVED", "submittedAt": date(change.at) })
    });
    let latest = json!({
        "authoredDate": date(change.written_at),
        "author": author.map(|author| json!({ "name": author.name, "email": author.email })),
    });
    Ok(json!({
        "number": change.number,
        "title": title,
        "body": body,
        "baseRefName": git.branch,
        "createdAt": date(change.begun_at),
        "updatedAt": date(change.at),
        "mergedAt": date(change.at),
        "mergeCommit": { "oid": change.commit },
        "changedFiles": change.files_total,
        "author": actor(account(change.author)),
        "mergedBy": actor(change.merged_by.and_then(account)),
        "files": { "nodes": files(git, change) },
        "reviews": { "nodes": reviews.collect::<Vec<_>>() },
        "commits": { "nodes": [{ "commit": { "authoredDate": date(change.begun_at) } }] },
        "latest": { "nodes": [{ "commit": latest }] },
    }))
}

/// In the order of their paths; all counted lines as added ones.
fn files(git: &Git, change: &PastChange) -> Vec<Value> {
    let files = change.files.iter();
    let lines: BTreeMap<_, _> = files
        .map(|file| (git.past.path(file.path), file.lines.unwrap_or_default()))
        .collect();
    let shown = lines.into_iter().take(FILES_SHOWN);
    shown
        .map(|(path, lines)| json!({ "path": path, "additions": lines, "deletions": 0 }))
        .collect()
}

fn message(git: &Git, change: &PastChange) -> Result<String, Unusable> {
    let repo = git.repo();
    let Some(id) = git::commit_id(&repo, change.commit.as_str()) else {
        return Ok(String::new());
    };
    Ok(repo.find_commit(id)?.message_raw_sloppy().to_string())
}

/// Title and description of the pull request that a commit's message stands for.
fn words(message: &str) -> (String, String) {
    let (subject, rest) = message.split_once('\n').unwrap_or((message, ""));
    let is_merge = [
        "Merge pull request #",
        "Auto merge of #",
        "Rollup merge of #",
    ]
    .iter()
    .any(|start| subject.starts_with(start));
    let said = |rest: &str| -> String {
        let lines = rest.lines().filter(|line| !is_review(line));
        lines.collect::<Vec<_>>().join("\n").trim().to_owned()
    };
    if is_merge {
        let (title, body) = rest
            .trim_start()
            .split_once('\n')
            .unwrap_or((rest.trim(), ""));
        return (title.trim().to_owned(), said(body));
    }
    let title = subject
        .rsplit_once("(#")
        .map_or(subject, |(title, _)| title);
    (title.trim().to_owned(), said(rest))
}

fn is_review(line: &str) -> bool {
    let line = line.to_lowercase();
    REVIEW_TRAILERS
        .iter()
        .any(|trailer| line.starts_with(trailer))
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_squash_and_a_merge_give_the_words_of_their_pull_request() {
        let words = |message| {
            let (title, body) = words(message);
            format!("{title}|{body}")
        };
        assert_eq!(
            words("Fix it (#12)\n\nBecause.\n\nReviewed-by: B <b@x>"),
            "Fix it|Because."
        );
        let merge = "Merge pull request #7 from ann/fix-it\n\nFix it\n\nCloses #3";
        assert_eq!(words(merge), "Fix it|Closes #3");
        assert_eq!(
            words("Merge pull request #7 from ann/fix-it\n\nFix it"),
            "Fix it|"
        );
        assert_eq!(words("Plain"), "Plain|");
    }
}
