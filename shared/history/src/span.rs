//! Between which commits a pull request lies.

use gix::ObjectId;
use idwo_core::evidence::Skipped;
use idwo_core::failure::Failure;
use idwo_core::forge::State;
use idwo_core::input::{PullNumber, RepositoryName};
use idwo_core::watcher::Watcher;

use crate::branches::{self, Branch};
use crate::landing::{self, Landing, landing};
use crate::main_line::{self, Parent};
use crate::open::OpenedClone;
use crate::read::{self, unreadable};

/// How far is looked for a rebased copy of a branch's head, in commits of the default branch.
const REBASED_WITHIN: usize = 5000;

pub(crate) struct Span {
    /// What the change is compared with.
    pub(crate) base: ObjectId,
    /// The commit that holds the whole change.
    pub(crate) result: ObjectId,
    /// The branch's tip, or the squash commit that stands for it.
    pub(crate) head: ObjectId,
    /// As of when everything but the change itself is read.
    pub(crate) as_of: ObjectId,
    pub(crate) landing: Option<Landing>,
    pub(crate) state: State,
    /// What a reader has to know of how it was found.
    pub(crate) doubt: Option<Skipped>,
}

impl Span {
    pub(crate) fn find(
        clone: &OpenedClone,
        number: PullNumber,
        watcher: &Watcher,
    ) -> Result<Self, Failure> {
        let repo = &clone.repo();
        let branch = branches::default(repo)?;
        let head = branches::pull_head(repo, number)?;
        let found = landing::find(clone, branch.tip, number, watcher)?;
        match (found, head) {
            (Some(found), None) => Self::landed(
                repo,
                found.id,
                (!found.on_main_line).then(off_the_main_line),
            ),
            (Some(found), Some(head)) => {
                let confirmed = is_landing_of(repo, found.id, head)?;
                if !confirmed && !found.on_main_line {
                    return Self::not_landed(repo, &branch, head, number);
                }
                Self::landed(repo, found.id, (!confirmed).then(by_another_author))
            }
            (None, Some(head)) => Self::not_landed(repo, &branch, head, number),
            (None, None) => Err(unknown_number(number, &clone.name, &branch)),
        }
    }

    fn landed(
        repo: &gix::Repository,
        id: ObjectId,
        doubt: Option<Skipped>,
    ) -> Result<Self, Failure> {
        let commit = read::commit(repo, id)?;
        let Parent::There(base) = main_line::parent(repo, &commit)? else {
            return Err(nothing_before());
        };
        Ok(Self {
            base,
            result: id,
            head: commit.parent_ids().nth(1).map_or(id, gix::Id::detach),
            as_of: base,
            landing: landing(&commit.message_raw_sloppy().to_string()),
            state: State::Merged {
                commit: read::sha(id)?,
                at: read::committed_at(&commit),
            },
            doubt,
        })
    }

    fn not_landed(
        repo: &gix::Repository,
        branch: &Branch,
        head: ObjectId,
        number: PullNumber,
    ) -> Result<Self, Failure> {
        let base = repo
            .merge_base(branch.tip, head)
            .map_err(unreadable("the common history"))?;
        let base = base
            .map(gix::Id::detach)
            .ok_or_else(|| no_common_history(number))?;
        if base == head {
            return Err(already_contained(number, branch));
        }
        let rebased = rebased_copy(repo, branch.tip, base, head)?;
        let why = match rebased {
            Some(copy) => format!("no commit names it, but {copy} looks like it rebased"),
            None => format!("no merge or squash commit of {} names it", branch.name),
        };
        Ok(Self {
            base,
            result: head,
            head,
            as_of: if rebased.is_some() { base } else { branch.tip },
            landing: None,
            state: State::Unknown { why },
            doubt: None,
        })
    }

    /// Whether the branch's own commits were replaced by one.
    pub(crate) fn is_squash(&self) -> bool {
        self.landing.is_some() && self.head == self.result
    }
}

fn off_the_main_line() -> Skipped {
    let why =
        "the commit that names it is not on the main line, and the clone has no refs/pull to tell";
    Skipped::new("whether this pull request is of this repository", why)
}

fn by_another_author() -> Skipped {
    let why = "the clone's refs/pull has another head, or one by another author";
    Skipped::new("whether the commit that names it is its landing", why)
}

/// Whether the commit `landed` is what became of `head`: merged it, or has its author.
fn is_landing_of(
    repo: &gix::Repository,
    landed: ObjectId,
    head: ObjectId,
) -> Result<bool, Failure> {
    let (landed, head_commit) = (read::commit(repo, landed)?, read::commit(repo, head)?);
    if let Some(merged) = landed.parent_ids().nth(1) {
        return Ok(merged.detach() == head);
    }
    let email =
        |commit: &gix::Commit<'_>| commit.author().ok().map(|author| author.email.to_string());
    Ok(email(&landed).is_some_and(|author| Some(author) == email(&head_commit)))
}

/// A commit of the default branch with the same author and subject.
fn rebased_copy(
    repo: &gix::Repository,
    tip: ObjectId,
    base: ObjectId,
    head: ObjectId,
) -> Result<Option<ObjectId>, Failure> {
    let line = |commit: &gix::Commit<'_>| {
        let email = commit.author().ok()?.email.to_string();
        let subject = commit.message_raw_sloppy().to_string();
        Some((email, subject.lines().next()?.to_owned()))
    };
    let Some(wanted) = line(&read::commit(repo, head)?) else {
        return Ok(None);
    };
    let walk = repo
        .rev_walk([tip])
        .with_hidden([base])
        .all()
        .map_err(unreadable("the history"))?;
    let mut commits = walk
        .map_while(Result::ok)
        .take(REBASED_WITHIN)
        .filter_map(|info| info.object().ok());
    Ok(commits
        .find(|commit| line(commit).is_some_and(|found| found == wanted))
        .map(|commit| commit.id))
}

fn nothing_before() -> Failure {
    Failure::caller(
        "the pull request landed as the first commit that this clone holds, so there is nothing to compare it with",
        "ask for a later one, or fetch the full history (git fetch --unshallow)",
    )
}

fn unknown_number(number: PullNumber, name: &RepositoryName, branch: &Branch) -> Failure {
    Failure::caller(
        format!(
            "the clone of {name} has no pull request {number}: no commit of {} names it and there is no refs/pull/{number}/head",
            branch.name
        ),
        format!(
            "set `pull_number` to one that landed here, or fetch it first (git fetch origin pull/{number}/head:refs/pull/{number}/head)"
        ),
    )
}

fn no_common_history(number: PullNumber) -> Failure {
    Failure::caller(
        format!("pull request {number} shares no history with the default branch"),
        "fetch the full history (git fetch --unshallow)",
    )
}

fn already_contained(number: PullNumber, branch: &Branch) -> Failure {
    Failure::caller(
        format!(
            "pull request {number} is already part of {}, and no commit there names it",
            branch.name
        ),
        "ask for one that landed as a merge or squash commit: the clone does not show where this one began",
    )
}
