//! A first look at a change that keeps nothing of it: how many files, how deep, and how much work
//! it would be to find renames. What is too much is refused before any of it is held in memory.

use std::ops::ControlFlow;

use gix::ObjectId;
use gix::bstr::BStr;
use gix::diff::tree::visit::{Action, Change};
use gix::diff::tree::{Error as TreeError, Recorder, State, Visit};
use gix::objs::TreeRefIter;
use idwo_core::failure::Failure;
use idwo_core::watcher::Watcher;

use crate::read::unreadable;

/// Most files that one change may touch to be looked at: ten times what GitHub lists.
const FILES_MAX: usize = 30_000;

/// Most folders: a small pack can hold more of them than fit any memory.
const FOLDERS_MAX: usize = 60_000;

/// Longest path, in bytes: Linux's own limit.
const PATH_BYTES_MAX: usize = 4096;

/// Most bytes that are compared to find renames, each file counted once for every other it is
/// compared with: a few seconds of work.
const COMPARED_BYTES_MAX: u64 = 256 * 1024 * 1024;

pub(crate) struct Census<'a> {
    watcher: &'a Watcher,
    /// Keeps track of the path; its records stay empty.
    place: Recorder,
    files: usize,
    folders_seen: usize,
    added: Vec<ObjectId>,
    deleted: Vec<ObjectId>,
    refused: Option<Failure>,
}

impl<'a> Census<'a> {
    pub(crate) fn of(
        repo: &gix::Repository,
        old: &gix::Tree<'_>,
        new: &gix::Tree<'_>,
        watcher: &'a Watcher,
    ) -> Result<Self, Failure> {
        let mut census = Self {
            watcher,
            place: Recorder::default(),
            files: 0,
            folders_seen: 0,
            added: Vec::new(),
            deleted: Vec::new(),
            refused: None,
        };
        let counted = gix::diff::tree(
            TreeRefIter::from_bytes(&old.data, old.id.kind()),
            TreeRefIter::from_bytes(&new.data, new.id.kind()),
            State::default(),
            &repo.objects,
            &mut census,
        );
        if let Some(failure) = census.refused.take() {
            return Err(failure);
        }
        match counted {
            Ok(()) | Err(TreeError::Cancelled) => Ok(census),
            Err(TreeError::Failure(error)) => Err(unreadable("the change")(error)),
        }
    }

    /// Whether comparing every deleted file with every added one stays within bounds.
    pub(crate) fn renames_are_affordable(&self, repo: &gix::Repository) -> bool {
        let bytes = |ids: &[ObjectId]| -> u64 {
            ids.iter()
                .filter_map(|id| repo.find_header(*id).ok())
                .map(|header| header.size())
                .sum()
        };
        let (added, deleted) = (self.added.len() as u64, self.deleted.len() as u64);
        if added == 0 || deleted == 0 {
            return true;
        }
        bytes(&self.added)
            .saturating_mul(deleted)
            .saturating_add(bytes(&self.deleted).saturating_mul(added))
            <= COMPARED_BYTES_MAX
    }

    fn check(&mut self) -> Action {
        if let Err(stopped) = self.watcher.go_on() {
            self.refused = Some(stopped);
        } else if self.files > FILES_MAX {
            self.refused = Some(too_large(&format!("touches more than {FILES_MAX} files")));
        } else if self.folders_seen > FOLDERS_MAX {
            self.refused = Some(too_large(&format!(
                "touches more than {FOLDERS_MAX} folders"
            )));
        } else if self.place.path().len() > PATH_BYTES_MAX {
            self.refused = Some(too_large(&format!(
                "touches a path of more than {PATH_BYTES_MAX} bytes"
            )));
        }
        if self.refused.is_some() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

impl Visit for Census<'_> {
    fn pop_front_tracked_path_and_set_current(&mut self) {
        self.place.pop_front_tracked_path_and_set_current();
    }

    fn push_back_tracked_path_component(&mut self, component: &BStr) {
        self.place.push_back_tracked_path_component(component);
    }

    fn push_path_component(&mut self, component: &BStr) {
        self.place.push_path_component(component);
    }

    fn pop_path_component(&mut self) {
        self.place.pop_path_component();
    }

    fn visit(&mut self, change: Change) -> Action {
        if change.entry_mode().is_tree() {
            self.folders_seen += 1;
        } else {
            self.files += 1;
            match change {
                Change::Addition { oid, .. } => self.added.push(oid),
                Change::Deletion { oid, .. } => self.deleted.push(oid),
                Change::Modification { .. } => (),
            }
        }
        self.check()
    }
}

fn too_large(what: &str) -> Failure {
    Failure::caller(
        format!("the pull request {what}, which is more than is looked at"),
        "ask for a smaller one",
    )
}
