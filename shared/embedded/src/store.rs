//! The store as one redb file. What was answered is on the disk; a batch is one transaction.
//!
//! It is not kinder than DynamoDB: pages end at 1 MB, count what has expired, and say that there may be
//! more where there is none.

mod file;
mod open;
mod page;
mod rows;
mod write;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use idwo_core::clock::Clock;
use idwo_core::failure::Source;
use idwo_core::store::{Batch, Item, Key, PAGE_ITEMS_MAX, Page, Query, Store, StoreFailure};
use jiff::Timestamp;
use redb::{Database, ReadableDatabase};
use tokio::sync::Semaphore;

pub use self::open::OpenError;

/// Reads at the same time, each on a thread: a disk answers no sooner for being asked more at once.
const READS_MAX: usize = 8;

/// Writes at the same time. redb does one after the other; more would be threads that wait.
const WRITES_MAX: usize = 1;

/// A write that fails on the disk makes redb refuse all that follow until the file is opened again.
///
/// Dropped, it writes to the file once more, so that the next start need not look for a crash.
pub struct RedbStore {
    opened: Arc<Opened>,
    reads: Arc<Semaphore>,
    writes: Arc<Semaphore>,
}

struct Opened {
    database: Database,
    path: PathBuf,
    clock: Arc<dyn Clock>,
}

/// Never names what was read or written.
#[derive(Debug, thiserror::Error)]
#[error(
    "{path} does not do its part; see whether its disk is full or broken, then start idwo-local again"
)]
struct Silent {
    path: PathBuf,
    source: Source,
}

impl RedbStore {
    /// The store in the file `path`, which is made where there is none, as is its folder. The whole of
    /// it is read and its checksums are compared.
    ///
    /// # Errors
    /// Each says who can act: see [`OpenError`].
    pub async fn open(path: impl Into<PathBuf>, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let path = path.into();
        let database = open::opened(path.clone()).await?;
        let opened = Opened {
            database,
            path,
            clock,
        };
        Ok(Self {
            opened: Arc::new(opened),
            reads: Arc::new(Semaphore::new(READS_MAX)),
            writes: Arc::new(Semaphore::new(WRITES_MAX)),
        })
    }

    /// Does `work` on a thread that may wait for the disk, with the time at which its turn came. It goes on
    /// where nobody waits for it any more.
    async fn aside<T: Send + 'static>(
        &self,
        places: &Arc<Semaphore>,
        work: impl FnOnce(&Database, Timestamp) -> Result<T, redb::Error> + Send + 'static,
    ) -> Result<T, StoreFailure> {
        let place = Arc::clone(places).acquire_owned().await;
        let place = place.map_err(|closed| self.silent(closed))?;
        let opened = Arc::clone(&self.opened);
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            work(&opened.database, opened.clock.now())
        });
        match done.await {
            Ok(done) => done.map_err(|error| self.silent(error)),
            // What redb does where the file was changed under it. The panic could quote what is in it.
            Err(_) => Err(self.silent("it does not hold what it should")),
        }
    }

    fn silent(&self, source: impl Into<Source>) -> StoreFailure {
        StoreFailure::Unanswered(Box::new(Silent {
            path: self.opened.path.clone(),
            source: source.into(),
        }))
    }
}

#[async_trait]
impl Store for RedbStore {
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreFailure> {
        let key = key.clone();
        let item = self.aside(&self.reads, move |database, now| {
            let items = database.begin_read()?.open_table(rows::ITEMS)?;
            Ok(rows::item(&items, &key)?.filter(|item| item.is_there(now)))
        });
        item.await
    }

    async fn query(&self, query: &Query) -> Result<Page, StoreFailure> {
        let items = query.items_max;
        if items == 0 || items > PAGE_ITEMS_MAX {
            return Err(StoreFailure::Refused(format!("a page of {items} items")));
        }
        let query = query.clone();
        let page = self.aside(&self.reads, move |database, now| {
            let items = database.begin_read()?.open_table(rows::ITEMS)?;
            page::read(&items, &query, now)
        });
        page.await
    }

    async fn write(&self, batch: &Batch) -> Result<(), StoreFailure> {
        let batch = batch.clone();
        let done = self.aside(&self.writes, move |database, now| {
            write::done(database, &batch, now)
        });
        done.await?
    }
}
