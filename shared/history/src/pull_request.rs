//! One pull request, as its clone recorded it and as of the moment before it landed.

use gix::ObjectId;
use idwo_core::evidence::Skipped;
use idwo_core::failure::Failure;
use idwo_core::forge::{Commit, Person, Provenance, PullRequest, not_of_the_branch};
use idwo_core::input::{CommitSha, Owner, PullNumber};
use idwo_core::watcher::Watcher;

use crate::changes;
use crate::open::OpenedClone;
use crate::people::{self, People};
use crate::read::{self, unreadable};
use crate::span::Span;

/// Most commits of one pull request that are read: what GitHub lists.
const COMMITS_MAX: usize = 250;

/// Longest commit message that is read, in bytes: what is said in a title and names tickets.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;

pub(crate) fn read(
    clone: &OpenedClone,
    number: PullNumber,
    watcher: &Watcher,
) -> Result<PullRequest, Failure> {
    let repo = clone.repo();
    let span = Span::find(clone, number, watcher)?;
    let known = clone.as_of(span.as_of, watcher)?;
    let people = &known.people;
    let (commits, mut skipped) = commits(&repo, &span, people)?;
    let changes = changes::between(&repo, span.base, span.result, watcher)?;
    skipped.extend(changes.skipped);
    skipped.extend(span.doubt.clone());
    skipped.extend(without_description(&span));
    if repo.is_shallow().unwrap_or_default() {
        skipped.push(Skipped::new(
            "history before the clone's boundary",
            "the clone is shallow",
        ));
    }
    let words = words(&repo, &span, &commits)?;
    Ok(PullRequest {
        since: None,
        repository: clone.name.clone(),
        number,
        co_authors: people.co_authors(&format!("{}\n{}", words.body, messages(&commits))),
        title: words.title,
        body: words.body,
        branch: span
            .landing
            .as_ref()
            .and_then(|landing| landing.branch.clone()),
        author: author(clone, &span, people, &commits),
        branch_owner: branch_owner(clone, &span),
        base: read::sha(span.base)?,
        head: read::sha(span.head)?,
        as_of: read::sha(span.as_of)?,
        as_of_at: read::committed_at(&read::commit(&repo, span.as_of)?),
        state: span.state,
        commits,
        files: changes.files,
        files_total: changes.total,
        lines_complete: changes.complete,
        skipped,
        provenance: Provenance {
            web: clone.web.clone(),
            note: clone.note.clone(),
        },
        record: None,
    })
}

/// Of `pull_request` what came after `seen`.
pub(crate) fn since(
    clone: &OpenedClone,
    pull_request: PullRequest,
    seen: &CommitSha,
    watcher: &Watcher,
) -> Result<PullRequest, Failure> {
    let repo = clone.repo();
    let (from, head) = (read::object_id(seen)?, read::object_id(&pull_request.head)?);
    let parted = repo.merge_base(from, head).ok().flatten();
    let is_ancestor = parted.map(gix::Id::detach) == Some(from);
    if !is_ancestor || !pull_request.has_commit(seen) {
        return Err(not_of_the_branch(seen));
    }
    let changes = changes::between(&repo, from, head, watcher)?;
    let kept = pull_request
        .commits
        .iter()
        .position(|commit| commit.sha == *seen);
    let mut commits = pull_request.commits;
    commits.truncate(kept.unwrap_or(commits.len()));
    Ok(PullRequest {
        since: Some(seen.clone()),
        base: seen.clone(),
        commits,
        files: changes.files,
        files_total: changes.total,
        lines_complete: changes.complete,
        skipped: changes.skipped,
        ..pull_request
    })
}

