//! Reading single objects, with failures that say what was being read.

use gix::ObjectId;
use idwo_core::failure::Failure;
use idwo_core::forge::{FILE_BYTES_MAX, File};
use idwo_core::input::CommitSha;
use jiff::Timestamp;

use crate::lines::is_binary;

pub(crate) fn unreadable(what: &'static str) -> impl FnOnce(gix::Error) -> Failure {
    move |error| {
        Failure::unreadable_repository(
            format!(
                "cannot read {what}; if the clone is partial, shallow or damaged, fetch it in full"
            ),
            error,
        )
    }
}

pub(crate) fn commit(repo: &gix::Repository, id: ObjectId) -> Result<gix::Commit<'_>, Failure> {
    repo.find_commit(id).map_err(unreadable("a commit"))
}

pub(crate) fn tree(repo: &gix::Repository, commit_id: ObjectId) -> Result<gix::Tree<'_>, Failure> {
    commit(repo, commit_id)?
        .tree()
        .map_err(unreadable("a commit's files"))
}

pub(crate) fn object_id(sha: &CommitSha) -> Result<ObjectId, Failure> {
    ObjectId::from_hex(sha.as_str().as_bytes())
        .map_err(|error| Failure::ours("a commit id of ours is none", error))
}

pub(crate) fn sha(id: impl Into<ObjectId>) -> Result<CommitSha, Failure> {
    id.into()
        .to_string()
        .parse()
        .map_err(|error| Failure::ours("git gave a strange commit id", error))
}

/// When `commit` was committed; `None` for a date that is malformed or out of all range.
pub(crate) fn committed_at(commit: &gix::Commit<'_>) -> Option<Timestamp> {
    Timestamp::from_second(commit.time().ok()?.seconds).ok()
}

/// When its author wrote it.
pub(crate) fn written_at(commit: &gix::Commit<'_>) -> Option<Timestamp> {
    Timestamp::from_second(commit.author().ok()?.time().ok()?.seconds).ok()
}

/// The file at `path`; a folder, a link and a submodule are none.
pub(crate) fn file(
    repo: &gix::Repository,
    commit: &CommitSha,
    path: &str,
) -> Result<File, Failure> {
    let tree = tree(repo, object_id(commit)?)?;
    let entry = tree
        .lookup_entry(path.split('/'))
        .map_err(unreadable("a folder"))?;
    let Some(entry) = entry.filter(|entry| entry.mode().is_blob()) else {
        return Ok(File::Missing);
    };
    let header = repo
        .find_header(entry.object_id())
        .map_err(unreadable("a file"))?;
    if header.size() > FILE_BYTES_MAX as u64 {
        return Ok(File::Unread);
    }
    let mut blob = repo
        .find_blob(entry.object_id())
        .map_err(unreadable("a file"))?;
    let data = blob.take_data();
    Ok(if is_binary(&data) {
        File::Unread
    } else {
        File::Content(data)
    })
}
