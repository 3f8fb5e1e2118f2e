//! Which entries differ between two trees, by path, and nothing of what is in them.

use std::ops::ControlFlow;

use gix::ObjectId;
use gix::bstr::{BStr, ByteSlice};
use gix::diff::tree::visit::{Action, Change};
use gix::diff::tree::{Error as TreeError, Recorder, State, Visit};
use gix::objs::TreeRefIter;
use gix::objs::tree::EntryMode;
use idwo_core::failure::Failure;

use crate::read::unreadable;

/// Where looking ends, in entries of one change: ten times what GitHub lists of a pull request.
const LOOKED_AT_MAX: u32 = 30_000;

/// Longest path that is kept, in bytes: Linux's own limit.
const PATH_BYTES_MAX: usize = 4096;

/// A file, link or submodule that is not the same on both sides.
pub(crate) struct Entry {
    pub(crate) path: String,
    pub(crate) old: Side,
    pub(crate) new: Side,
}

/// `None` where it does not exist on that side.
pub(crate) type Side = Option<(EntryMode, ObjectId)>;

/// The first entries in the order of their paths, and how many there are: at most
/// [`LOOKED_AT_MAX`], which stands for "that many or more".
pub(crate) struct Differing {
    pub(crate) entries: Vec<Entry>,
    pub(crate) total: u32,
}

/// Keeps at most `kept_max` entries.
pub(crate) fn between(
    repo: &gix::Repository,
    old: &gix::Tree<'_>,
    new: &gix::Tree<'_>,
    kept_max: usize,
) -> Result<Differing, Failure> {
    let mut walk = Walk {
        place: Recorder::default(),
        kept_max,
        found: Differing {
            entries: Vec::new(),
            total: 0,
        },
    };
    let walked = gix::diff::tree(
        TreeRefIter::from_bytes(&old.data, old.id.kind()),
        TreeRefIter::from_bytes(&new.data, new.id.kind()),
        State::default(),
        &repo.objects,
        &mut walk,
    );
    match walked {
        Ok(()) | Err(TreeError::Cancelled) => Ok(walk.found),
        Err(TreeError::Failure(error)) => Err(unreadable("a change")(error)),
    }
}

struct Walk {
    /// Keeps track of the path; its records stay empty.
    place: Recorder,
    kept_max: usize,
    found: Differing,
}

impl Walk {
    fn keep(&mut self, change: Change) {
        let (old, new) = match change {
            Change::Addition {
                entry_mode, oid, ..
            } => (None, Some((entry_mode, oid))),
            Change::Deletion {
                entry_mode, oid, ..
            } => (Some((entry_mode, oid)), None),
            Change::Modification {
                previous_entry_mode,
                previous_oid,
                entry_mode,
                oid,
            } => (
                Some((previous_entry_mode, previous_oid)),
                Some((entry_mode, oid)),
            ),
        };
        // A folder that becomes a file is two changes: of the folder's files, and of the file.
        let file = |side: Side| side.filter(|(mode, _)| !mode.is_tree());
        let (old, new) = (file(old), file(new));
        if old.is_none() && new.is_none() {
            return;
        }
        self.found.total += 1;
        if self.found.entries.len() < self.kept_max {
            let path = self.place.path().to_str_lossy().into_owned();
            self.found.entries.push(Entry { path, old, new });
        }
    }
}

impl Visit for Walk {
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
        self.keep(change);
        let too_deep = self.place.path().len() > PATH_BYTES_MAX;
        if too_deep || self.found.total >= LOOKED_AT_MAX {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}