/// The branch's own commits, newest first; of a squash, the squash commit alone.
fn commits(
    repo: &gix::Repository,
    span: &Span,
    people: &People,
) -> Result<(Vec<Commit>, Vec<Skipped>), Failure> {
    let walk = repo
        .rev_walk([span.head])
        .with_hidden([span.as_of])
        .all()
        .map_err(unreadable("the branch"))?;
    let mut commits = Vec::new();
    let mut skipped = Vec::new();
    for info in walk {
        if commits.len() == COMMITS_MAX {
            skipped.push(Skipped::new(
                "older commits of the branch",
                format!("a branch is read up to {COMMITS_MAX} commits"),
            ));
            break;
        }
        let Ok(info) = info else {
            skipped.push(Skipped::new(
                "some commits of the branch",
                "one that cannot be read stands before them",
            ));
            break;
        };
        commits.push(read_commit(repo, info.id, people)?);
    }
    if span.is_squash() {
        let why = "they were squashed into one; the clone has no others";
        skipped.push(Skipped::new("the branch's own commits", why));
    }
    Ok((commits, skipped))
}

fn read_commit(repo: &gix::Repository, id: ObjectId, people: &People) -> Result<Commit, Failure> {
    let commit = read::commit(repo, id)?;
    Ok(Commit {
        sha: read::sha(id)?,
        author: people.author(&commit),
        message: people::without_reviews(&message(&commit)),
    })
}

fn message(commit: &gix::Commit<'_>) -> String {
    let bytes = commit.message_raw_sloppy();
    String::from_utf8_lossy(bytes.get(..MESSAGE_BYTES_MAX).unwrap_or(bytes)).into_owned()
}

fn messages(commits: &[Commit]) -> String {
    commits
        .iter()
        .map(|commit| commit.message.as_str())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Who opened it, as far as a clone shows: the owner of the fork it came from, where the history
/// shows that this is one person; else the author of the oldest commit.
fn author(clone: &OpenedClone, span: &Span, people: &People, commits: &[Commit]) -> Person {
    let oldest = commits
        .last()
        .map(|commit| commit.author.clone())
        .unwrap_or_default();
    if oldest.bot {
        return oldest;
    }
    let fork = span
        .landing
        .as_ref()
        .and_then(|landing| landing.fork_owner(clone.home.as_ref()));
    fork.and_then(|owner| people.owner_of_fork(owner))
        .unwrap_or(oldest)
}

fn branch_owner(clone: &OpenedClone, span: &Span) -> Option<String> {
    let owner = span.landing.as_ref()?.branch_owner.as_deref()?;
    let home = clone.home.as_ref().map(Owner::as_str);
    let is_home = home.is_some_and(|home| owner.eq_ignore_ascii_case(home));
    (!is_home).then(|| owner.to_owned())
}

struct Words {
    title: String,
    body: String,
}

/// What the landing says; else what the oldest commit that is no merge says.
fn words(repo: &gix::Repository, span: &Span, commits: &[Commit]) -> Result<Words, Failure> {
    let own = commits
        .iter()
        .rev()
        .map(|commit| commit.message.as_str())
        .find(|message| !message.starts_with("Merge "));
    let (subject, rest) = split(own.unwrap_or_default());
    let Some(landing) = &span.landing else {
        return Ok(Words {
            title: subject,
            body: rest,
        });
    };
    let landed = message(&read::commit(repo, span.result)?);
    let title = if landing.title.is_empty() {
        subject
    } else {
        landing.title.clone()
    };
    Ok(Words {
        title,
        body: people::without_reviews(&split(&landed).1),
    })
}

fn split(message: &str) -> (String, String) {
    let (subject, rest) = message.split_once('\n').unwrap_or((message, ""));
    (subject.trim().to_owned(), rest.to_owned())
}

/// GitHub's merge commits carry a title and no description; a bot's and a squash carry both.
fn without_description(span: &Span) -> Option<Skipped> {
    let by_hand = span
        .landing
        .as_ref()
        .is_none_or(|landing| landing.explicit && landing.approvers.is_empty());
    by_hand.then(|| {
        Skipped::new(
            "the pull request's description",
            "a clone does not hold it, so tickets that only it names are missing",
        )
    })
}
