//! What is known of a clone's history, in memory and on disk.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use gix::ObjectId;
use idwo_core::past::Reach;

use super::draft::Draft;
use super::log::{Batch, Counted, Log};
use super::record::{Id, Record};
use super::tables::Tables;
use super::{Entry, LOOKED_AT_MAX, Line};

/// Most changes that are kept, of all lines together: some 200 MB in memory. Beyond it the index is
/// begun anew, since most of it must be of branches that were rewritten.
const RECORDS_MAX: usize = 3 * LOOKED_AT_MAX;

/// Most bytes of names of people and paths: thirty times kafka's.
const NAME_BYTES_MAX: usize = 64 * 1024 * 1024;

#[derive(Default)]
pub(super) struct State {
    /// `None` while it is not kept, or once it could not be written.
    log: Option<Log>,
    tables: Tables,
    entries: Vec<Arc<Entry>>,
    by_id: HashMap<Id, u32>,
}

impl State {
    pub(super) fn open(place: Option<&Path>) -> io::Result<Self> {
        let mut state = Self::default();
        if let Some(place) = place {
            let (log, batches) = Log::open(place)?;
            batches.into_iter().for_each(|batch| state.take_in(batch));
            state.log = Some(log);
        }
        Ok(state)
    }

    pub(super) fn entry(&self, id: Id) -> Option<&Arc<Entry>> {
        self.entries.get(*self.by_id.get(&id)? as usize)
    }

    pub(super) fn is_counted(&self, id: Id) -> bool {
        self.entry(id).is_some_and(|entry| entry.counted.is_some())
    }

    /// Whether any change has its lines counted.
    pub(super) fn has_counts(&self) -> bool {
        self.entries.iter().any(|entry| entry.counted.is_some())
    }

    /// As far as it is known.
    pub(super) fn line(&self, tip: ObjectId, reach: Reach) -> Line {
        let tip = Id::of(tip).ok().and_then(|tip| self.entry(tip));
        let older = |entry: &&Arc<Entry>| self.entry(entry.record.parent?);
        let entries = std::iter::successors(tip, older);
        Line {
            entries: entries.take(LOOKED_AT_MAX).cloned().collect(),
            people: Arc::clone(self.tables.people()),
            paths: Arc::clone(self.tables.paths()),
            reach,
        }
    }

    /// Adds what is not known yet.
    pub(super) fn add(&mut self, drafts: Vec<Draft>) {
        let (paths, people) = (self.tables.paths().len(), self.tables.people().len());
        let known = |draft: &Draft| self.by_id.contains_key(&draft.id);
        let new: Vec<_> = drafts.into_iter().filter(|draft| !known(draft)).collect();
        if new.is_empty() {
            return;
        }
        let new = new.into_iter();
        let records: Vec<_> = new
            .map(|draft| Record::of(draft, &mut self.tables))
            .collect();
        if self.log.is_some() {
            let paths = self.tables.paths().iter().skip(paths);
            let people = self.tables.people().iter().skip(people);
            self.keep(&Batch::Landed {
                paths: paths.cloned().collect(),
                people: people.cloned().collect(),
                records: records.clone(),
            });
        }
        records.into_iter().for_each(|record| self.enter(record));
    }

    pub(super) fn add_counts(&mut self, counts: Vec<(Id, Vec<Option<u32>>)>) {
        let counted = counts.into_iter().filter_map(|(id, lines)| {
            let record = *self.by_id.get(&id)?;
            Some(Counted { record, lines })
        });
        let counted: Vec<_> = counted.collect();
        if counted.is_empty() {
            return;
        }
        counted.iter().for_each(|counted| self.count(counted));
        self.keep(&Batch::Counted(counted));
    }

    /// Whether names take more than is kept.
    pub(super) fn is_full(&self) -> bool {
        self.tables.bytes() > NAME_BYTES_MAX
    }

    pub(super) fn would_overflow(&self, more: usize) -> bool {
        !self.entries.is_empty() && self.entries.len() + more > RECORDS_MAX
    }

    pub(super) fn begin_anew(&mut self) {
        let log = self.log.take().and_then(|log| log.emptied().ok());
        *self = Self {
            log,
            ..Self::default()
        };
    }

    fn keep(&mut self, batch: &Batch) {
        if let Some(log) = &mut self.log
            && log.append(batch).is_err()
        {
            self.log = None;
        }
    }

    fn take_in(&mut self, batch: Batch) {
        match batch {
            Batch::Landed {
                paths,
                people,
                records,
            } => {
                for path in paths {
                    self.tables.path(&path);
                }
                for named in people {
                    self.tables.person(named);
                }
                records.into_iter().for_each(|record| self.enter(record));
            }
            Batch::Counted(counted) => counted.iter().for_each(|counted| self.count(counted)),
        }
    }

    fn enter(&mut self, record: Record) {
        self.by_id.insert(record.id, self.entries.len() as u32);
        let change = record.change().map(Arc::new);
        self.entries.push(Arc::new(Entry {
            record,
            change,
            counted: None,
        }));
    }

    fn count(&mut self, counted: &Counted) {
        let Some(entry) = self.entries.get_mut(counted.record as usize) else {
            return;
        };
        let mut change = entry.change.as_deref().cloned();
        let files = change.iter_mut().flat_map(|change| &mut change.files);
        for (file, lines) in files.zip(&counted.lines) {
            file.lines = *lines;
        }
        *entry = Arc::new(Entry {
            record: entry.record.clone(),
            change: entry.change.clone(),
            counted: Some(change.map(Arc::new)),
        });
    }
}
