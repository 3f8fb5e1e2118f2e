//! The main line: each commit's first parent in turn, as `git log --first-parent` goes.
//!
//! Written out rather than taken from gix's walk, which needs every commit's date: one malformed
//! date in an old history would make the whole of it unreadable.

use gix::ObjectId;
use idwo_core::failure::Failure;
use idwo_core::watcher::Watcher;

use crate::read::{self, unreadable};

/// How often a walk looks whether it is still wanted, in commits.
const LOOK_UP_EVERY: u64 = 256;

pub(crate) struct MainLine<'repo> {
    repo: &'repo gix::Repository,
    watcher: &'repo Watcher,
    next: Option<ObjectId>,
    seen: u64,
}

/// From `tip` backwards; ends with the history, or where a shallow clone ends.
pub(crate) fn from<'repo>(
    repo: &'repo gix::Repository,
    tip: ObjectId,
    watcher: &'repo Watcher,
) -> MainLine<'repo> {
    MainLine {
        repo,
        watcher,
        next: Some(tip),
        seen: 0,
    }
}

impl<'repo> Iterator for MainLine<'repo> {
    type Item = Result<gix::Commit<'repo>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let id = self.next.take()?;
        if self.seen.is_multiple_of(LOOK_UP_EVERY)
            && let Err(stopped) = self.watcher.go_on()
        {
            return Some(Err(stopped));
        }
        self.seen += 1;
        let commit = match read::commit(self.repo, id) {
            Ok(commit) => commit,
            Err(failure) => return Some(Err(failure)),
        };
        match parent(self.repo, &commit) {
            Ok(Parent::There(id)) => self.next = Some(id),
            Ok(Parent::None | Parent::BeyondTheClone) => (),
            Err(failure) => return Some(Err(failure)),
        }
        Some(Ok(commit))
    }
}

pub(crate) enum Parent {
    There(ObjectId),
    /// The history begins here.
    None,
    /// It has one, which a shallow clone does not hold.
    BeyondTheClone,
}

/// A commit's first parent.
pub(crate) fn parent(repo: &gix::Repository, commit: &gix::Commit<'_>) -> Result<Parent, Failure> {
    let Some(parent) = commit.parent_ids().next().map(gix::Id::detach) else {
        return Ok(Parent::None);
    };
    if repo.has_object(parent) {
        return Ok(Parent::There(parent));
    }
    if repo
        .is_shallow()
        .map_err(unreadable("the clone's boundary"))?
    {
        return Ok(Parent::BeyondTheClone);
    }
    Ok(Parent::There(parent))
}
