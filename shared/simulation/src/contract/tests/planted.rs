//! The model with a bug.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use idwo_core::clock::{Clock, StoppedClock};
use idwo_core::store::{Batch, BatchId, Item, Key, Page, Query, Store, StoreFailure, Write};

use crate::clock::TestClock;
use crate::contract::given::give_way;
use crate::model::Model;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bug {
    Nothing,
    IgnoresVersions,
    /// One write, when it is sent again.
    AppliesAgain,
    /// Several writes, when they are sent again.
    AppliesManyAgain,
    ShowsExpired,
    /// Of a batch, what comes before a conflict.
    KeepsHalf,
    LosesOrder,
    ComparesInUtf16,
    /// Looks, and writes a moment later.
    WritesLate,
    /// Loses the last item of a page of more than 100.
    SkipsAtPageEnd,
    /// Knows of no second page.
    EndsAtPageEnd,
    /// Loses what a body has beyond 64 KiB.
    CutsBodies,
}

pub(super) struct Planted {
    bug: Bug,
    model: Model,
    applied: Mutex<HashSet<BatchId>>,
}

impl Planted {
    pub(super) fn new(bug: Bug, clock: Arc<TestClock>) -> Self {
        let clock: Arc<dyn Clock> = match bug {
            Bug::ShowsExpired => Arc::new(StoppedClock(clock.now())),
            _ => clock,
        };
        Self {
            bug,
            model: Model::new(clock),
            applied: Mutex::default(),
        }
    }

    fn is_applied_again(&self, batch: &Batch) -> bool {
        let was_applied = self.applied.lock().unwrap().contains(&batch.id());
        let bug = match batch.writes() {
            [_] => Bug::AppliesAgain,
            _ => Bug::AppliesManyAgain,
        };
        was_applied && self.bug == bug
    }

    /// The same writes, expecting what is there.
    async fn unguarded(&self, batch: &Batch) -> Batch {
        let mut writes = Vec::new();
        for write in batch.writes() {
            let there = self.model.get(write.key()).await.unwrap();
            writes.push(expecting(there, write.clone()));
        }
        Batch::new(batch.id(), writes).unwrap()
    }

    async fn write_one_by_one(&self, batch: &Batch) -> Result<(), StoreFailure> {
        for write in batch.writes() {
            let one = Batch::new(batch.id(), vec![write.clone()]).unwrap();
            self.model.write(&one).await?;
        }
        Ok(())
    }

    async fn write_late(&self, batch: &Batch) -> Result<(), StoreFailure> {
        for write in batch.writes() {
            let found = self.model.get(write.key()).await?;
            // What has expired is not found, so any time does.
            if !write.fits(found.as_ref(), jiff::Timestamp::MIN) {
                return self.model.write(batch).await;
            }
        }
        give_way().await;
        self.model.write(&self.unguarded(batch).await).await
    }
}

#[async_trait]
impl Store for Planted {
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreFailure> {
        let mut found = self.model.get(key).await?;
        if let Some(item) = found.as_mut().filter(|_| self.bug == Bug::CutsBodies) {
            item.value.body.truncate(64 * 1024);
        }
        Ok(found)
    }

    async fn query(&self, query: &Query) -> Result<Page, StoreFailure> {
        let mut page = self.model.query(query).await?;
        let utf16 = |item: &Item| item.key.sort.as_str().encode_utf16().collect::<Vec<_>>();
        match self.bug {
            Bug::LosesOrder => page.items.reverse(),
            Bug::ComparesInUtf16 => page.items.sort_by_key(utf16),
            Bug::SkipsAtPageEnd if page.items.len() > 100 => _ = page.items.pop(),
            Bug::EndsAtPageEnd => page.more = None,
            _ => {}
        }
        Ok(page)
    }

    async fn write(&self, batch: &Batch) -> Result<(), StoreFailure> {
        let outcome = match self.bug {
            Bug::IgnoresVersions => self.model.write(&self.unguarded(batch).await).await,
            Bug::KeepsHalf => self.write_one_by_one(batch).await,
            Bug::WritesLate => self.write_late(batch).await,
            _ if self.is_applied_again(batch) => {
                self.model.write(&self.unguarded(batch).await).await
            }
            _ => self.model.write(batch).await,
        };
        if outcome.is_ok() {
            self.applied.lock().unwrap().insert(batch.id());
        }
        outcome
    }
}

fn expecting(there: Option<Item>, write: Write) -> Write {
    let Some(Item { version, .. }) = there else {
        return write;
    };
    match write {
        Write::Insert { key, value } | Write::Replace { key, value, .. } => Write::Replace {
            key,
            version,
            value,
        },
        Write::Check { key, .. } => Write::Check { key, version },
        Write::Remove { .. } => write,
    }
}
