//! Reads what the index does not hold yet, newest first: whatever time allows is worth having.

use std::collections::HashSet;
use std::sync::PoisonError;

use gix::ObjectId;
use idwo_core::failure::Failure;
use idwo_core::past::Reach;
use idwo_core::watcher::{Progress, Watcher};

use super::draft::Draft;
use super::record::Id;
use super::{Index, LOOKED_AT_MAX};
use crate::main_line::{self, Parent};
use crate::open::OpenedClone;
use crate::{read, threads};

/// How many changes are read between two looks at the time, and added at once.
const BATCH: usize = 1024;

/// How often the walk looks whether it is still wanted, in commits.
const LOOK_UP_EVERY: usize = 256;

/// Adds what of the main line behind `tip` is not known yet, and says how far it is known then.
pub(super) fn bring_up(
    index: &Index,
    clone: &OpenedClone,
    tip: ObjectId,
    watcher: &Watcher,
) -> Result<Reach, Failure> {
    let mut walk = Walk::back(index, &clone.repo(), tip, watcher)?;
    if walk.missing.is_empty() {
        return Ok(walk.reach);
    }
    if index.state().would_overflow(walk.missing.len()) {
        index.state().begin_anew();
        walk = Walk::back(index, &clone.repo(), tip, watcher)?;
    }
    let Walk {
        missing,
        line,
        reach,
    } = walk;
    let main_line: HashSet<_> = line.into_iter().collect();
    let total = Some(missing.len() as u64);
    for (batch, done) in missing.chunks(BATCH).zip((0..).step_by(BATCH)) {
        watcher.go_on()?;
        if watcher.is_hurried() {
            return Ok(Reach::Unfinished);
        }
        watcher.report(Progress {
            what: "changes indexed",
            done,
            total,
        });
        let _reading = index.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let unread: Vec<_> = batch
            .iter()
            .filter(|commit| !is_known(index, commit.id))
            .collect();
        let read = threads::map(clone, &unread, |repo, commit| {
            watcher.go_on()?;
            Draft::read(repo, commit.id, commit.parent, &main_line, watcher)
        });
        if let Some(cut) = add(index, read)? {
            return Ok(cut);
        }
    }
    Ok(reach)
}

/// Adds drafts up to the first that could not be read, and says so if there is one.
fn add(index: &Index, read: Vec<Result<Draft, Failure>>) -> Result<Option<Reach>, Failure> {
    let mut drafts = Vec::new();
    let mut cut = None;
    for draft in read {
        match draft {
            Ok(draft) => drafts.push(draft),
            Err(failure @ (Failure::Stopped | Failure::Ours { .. })) => return Err(failure),
            Err(_) => {
                cut = Some("a commit before them, its branch or its files are not in the clone");
                break;
            }
        }
    }
    let mut state = index.state();
    state.add(drafts);
    if state.is_full() {
        cut = cut.or(Some("the names of people and paths take more than is kept"));
    }
    Ok(cut.map(|why| Reach::Cut {
        why: why.to_owned(),
    }))
}

struct Commit {
    id: ObjectId,
    parent: Option<ObjectId>,
}

/// The line behind a commit, as far as it can be followed.
struct Walk {
    /// Those without a record, newest first.
    missing: Vec<Commit>,
    /// All of them: a branch began where it leaves them.
    line: Vec<ObjectId>,
    reach: Reach,
}

impl Walk {
    fn back(
        index: &Index,
        repo: &gix::Repository,
        tip: ObjectId,
        watcher: &Watcher,
    ) -> Result<Self, Failure> {
        let mut walk = Self {
            missing: Vec::new(),
            line: Vec::new(),
            reach: Reach::Whole,
        };
        let mut next = Some(tip);
        while let Some(id) = next {
            if walk.line.len() == LOOKED_AT_MAX {
                return Ok(walk.cut(format!("{LOOKED_AT_MAX} changes are looked back")));
            }
            if walk.line.len().is_multiple_of(LOOK_UP_EVERY) {
                watcher.go_on()?;
            }
            walk.line.push(id);
            if let Some(parent) = known_parent(index, id) {
                next = parent;
                continue;
            }
            let commit = match read::commit(repo, id) {
                Ok(commit) => commit,
                Err(failure) if id == tip => return Err(failure),
                Err(_) => return Ok(walk.cut(format!("commit {id} cannot be read"))),
            };
            let parent = match main_line::parent(repo, &commit)? {
                Parent::There(parent) => Some(parent),
                Parent::None => None,
                // What this commit changed cannot be told without what was before it.
                Parent::BeyondTheClone => return Ok(walk.cut("the clone is shallow".to_owned())),
            };
            walk.missing.push(Commit { id, parent });
            next = parent;
        }
        Ok(walk)
    }

    fn cut(self, why: String) -> Self {
        Self {
            reach: Reach::Cut { why },
            ..self
        }
    }
}

/// The parent of a known commit: `Some(None)` for the first of all.
fn known_parent(index: &Index, id: ObjectId) -> Option<Option<ObjectId>> {
    let state = index.state();
    let entry = state.entry(Id::of(id).ok()?)?;
    Some(entry.record.parent.map(Id::object))
}

fn is_known(index: &Index, id: ObjectId) -> bool {
    known_parent(index, id).is_some()
}
