//! A store with faults around it.

use std::sync::Arc;

use async_trait::async_trait;
use idwo_core::store::{Batch, Item, Key, Page, Query, Store, StoreFailure};

use super::{Failing, Faults, Op, PlannedFault};

/// A batch that the inner store refuses is answered as that store did: what is planned after a `write`
/// is for those that were done.
pub struct FaultyStore {
    pub inner: Arc<dyn Store>,
    pub faults: Arc<Faults>,
}

#[async_trait]
impl Store for FaultyStore {
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreFailure> {
        let work = self.inner.get(key);
        self.faults.around(Op::Get, work, failure).await
    }

    async fn query(&self, query: &Query) -> Result<Page, StoreFailure> {
        let work = self.inner.query(query);
        self.faults.around(Op::Query, work, failure).await
    }

    async fn write(&self, batch: &Batch) -> Result<(), StoreFailure> {
        let work = self.inner.write(batch);
        self.faults.around(Op::Write, work, failure).await
    }
}

fn failure(failing: Failing) -> StoreFailure {
    match failing {
        Failing::Error => StoreFailure::Refused(PlannedFault.to_string()),
        Failing::Throttle => StoreFailure::Busy,
        Failing::Timeout => StoreFailure::Unanswered(Box::new(PlannedFault)),
    }
}
