//! How many lines a change added and deleted in each file: read later than the paths, since it
//! takes ten times as long, and only for as many changes as are compared with.

use std::sync::{Arc, PoisonError};

use gix::ObjectId;
use idwo_core::failure::Failure;
use idwo_core::past::{COUNTED, Reach};
use idwo_core::watcher::{Progress, Watcher};

use super::record::Id;
use super::{Entry, Index};
use crate::differing::{self, Entry as Differing, Side};
use crate::open::OpenedClone;
use crate::{lines, read, threads};

/// How many are counted at once when the index is new: most questions are about the newest.
const COUNTED_AT_FIRST: usize = 2000;

/// Largest change whose lines are counted, in files, and largest file, in bytes: what is larger is
/// unknown. Together they spare a third of the time and touch one change in two hundred.
const FILES_MAX: usize = 200;
const FILE_BYTES_MAX: u64 = 256 * 1024;

/// How many changes are counted between two looks at the time.
const BATCH: usize = 256;

/// Counts the lines of the changes behind `tip`, newest first; false when time did not allow all.
pub(super) fn bring_up(
    index: &Index,
    clone: &OpenedClone,
    tip: ObjectId,
    watcher: &Watcher,
) -> Result<bool, Failure> {
    let line = index.state().line(tip, Reach::Whole);
    let wanted = if index.state().has_counts() {
        COUNTED
    } else {
        COUNTED_AT_FIRST
    };
    let newest = line.entries.iter().take(wanted);
    let uncounted: Vec<_> = newest.filter(|entry| entry.counted.is_none()).collect();
    let total = Some(uncounted.len() as u64);
    for (batch, done) in uncounted.chunks(BATCH).zip((0..).step_by(BATCH)) {
        watcher.go_on()?;
        if watcher.is_hurried() {
            return Ok(false);
        }
        watcher.report(Progress {
            what: "changes whose lines are counted",
            done,
            total,
        });
        let _reading = index.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let still = |entry: &&&Arc<Entry>| !index.state().is_counted(entry.record.id);
        let batch: Vec<_> = batch.iter().filter(still).collect();
        let counts = threads::map(clone, &batch, |repo, entry| Ok(counted(repo, entry)));
        index
            .state()
            .add_counts(counts.into_iter().filter_map(Result::ok).collect());
    }
    Ok(true)
}

/// In the order of the change's paths; nothing where lines cannot be read (a partial clone).
fn counted(repo: &gix::Repository, entry: &Arc<Entry>) -> (Id, Vec<Option<u32>>) {
    let record = &entry.record;
    let read = || -> Result<Vec<Option<u32>>, Failure> {
        let new = read::tree(repo, record.id.object())?;
        let old = match record.parent {
            Some(parent) => read::tree(repo, parent.object())?,
            None => repo.empty_tree(),
        };
        let found = differing::between(repo, &old, &new, FILES_MAX)?;
        if found.total as usize > FILES_MAX {
            return Ok(Vec::new());
        }
        Ok(found
            .entries
            .iter()
            .map(|entry| changed_lines(repo, entry))
            .collect())
    };
    (record.id, read().unwrap_or_default())
}

fn changed_lines(repo: &gix::Repository, entry: &Differing) -> Option<u32> {
    let old = bytes(repo, entry.old)?;
    let new = bytes(repo, entry.new)?;
    lines::changed(&old, &new)
}

/// `None` for what is too large or no file.
fn bytes(repo: &gix::Repository, side: Side) -> Option<Vec<u8>> {
    let Some((mode, id)) = side else {
        return Some(Vec::new());
    };
    let is_small = |id: ObjectId| {
        let header = repo.find_header(id);
        header.is_ok_and(|header| header.size() <= FILE_BYTES_MAX)
    };
    if !mode.is_blob_or_symlink() || !is_small(id) {
        return None;
    }
    Some(repo.find_blob(id).ok()?.take_data())
}
