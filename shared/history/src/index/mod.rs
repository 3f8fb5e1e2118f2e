//! The index of a clone: one record for each change of the main line, read once and kept.
//!
//! A record is of a commit and never of a branch, so a branch that is rewritten only leaves records
//! that nobody asks for any more. Any commit can be asked about: what it sees is the line of first
//! parents behind it, and nothing else that is known.

mod count;
mod draft;
mod log;
mod record;
mod scan;
mod state;
mod tables;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use gix::ObjectId;
use idwo_core::failure::Failure;
use idwo_core::input::PullNumber;
use idwo_core::past::{COUNTED, PastChange, Reach};
use idwo_core::watcher::Watcher;

pub(crate) use self::record::Record;
use self::state::State;
pub(crate) use self::tables::Named;
use crate::open::OpenedClone;

/// How far back is looked, in changes of the main line: the index of so many takes some 60 MB.
const LOOKED_AT_MAX: usize = 100_000;

#[derive(Default)]
pub(crate) struct Index {
    /// Where it is kept; in memory only when there is no such place.
    place: Option<PathBuf>,
    state: OnceLock<Mutex<State>>,
    /// Held by who reads a part of the history: whoever waits for it finds that part read.
    reading: Mutex<()>,
}

/// One change of the main line.
pub(crate) struct Entry {
    pub(crate) record: Record,
    /// Without line counts; `None` where its date is malformed.
    change: Option<Arc<PastChange>>,
    /// The same with them.
    counted: Option<Option<Arc<PastChange>>>,
}

/// Where a pull request landed.
pub(crate) enum OnMainLine {
    At(ObjectId),
    Nowhere,
    /// The line is not read to its end.
    Unknown,
}

/// What one commit can see.
pub(crate) struct Line {
    /// From that commit backwards.
    pub(crate) entries: Vec<Arc<Entry>>,
    /// Everybody whom any commit names, seen from here or not.
    pub(crate) people: Arc<Vec<Named>>,
    pub(crate) paths: Arc<Vec<Arc<str>>>,
    pub(crate) reach: Reach,
}

impl Index {
    pub(crate) fn kept_at(place: PathBuf) -> Self {
        Self {
            place: Some(place),
            ..Self::default()
        }
    }

    /// The line of first parents behind `tip`, read as far as it is not known yet.
    pub(crate) fn line(
        &self,
        clone: &OpenedClone,
        tip: ObjectId,
        watcher: &Watcher,
    ) -> Result<Line, Failure> {
        let reach = scan::bring_up(self, clone, tip, watcher)?;
        let counted = count::bring_up(self, clone, tip, watcher)?;
        let reach = if counted { reach } else { Reach::Unfinished };
        Ok(self.state().line(tip, reach))
    }

    /// The oldest change behind `tip` that names `number`: what lands later (a backport, a subject
    /// that quotes the number) never changes which one it is. Where the line cannot be read to its
    /// end, the oldest of what can.
    pub(crate) fn landing_of(
        &self,
        clone: &OpenedClone,
        tip: ObjectId,
        number: PullNumber,
        watcher: &Watcher,
    ) -> Result<OnMainLine, Failure> {
        let reach = scan::bring_up(self, clone, tip, watcher)?;
        if reach == Reach::Unfinished {
            return Ok(OnMainLine::Unknown);
        }
        let is_whole = reach == Reach::Whole;
        let line = self.state().line(tip, reach);
        let named = |entry: &&Arc<Entry>| entry.record.number == Some(number.get());
        Ok(match line.entries.iter().rev().find(named) {
            Some(oldest) => OnMainLine::At(oldest.record.id.object()),
            None if is_whole => OnMainLine::Nowhere,
            None => OnMainLine::Unknown,
        })
    }

    /// Read from disk when first asked for. What cannot be kept is computed again: a full disk makes
    /// the next start slower, and no answer wrong.
    fn state(&self) -> MutexGuard<'_, State> {
        let open = || Mutex::new(State::open(self.place.as_deref()).unwrap_or_default());
        let state = self.state.get_or_init(open);
        state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// The changes from newest to oldest: the newest with their lines, and the older ones without,
    /// whether they were counted for somebody else or not. So an answer hangs on nothing but its
    /// own past.
    pub(crate) fn changes(&self) -> impl Iterator<Item = Arc<PastChange>> {
        let dated = self.entries.iter().filter_map(|entry| {
            let plain = entry.change.as_ref()?;
            let counted = entry.counted.as_ref().and_then(Option::as_ref);
            Some((plain, counted))
        });
        let told = (0..)
            .zip(dated)
            .map(|(age, (plain, counted))| match counted {
                Some(counted) if age < COUNTED => counted,
                _ => plain,
            });
        told.cloned()
    }
}
