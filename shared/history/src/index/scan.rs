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
    let (missing, reach) = missing(index, &clone.repo(), tip, watcher)?;
    if missing.is_empty() {
        return Ok(reach);
    }
    let mut main_line: HashSet<_> = index.state().ids().collect();
    main_line.extend(missing.iter().map(|commit| commit.id));
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
            Draft::read(repo, commit.id, commit.parent, &main_line)
        });
        if let Some(unreadable) = add(index, read) {
            return Ok(unreadable);
        }
    }
    Ok(reach)
}

/// Adds drafts up to the first that could not be read, and says so if there is one.
fn add(index: &Index, read: Vec<Result<Draft, Failure>>) -> Option<Reach> {
    let total = read.len();
    let drafts: Vec<_> = read.into_iter().map_while(Result::ok).collect();
    let complete = drafts.len() == total;
    index.state().add(drafts);
    (!complete).then(|| Reach::Cut {
        why: "a commit, or its files, cannot be read; fetch the clone in full".to_owned(),
    })
}

struct Commit {
    id: ObjectId,
    parent: Option<ObjectId>,
}

/// The commits behind `tip` without a record, newest first, and where the line ends.
fn missing(
    index: &Index,
    repo: &gix::Repository,
    tip: ObjectId,
    watcher: &Watcher,
) -> Result<(Vec<Commit>, Reach), Failure> {
    let mut missing = Vec::new();
    let mut next = Some(tip);
    let mut seen = 0;
    while let Some(id) = next {
        if seen == LOOKED_AT_MAX {
            let why = format!("{LOOKED_AT_MAX} changes are looked back");
            return Ok((missing, Reach::Cut { why }));
        }
        if seen.is_multiple_of(LOOK_UP_EVERY) {
            watcher.go_on()?;
        }
        seen += 1;
        if let Some(parent) = known_parent(index, id) {
            next = parent;
            continue;
        }
        let commit = match read::commit(repo, id) {
            Ok(commit) => commit,
            Err(failure) if id == tip => return Err(failure),
            Err(_) => {
                let why = format!("commit {id} cannot be read; fetch the clone in full");
                return Ok((missing, Reach::Cut { why }));
            }
        };
        let parent = match main_line::parent(repo, &commit)? {
            Parent::There(parent) => Some(parent),
            Parent::None => None,
            // What this commit changed cannot be told without what was before it.
            Parent::BeyondTheClone => {
                let why = "the clone is shallow".to_owned();
                return Ok((missing, Reach::Cut { why }));
            }
        };
        missing.push(Commit { id, parent });
        next = parent;
    }
    Ok((missing, Reach::Whole))
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
