//! What is looked at while things are written.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use idwo_core::store::{Batch, Item, Write};
use idwo_core::workflow::{RunId, Status, Work};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::model::Model;

/// Looks on while things are written, and once more when all is over.
#[derive(Debug, Default)]
pub struct Watch(Mutex<Seen>);

#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) broken: Vec<String>,
    pub(super) accepted: BTreeSet<RunId>,
    /// Facts that counted, by their names.
    pub(super) told: BTreeSet<(RunId, String)>,
}

/// Of a line of history, as much as is looked at: reading all of each would take most of a play.
#[derive(Debug, Deserialize)]
pub struct Told {
    what: String,
    at: Timestamp,
    epoch: Option<u64>,
}

/// Of a run, as much as is looked at.
#[derive(Debug, Deserialize)]
struct Glance {
    id: RunId,
    status: Status,
    work: Work,
    records: u32,
    epoch: u64,
}

impl Watch {
    pub fn accepted(&self, run: &RunId) {
        self.seen(|seen| seen.accepted.insert(run.clone()));
    }

    /// The first that was, for this entity.
    pub fn accepted_of(&self, entity: &str) -> Option<RunId> {
        let is_it = |run: &&RunId| run.entity.as_str() == entity;
        self.seen(|seen| seen.accepted.iter().find(is_it).cloned())
    }

    pub fn told(&self, run: &RunId, fact: &str) {
        self.seen(|seen| seen.told.insert((run.clone(), fact.to_owned())));
    }

    pub fn broken(&self, what: String) {
        self.seen(|seen| seen.broken.push(what));
    }

    /// Looks at what will be written, if it will be.
    pub fn writes(&self, batch: &Batch, told: &[Told], model: &Model) {
        let found = batch.writes().iter().map(|write| model.item(write.key()));
        let found: Vec<(&Write, Option<Item>)> = batch.writes().iter().zip(found).collect();
        let fits =
            |(write, found): &(&Write, Option<Item>)| write.fits(found.as_ref(), Timestamp::MIN);
        if !found.iter().all(fits) {
            return;
        }
        for (write, found) in found {
            let is_history = ["record#", "effect#", "heard#"]
                .iter()
                .any(|kind| is_of(write, kind));
            if is_history && !matches!(write, Write::Insert { .. }) {
                self.broken(format!("history was changed: {}", write.key()));
            }
            if let Some(before) = found.filter(|_| is_of(write, "run#")) {
                self.moves(&before, write, told);
            }
        }
    }

    fn moves(&self, before: &Item, write: &Write, told: &[Told]) {
        let before: Option<Glance> = serde_json::from_str(&before.value.body).ok();
        let (Some(before), Some(after)) = (before, body::<Glance>(write)) else {
            return self.broken("a run cannot be read".to_owned());
        };
        if after.epoch < before.epoch || after.records < before.records {
            self.broken(format!("{} went back", after.id));
        }
        if before.status.has_ended() && after.status != before.status {
            self.broken(format!("{} ended twice", after.id));
        }
        for told in told {
            self.fenced(&before, told);
        }
    }

    /// Only who holds the newest lease says how a step went, and nobody begins one that another holds.
    fn fenced(&self, before: &Glance, told: &Told) {
        let Glance {
            id, epoch, work, ..
        } = before;
        let says_how = matches!(told.what.as_str(), "step_done" | "undone");
        if says_how && told.epoch != Some(*epoch) {
            self.broken(format!(
                "{id}: {} of epoch {:?} in {epoch}",
                told.what, told.epoch
            ));
        }
        let begins = matches!(told.what.as_str(), "step_begun" | "undo_begun");
        let is_held = |until: Timestamp| told.at < until;
        if begins
            && work
                .lease
                .as_ref()
                .is_some_and(|lease| is_held(lease.until))
        {
            self.broken(format!("{id}: {} while another is at it", told.what));
        }
    }

    pub(super) fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Told {
    /// What a batch tells of a run.
    pub fn by(batch: &Batch) -> Vec<Self> {
        let records = batch
            .writes()
            .iter()
            .filter(|write| is_of(write, "record#"));
        records.filter_map(body).collect()
    }

    /// Such as `step_done+waiting`.
    pub fn named(told: &[Self]) -> String {
        let whats: Vec<&str> = told.iter().map(|told| told.what.as_str()).collect();
        whats.join("+")
    }
}

fn is_of(write: &Write, under: &str) -> bool {
    write.key().sort.as_str().starts_with(under)
}

fn body<T: DeserializeOwned>(write: &Write) -> Option<T> {
    serde_json::from_str(&write.value()?.body).ok()
}
