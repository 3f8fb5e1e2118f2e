//! Runs as they stand in the store, and all that happens to them.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::event::{Event, Record};
use super::id::{Entity, RunId, Tenant};
use super::job::{Job, Poison};
use super::kind::{Kind, Kinds};
use super::next::{Effect, Moment, Next, Refused, failed, next};
use super::rows::{self, EffectRow, Line};
use super::run::{Begun, Run};
use crate::chance::{Chance, NoChance};
use crate::clock::Clock;
use crate::queue::{Queue, QueueFailure};
use crate::store::{
    Batch, BatchId, Item, Key, Name, PAGE_ITEMS_MAX, Query, Store, StoreFailure, Write,
};

/// How often an event is tried again on a run that somebody else changed meanwhile.
const CONFLICTS_MAX: usize = 20;

/// Most records of a history that are read at once.
const RECORDS_MAX: u16 = 200;

pub struct Runs {
    pub(super) store: Arc<dyn Store>,
    pub(super) queue: Arc<dyn Queue>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) chance: Arc<Chance>,
    pub(super) kinds: Kinds,
    /// How long all that is known of a run is kept after the end of its longest life.
    pub(super) kept: Duration,
}

/// A run, and the version that it was read in.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    pub run: Run,
    pub version: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum RunsFailure {
    #[error(transparent)]
    Store(#[from] StoreFailure),
    /// It is written down, and nobody was told: [`super::sweep()`] finds it.
    #[error("a run has gone on and nobody was told")]
    Untold(#[from] QueueFailure),
    #[error(transparent)]
    Chance(#[from] NoChance),
    /// No worker of this version can do anything with it.
    #[error("a run of the kind {0}, which is not known here")]
    UnknownKind(String),
    /// An older or a newer version may: it is left to that.
    #[error("a run of the kind {0}, whose state this version cannot read")]
    Unfit(String),
    #[error("an item cannot be read")]
    Unreadable(#[source] serde_json::Error),
    #[error(transparent)]
    Poison(#[from] Poison),
    #[error("others changed the run {CONFLICTS_MAX} times meanwhile")]
    Contended,
}

impl RunsFailure {
    /// `None` where it is written down and nobody was told: that counts, and whoever looks for what is due tells the
    /// workers.
    ///
    /// # Errors
    /// Any other failure.
    pub(crate) fn unless_untold<T>(came: Result<T, Self>) -> Result<Option<T>, Self> {
        match came {
            Ok(came) => Ok(Some(came)),
            Err(Self::Untold(_)) => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}

/// What came of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    Changed(Box<Loaded>),
    /// This fact had counted already.
    HeardBefore,
    Refused(Refused),
    NoSuchRun,
}

impl Runs {
    /// Keeps what is known of runs for `kept` after the end of their longest life.
    pub fn new(
        store: Arc<dyn Store>,
        queue: Arc<dyn Queue>,
        clock: Arc<dyn Clock>,
        chance: Arc<Chance>,
        kinds: Kinds,
        kept: Duration,
    ) -> Self {
        Self {
            store,
            queue,
            clock,
            chance,
            kinds,
            kept,
        }
    }

    pub async fn get(&self, id: &RunId) -> Result<Option<Loaded>, RunsFailure> {
        let item = self.store.get(&rows::run_key(id)?).await?;
        item.as_ref().map(Loaded::of).transpose()
    }

    /// The last attempt for an entity, as the tenant's own eyes see it.
    pub async fn newest(
        &self,
        tenant: &Tenant,
        entity: &Entity,
    ) -> Result<Option<Loaded>, RunsFailure> {
        let (partition, under) = rows::runs_of(tenant, entity)?;
        let query = Query::all(partition, Some(under)).last_first(1);
        let items = self.items(query, 1).await?;
        items.first().map(Loaded::of).transpose()
    }

    /// The tenant's runs, those that were started last first.
    pub async fn recent(&self, tenant: &Tenant, runs_max: u16) -> Result<Vec<Run>, RunsFailure> {
        let query =
            Query::all(rows::list_of(tenant)?, None).last_first(runs_max.min(PAGE_ITEMS_MAX));
        let mut runs = Vec::new();
        for item in self.items(query, runs_max.into()).await? {
            let line: Line = read(&item)?;
            match self.get(&line.run).await {
                Ok(loaded) => runs.extend(loaded.map(|loaded| loaded.run)),
                // One that is bad hides no other.
                Err(RunsFailure::Unreadable(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(runs)
    }

    /// Those of the tenant's last runs that were started at `since` or later.
    pub async fn begun_since(
        &self,
        tenant: &Tenant,
        since: Timestamp,
        runs_max: u16,
    ) -> Result<Vec<RunId>, RunsFailure> {
        let query =
            Query::all(rows::list_of(tenant)?, None).last_first(runs_max.min(PAGE_ITEMS_MAX));
        let items = self.items(query, runs_max.into()).await?;
        let lines: Vec<Line> = items.iter().map(read).collect::<Result<_, _>>()?;
        let lately = lines.into_iter().filter(|line| line.at >= since);
        Ok(lately.map(|line| line.run).collect())
    }

    /// What happened to a run, first things first, at most 200 records.
    pub async fn history(&self, id: &RunId) -> Result<Vec<Record>, RunsFailure> {
        let (partition, under) = rows::history_of(id)?;
        let query = Query::all(partition, Some(under));
        let items = self.items(query, RECORDS_MAX.into()).await?;
        items.iter().map(read).collect()
    }

    /// The last of what happened to a run, first things first, at most 200 records.
    pub async fn latest(&self, id: &RunId, records_max: u16) -> Result<Vec<Record>, RunsFailure> {
        let records_max = records_max.clamp(1, RECORDS_MAX);
        let (partition, under) = rows::history_of(id)?;
        let query = Query::all(partition, Some(under)).last_first(records_max);
        let items = self.items(query, records_max.into()).await?;
        items.iter().rev().map(read).collect()
    }

    /// What a step gave; `None` while that is not known.
    pub async fn output(&self, run: &Run, begun: &Begun) -> Result<Option<Value>, RunsFailure> {
        let item = self.store.get(&rows::done_key(run, begun)?).await?;
        let row: Option<EffectRow> = item.as_ref().map(read).transpose()?;
        Ok(row.map(|row| row.output))
    }

    /// Lets `event` happen to a run, whatever else happens to it meanwhile. `correlation` is of the call
    /// that is the cause; `None` for the run's own.
    pub async fn happen(
        &self,
        id: &RunId,
        event: Event,
        correlation: Option<Uuid>,
    ) -> Result<Happening, RunsFailure> {
        for _ in 0..CONFLICTS_MAX {
            let Some(loaded) = self.get(id).await? else {
                return Ok(Happening::NoSuchRun);
            };
            if let Some(came) = self.happen_to(&loaded, event.clone(), correlation).await? {
                return Ok(came);
            }
        }
        Err(RunsFailure::Contended)
    }

    /// `None` where somebody else was there first.
    pub(super) async fn happen_to(
        &self,
        loaded: &Loaded,
        event: Event,
        correlation: Option<Uuid>,
    ) -> Result<Option<Happening>, RunsFailure> {
        let moment = Moment {
            now: self.clock.now(),
            correlation: correlation.unwrap_or(loaded.run.correlation),
        };
        let fact = match &event {
            Event::Called(fact) => Some(rows::heard_key(&loaded.run, &fact.id)?),
            _ => None,
        };
        let is_cancel = matches!(event, Event::CancelAsked { .. });
        let next = match next(
            self.kind_of(&loaded.run)?.as_ref(),
            &loaded.run,
            event,
            moment,
        ) {
            Ok(next) => next,
            Err(Refused::Unfit) => return Err(RunsFailure::Unfit(loaded.run.kind.clone())),
            Err(refused) => {
                if is_cancel && refused == Refused::Ended {
                    // Whoever asked first may have died before the workers were told.
                    self.tell(&loaded.run).await?;
                }
                return self.refused(refused, fact).await.map(Some);
            }
        };
        match self.replace(loaded, next).await {
            Err(Unwritten::Conflict(key)) if Some(&key) == fact.as_ref() => {
                // Whoever told it may have died before the workers were told.
                self.tell(&loaded.run).await?;
                Ok(Some(Happening::HeardBefore))
            }
            Err(Unwritten::TooLarge(what)) => {
                let next = failed(
                    self.kind_of(&loaded.run)?.as_ref(),
                    &loaded.run,
                    what,
                    moment,
                );
                written(self.replace(loaded, next).await)
            }
            done => written(done),
        }
    }

    /// Writes a run as it is next, and tells the workers where they have something to do.
    async fn replace(&self, loaded: &Loaded, next: Next) -> Result<Happening, Unwritten> {
        let writes = rows::replaced(&loaded.run, loaded.version, &next);
        self.write(writes.map_err(RunsFailure::from)?).await?;
        if next.effects.contains(&Effect::Wake) {
            self.tell(&next.run).await?;
        }
        let version = loaded.version + 1;
        let run = next.run;
        Ok(Happening::Changed(Box::new(Loaded { run, version })))
    }

    /// A fact that counted before its run came to an end is told apart from one that comes after.
    async fn refused(&self, refused: Refused, fact: Option<Key>) -> Result<Happening, RunsFailure> {
        if let Some(key) = fact
            && self.store.get(&key).await?.is_some()
        {
            return Ok(Happening::HeardBefore);
        }
        Ok(Happening::Refused(refused))
    }

    pub(super) fn kind_of(&self, run: &Run) -> Result<&Arc<dyn Kind>, RunsFailure> {
        let kind = self.kinds.named(&run.kind);
        kind.ok_or_else(|| RunsFailure::UnknownKind(run.kind.clone()))
    }

    pub(super) async fn write(&self, writes: Vec<Write>) -> Result<(), StoreFailure> {
        let id = self.chance.id(self.clock.now());
        let id = id.map_err(|error| StoreFailure::Refused(error.to_string()))?;
        self.store.write(&Batch::new(BatchId(id), writes)?).await
    }

    /// Sends a hint, where something is to be done soon enough for one.
    pub(super) async fn tell(&self, run: &Run) -> Result<(), RunsFailure> {
        let Some(due_at) = run.due_at() else {
            return Ok(());
        };
        let delay = due_at.duration_since(self.clock.now());
        let delay = Duration::try_from(delay).unwrap_or_default();
        if delay > crate::queue::DELAY_MAX {
            return Ok(());
        }
        self.hint(&run.id, delay).await
    }

    pub(super) async fn hint(&self, id: &RunId, delay: Duration) -> Result<(), RunsFailure> {
        let job = Job::Advance { run: id.clone() };
        Ok(self.queue.send(job.written()?, delay).await?)
    }

    /// At most `items_max`, over as many pages as that takes.
    pub(super) async fn items(
        &self,
        mut query: Query,
        items_max: usize,
    ) -> Result<Vec<Item>, StoreFailure> {
        let mut items = Vec::new();
        loop {
            let page = self.store.query(&query).await?;
            items.extend(page.items);
            let more: Option<Name> = page.more.filter(|_| items.len() < items_max);
            let Some(more) = more else {
                items.truncate(items_max);
                return Ok(items);
            };
            query = query.after(more);
        }
    }
}

/// Why a run was not written as it is next.
enum Unwritten {
    /// Somebody else was there first: at the run, or with the fact under this key.
    Conflict(Key),
    /// What an event made of it is more than can be kept: it fails as it was before.
    TooLarge(String),
    Failed(RunsFailure),
}

/// `None` where somebody else was there first.
fn written(done: Result<Happening, Unwritten>) -> Result<Option<Happening>, RunsFailure> {
    match done {
        Ok(happening) => Ok(Some(happening)),
        Err(Unwritten::Conflict(_)) => Ok(None),
        Err(Unwritten::TooLarge(what)) => Err(StoreFailure::Refused(what).into()),
        Err(Unwritten::Failed(failure)) => Err(failure),
    }
}

impl From<StoreFailure> for Unwritten {
    fn from(failure: StoreFailure) -> Self {
        match failure {
            StoreFailure::Conflict { key, .. } => Self::Conflict(key),
            StoreFailure::Refused(what) => Self::TooLarge(what),
            other => Self::Failed(other.into()),
        }
    }
}

impl From<RunsFailure> for Unwritten {
    fn from(failure: RunsFailure) -> Self {
        Self::Failed(failure)
    }
}

impl Loaded {
    fn of(item: &Item) -> Result<Self, RunsFailure> {
        let version = item.version;
        read(item).map(|run| Self { run, version })
    }
}

pub(super) fn read<T: DeserializeOwned>(item: &Item) -> Result<T, RunsFailure> {
    serde_json::from_str(&item.value.body).map_err(RunsFailure::Unreadable)
}
