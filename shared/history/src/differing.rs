//! Which entries differ between two trees, by path, and nothing of what is in them.

use std::ops::ControlFlow;

use gix::ObjectId;
use gix::bstr::{BStr, ByteSlice};
use gix::diff::tree::visit::{Action, Change};
use gix::diff::tree::{Error as TreeError, Recorder, State, Visit};
use gix::objs::TreeRefIter;
use gix::objs::tree::EntryMode;
use idwo_core::failure::Failure;
use idwo_core::watcher::Watcher;

use crate::read::unreadable;

/// Where looking ends, in files and folders of one change: ten times what GitHub lists of a pull
/// request. A small pack can hold more folders than fit any memory.
const LOOKED_AT_MAX: u32 = 30_000;

/// Longest path that is kept, in bytes: Linux's own limit. A longer one is counted and passed by.
const PATH_BYTES_MAX: usize = 4096;

/// Longest path that is followed, in bytes: each folder below it holds a copy.
const FOLDER_BYTES_MAX: usize = 4 * PATH_BYTES_MAX;

/// A file, link or submodule that is not the same on both sides.
pub(crate) struct Entry {
    pub(crate) path: String,
    pub(crate) old: Side,
    pub(crate) new: Side,
}

/// `None` where it does not exist on that side.
pub(crate) type Side = Option<(EntryMode, ObjectId)>;

/// The first entries, those of outer folders before those of inner ones, and how many there are; at
/// most [`LOOKED_AT_MAX`], which stands for "that many or more".
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
    watcher: &Watcher,
) -> Result<Differing, Failure> {
    let mut walk = Walk {
        watcher,
        place: Recorder::default(),
        seen: 0,
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
        Ok(()) => Ok(walk.found),
        Err(TreeError::Cancelled) => {
            watcher.go_on()?;
            // What lies behind the end is not known.
            walk.found.total = LOOKED_AT_MAX;
            Ok(walk.found)
        }
        Err(TreeError::Failure(error)) => Err(unreadable("a change")(error)),
    }
}

struct Walk<'a> {
    watcher: &'a Watcher,
    /// Keeps track of the path; its records stay empty.
    place: Recorder,
    seen: u32,
    kept_max: usize,
    found: Differing,
}

impl Walk<'_> {
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
        let is_sound = self.place.path().len() <= PATH_BYTES_MAX;
        if is_sound && self.found.entries.len() < self.kept_max {
            let path = self.place.path().to_str_lossy().into_owned();
            self.found.entries.push(Entry { path, old, new });
        }
    }
}

impl Visit for Walk<'_> {
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
        self.seen += 1;
        let too_deep = self.place.path().len() > FOLDER_BYTES_MAX;
        let too_many = self.seen >= LOOKED_AT_MAX;
        let unwanted = self.watcher.go_on().is_err();
        if too_deep || too_many || unwanted {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}
