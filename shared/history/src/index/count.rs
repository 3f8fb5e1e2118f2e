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
use crate::read::unreadable;
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
    let dated = line.entries.iter().filter(|entry| entry.change.is_some());
    let uncounted = dated.take(wanted).filter(|entry| entry.counted.is_none());
    let uncounted: Vec<_> = uncounted.collect();
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
        let counts = threads::map(clone, &batch, |repo, entry| {
            // One change can take seconds.
            watcher.go_on()?;
            if watcher.is_hurried() {
                return Ok(None);
            }
            counted(repo, entry, watcher).map(Some)
        });
        let hurried = counts.iter().any(|count| matches!(count, Ok(None)));
        // What cannot be read (a partial clone) is tried again next time: it may be there by then.
        let counts = counts.into_iter().filter_map(Result::ok).flatten();
        index.state().add_counts(counts.collect());
        if hurried {
            return Ok(false);
        }
    }
    Ok(true)
}

/// In the order of the change's paths.
fn counted(
    repo: &gix::Repository,
    entry: &Arc<Entry>,
    watcher: &Watcher,
) -> Result<(Id, Vec<Option<u32>>), Failure> {
    let record = &entry.record;
    let new = read::tree(repo, record.id.object())?;
    let old = match record.parent {
        Some(parent) => read::tree(repo, parent.object())?,
        None => repo.empty_tree(),
    };
    let found = differing::between(repo, &old, &new, FILES_MAX, watcher)?;
    if found.total as usize > FILES_MAX {
        return Ok((record.id, Vec::new()));
    }
    let lines = found.entries.iter();
    let lines = lines.map(|entry| changed_lines(repo, entry, watcher));
    Ok((record.id, lines.collect::<Result<_, _>>()?))
}

/// `None` for what is binary, too large, or no file.
fn changed_lines(
    repo: &gix::Repository,
    entry: &Differing,
    watcher: &Watcher,
) -> Result<Option<u32>, Failure> {
    watcher.go_on()?;
    let (Some(old), Some(new)) = (bytes(repo, entry.old)?, bytes(repo, entry.new)?) else {
        return Ok(None);
    };
    Ok(lines::changed(&old, &new))
}

/// `None` for what is too large or no file.
fn bytes(repo: &gix::Repository, side: Side) -> Result<Option<Vec<u8>>, Failure> {
    let Some((mode, id)) = side else {
        return Ok(Some(Vec::new()));
    };
    if !mode.is_blob_or_symlink() {
        return Ok(None);
    }
    let header = repo.find_header(id).map_err(unreadable("a file"))?;
    if header.size() > FILE_BYTES_MAX {
        return Ok(None);
    }
    let mut blob = repo.find_blob(id).map_err(unreadable("a file"))?;
    Ok(Some(blob.take_data()))
}
