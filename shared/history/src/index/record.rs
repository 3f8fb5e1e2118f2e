//! One landed change as the index keeps it. What a commit is follows from its id, so a record
//! never changes once it is written.

use gix::ObjectId;
use idwo_core::failure::Failure;
use idwo_core::input::PullNumber;
use idwo_core::past::{Intent, PastChange, PastFile, PathId, PersonId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::draft::Draft;
use super::tables::Tables;
use crate::read;

/// A commit's id in as few bytes as it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Id([u8; 20]);

impl Id {
    pub(crate) fn of(id: ObjectId) -> Result<Self, Failure> {
        let bytes = id.as_bytes().try_into();
        bytes
            .map(Self)
            .map_err(|error| Failure::ours("a commit id that is not SHA-1", error))
    }

    pub(crate) fn object(self) -> ObjectId {
        ObjectId::Sha1(self.0)
    }
}

/// Seconds since 1970.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Times {
    pub(crate) at: i64,
    pub(crate) begun_at: i64,
    pub(crate) written_at: i64,
}

/// People and paths are places in [`Tables`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) id: Id,
    pub(crate) parent: Option<Id>,
    /// `None` where a date is malformed: such a change cannot be weighed.
    times: Option<Times>,
    pub(crate) number: Option<u32>,
    /// Of the branch's newest commit; of the landing itself where nothing was merged.
    pub(crate) author: u32,
    /// Of the landing itself.
    pub(crate) recorded: u32,
    committer: u32,
    pub(crate) merged: bool,
    reviewers: Vec<u32>,
    /// Whose fork the merged branch lay in, as the message says.
    pub(crate) fork: Option<String>,
    fix: bool,
    revert: bool,
    paths: Vec<u32>,
    paths_total: u32,
}

impl Record {
    pub(crate) fn of(draft: Draft, tables: &mut Tables) -> Self {
        let reviewers = draft.reviewers.into_iter();
        let paths = draft.paths.iter();
        Self {
            id: draft.id,
            parent: draft.parent,
            times: draft.times,
            number: draft.number,
            author: tables.person(draft.author).0,
            recorded: tables.person(draft.recorded).0,
            committer: tables.person(draft.committer).0,
            merged: draft.merged,
            reviewers: reviewers.map(|named| tables.person(named).0).collect(),
            fork: draft.fork,
            fix: draft.intent.fix,
            revert: draft.intent.revert,
            paths: paths.map(|path| tables.path(path).0).collect(),
            paths_total: draft.paths_total,
        }
    }

    /// Without line counts; `None` for a change whose date is malformed.
    pub(crate) fn change(&self) -> Option<PastChange> {
        let times = self.times?;
        let time = |seconds| Timestamp::from_second(seconds).ok();
        let merged_by = if self.merged {
            self.recorded
        } else {
            self.committer
        };
        let reviewers = self.reviewers.iter().copied();
        let paths = self.paths.iter().copied();
        Some(PastChange {
            commit: read::sha(self.id.object()).ok()?,
            number: self.number.and_then(|n| PullNumber::new(n.into()).ok()),
            at: time(times.at)?,
            begun_at: time(times.begun_at)?,
            written_at: time(times.written_at)?,
            reviewed_after: None,
            author: PersonId(self.author),
            reviewers: reviewers.map(PersonId).collect(),
            merged_by: Some(PersonId(merged_by)),
            intent: Intent {
                fix: self.fix,
                revert: self.revert,
            },
            files: paths
                .map(|path| PastFile {
                    path: PathId(path),
                    lines: None,
                })
                .collect(),
            files_total: self.paths_total as usize,
        })
    }
}
