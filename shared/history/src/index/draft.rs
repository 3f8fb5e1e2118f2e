//! What is read of one commit of the main line, before its names are shared with other records.

use std::collections::HashSet;

use gix::ObjectId;
use gix::actor::SignatureRef;
use gix::bstr::{BStr, ByteSlice};
use idwo_core::failure::Failure;
use idwo_core::past::Intent;
use idwo_core::watcher::Watcher;

use super::record::{Id, Times};
use super::tables::Named;
use crate::landing::landing;
use crate::read::{self, unreadable};
use crate::{differing, people};

/// Most paths that are kept of one change: more is a reformat or an import, which says little about
/// any one file.
const PATHS_MAX: usize = 500;

/// Most commits of one branch that are walked to find its oldest: what GitHub lists of a pull request.
const BRANCH_COMMITS_MAX: usize = 250;

/// Most reviewers of one change.
const REVIEWERS_MAX: usize = 50;

/// Longest name or address that is kept, in bytes: twice what the longest real ones have.
const NAME_BYTES_MAX: usize = 256;

/// Longest message that is read, in bytes.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;

pub(crate) struct Draft {
    pub(crate) id: Id,
    pub(crate) parent: Option<Id>,
    pub(crate) times: Option<Times>,
    pub(crate) number: Option<u32>,
    pub(crate) author: Named,
    pub(crate) recorded: Named,
    pub(crate) committer: Named,
    pub(crate) merged: bool,
    pub(crate) reviewers: Vec<Named>,
    pub(crate) fork: Option<String>,
    pub(crate) intent: Intent,
    pub(crate) paths: Vec<String>,
    pub(crate) paths_total: u32,
}

impl Draft {
    /// Of the commit `id`, whose first parent is `parent`; `main_line` tells where its branch began.
    pub(crate) fn read(
        repo: &gix::Repository,
        id: ObjectId,
        parent: Option<ObjectId>,
        main_line: &HashSet<ObjectId>,
        watcher: &Watcher,
    ) -> Result<Self, Failure> {
        let commit = read::commit(repo, id)?;
        let message = commit.message_raw_sloppy();
        let message = message.get(..MESSAGE_BYTES_MAX).unwrap_or(message);
        let message = message.to_str_lossy();
        let landing = landing(&message);
        let tip = commit.parent_ids().nth(1).map(gix::Id::detach);
        let branch = match tip {
            Some(tip) => Branch::read(repo, tip, main_line)?,
            None => Branch::of_one(&commit),
        };
        let (subject, body) = message.split_once('\n').unwrap_or((&message, ""));
        let title = landing.as_ref().map(|landing| landing.title.as_str());
        let title = title.filter(|title| !title.is_empty()).unwrap_or(subject);
        let (paths, paths_total) = paths(repo, &commit, parent, watcher)?;
        let approvers = landing.iter().flat_map(|landing| &landing.approvers);
        let mut reviewers = people::named_reviewers(&message);
        reviewers.extend(approvers.map(|login| Named::Login(login.clone())));
        reviewers.truncate(REVIEWERS_MAX);
        Ok(Self {
            id: Id::of(id)?,
            parent: parent.map(Id::of).transpose()?,
            times: times(&commit, &branch),
            number: landing.as_ref().map(|landing| landing.number.get()),
            author: branch.author,
            recorded: signature(commit.author()),
            committer: signature(commit.committer()),
            merged: tip.is_some(),
            reviewers,
            intent: Intent::of(title, body),
            fork: landing.and_then(|landing| landing.branch_owner),
            paths,
            paths_total,
        })
    }
}

/// The commits that a change consists of.
struct Branch {
    author: Named,
    written_at: Option<i64>,
    begun_at: Option<i64>,
}

impl Branch {
    fn of_one(commit: &gix::Commit<'_>) -> Self {
        let written_at = written_at(commit);
        Self {
            author: signature(commit.author()),
            written_at,
            begun_at: written_at,
        }
    }

    /// Along first parents, until the main line: it is there that the branch began.
    fn read(
        repo: &gix::Repository,
        tip: ObjectId,
        main_line: &HashSet<ObjectId>,
    ) -> Result<Self, Failure> {
        let mut branch = Self::of_one(&read::commit(repo, tip)?);
        let mut next = Some(tip);
        for _ in 0..BRANCH_COMMITS_MAX {
            // One that a shallow clone does not hold fails: when its branch began would be wrong, and
            // stay so once it is fetched.
            let Some(id) = next.filter(|id| !main_line.contains(id)) else {
                break;
            };
            let commit = read::commit(repo, id)?;
            let times = [branch.begun_at, written_at(&commit)];
            branch.begun_at = times.into_iter().flatten().min();
            next = commit.parent_ids().next().map(gix::Id::detach);
        }
        Ok(branch)
    }
}

fn times(commit: &gix::Commit<'_>, branch: &Branch) -> Option<Times> {
    let at = read::committed_at(commit)?.as_second();
    let written_at = branch.written_at.unwrap_or(at);
    Some(Times {
        at,
        written_at,
        begun_at: branch.begun_at.unwrap_or(written_at),
    })
}

fn written_at(commit: &gix::Commit<'_>) -> Option<i64> {
    read::written_at(commit).map(|at| at.as_second())
}

/// Nobody where it is malformed.
fn signature<E>(signature: Result<SignatureRef<'_>, E>) -> Named {
    let short = |text: &BStr| {
        let text = text.to_str_lossy();
        let is_short = text.len() <= NAME_BYTES_MAX;
        if is_short {
            text.into_owned()
        } else {
            String::new()
        }
    };
    let (name, email) = signature.map_or_else(
        |_| Default::default(),
        |found| (short(found.name), short(found.email)),
    );
    Named::Signature { name, email }
}

/// The paths that differ between a commit and what was before it, and how many they are.
fn paths(
    repo: &gix::Repository,
    commit: &gix::Commit<'_>,
    parent: Option<ObjectId>,
    watcher: &Watcher,
) -> Result<(Vec<String>, u32), Failure> {
    let new = commit.tree().map_err(unreadable("a commit's files"))?;
    let old = match parent {
        Some(parent) => read::tree(repo, parent)?,
        None => repo.empty_tree(),
    };
    let found = differing::between(repo, &old, &new, PATHS_MAX, watcher)?;
    let paths = found.entries.into_iter().map(|entry| entry.path);
    Ok((paths.collect(), found.total))
}
