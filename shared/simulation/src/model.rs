//! The plainest store that keeps the promises. What another store answers is right if this one
//! answers the same.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use idwo_core::clock::Clock;
use idwo_core::store::{
    Batch, BatchId, Item, Key, Order, PAGE_ITEMS_MAX, Page, Query, Store, StoreFailure, Write,
};
use jiff::Timestamp;

/// In memory. What has expired lies there until something takes its place, as in DynamoDB, which
/// deletes late.
pub struct Model {
    clock: Arc<dyn Clock>,
    kept: Mutex<Kept>,
}

type Kept = BTreeMap<Key, Item>;

impl Model {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            kept: Mutex::default(),
        }
    }

    /// All that is there now, in the order of the keys.
    pub fn items(&self) -> Vec<Item> {
        let now = self.clock.now();
        let kept = self.kept();
        kept.values()
            .filter(|item| item.is_there(now))
            .cloned()
            .collect()
    }

    /// What is there now in the partition of this name.
    pub fn under(&self, partition: &str) -> Vec<Item> {
        let now = self.clock.now();
        let kept = self.kept();
        let items = kept
            .values()
            .filter(|item| item.key.partition.as_str() == partition);
        items.filter(|item| item.is_there(now)).cloned().collect()
    }

    /// The first key of what is there now in the partition of this name.
    pub fn first_under(&self, partition: &str) -> Option<Key> {
        let now = self.clock.now();
        let kept = self.kept();
        let is_it = |item: &&Item| item.key.partition.as_str() == partition && item.is_there(now);
        kept.values().find(is_it).map(|item| item.key.clone())
    }

    /// What is there now under one key.
    pub fn item(&self, key: &Key) -> Option<Item> {
        there(&self.kept(), key, self.clock.now()).cloned()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for Model {
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreFailure> {
        Ok(there(&self.kept(), key, self.clock.now()).cloned())
    }

    async fn query(&self, query: &Query) -> Result<Page, StoreFailure> {
        if !(1..=PAGE_ITEMS_MAX).contains(&query.items_max) {
            let what = format!("a page of {} items", query.items_max);
            return Err(StoreFailure::Refused(what));
        }
        let now = self.clock.now();
        let asked_for = |item: &&Item| item.is_there(now) && is_asked_for(item, query);
        let mut items: Vec<Item> = self.kept().values().filter(asked_for).cloned().collect();
        if query.order == Order::LastFirst {
            items.reverse();
        }
        let is_all = items.len() <= usize::from(query.items_max);
        items.truncate(usize::from(query.items_max));
        let last = items.last().map(|item| item.key.sort.clone());
        let more = last.filter(|_| !is_all);
        Ok(Page { items, more })
    }

    async fn write(&self, batch: &Batch) -> Result<(), StoreFailure> {
        let now = self.clock.now();
        let mut kept = self.kept();
        let writes = batch.writes().iter();
        let unfit: Vec<&Write> = writes
            .filter(|write| !write.fits(kept.get(write.key()), now))
            .collect();
        for write in &unfit {
            let found = there(&kept, write.key(), now);
            if found.is_none_or(|item| item.written_by != batch.id()) {
                return Err(StoreFailure::conflict(write.key(), found.cloned()));
            }
        }
        if unfit.is_empty() {
            for write in batch.writes() {
                apply(&mut kept, write, batch.id());
            }
        }
        Ok(())
    }
}

fn there<'a>(kept: &'a Kept, key: &Key, now: Timestamp) -> Option<&'a Item> {
    kept.get(key).filter(|item| item.is_there(now))
}

fn is_asked_for(item: &Item, query: &Query) -> bool {
    let sort = &item.key.sort;
    let under = query.under.as_ref();
    let after = query.after.as_ref();
    item.key.partition == query.partition
        && under.is_none_or(|under| sort.is_under(under))
        && after.is_none_or(|after| match query.order {
            Order::First => sort > after,
            Order::LastFirst => sort < after,
        })
}

fn apply(kept: &mut Kept, write: &Write, written_by: BatchId) {
    let (key, version, value) = match write {
        Write::Insert { key, value } => (key, 1, value),
        Write::Replace {
            key,
            version,
            value,
        } => (key, version + 1, value),
        Write::Check { .. } => return,
        Write::Remove { key } => {
            kept.remove(key);
            return;
        }
    };
    let item = Item {
        key: key.clone(),
        version,
        value: value.clone(),
        written_by,
    };
    kept.insert(item.key.clone(), item);
}

#[cfg(test)]
mod tests {
    use idwo_core::store::Name;

    use super::*;
    use crate::clock::TestClock;

    #[tokio::test]
    async fn a_page_that_no_caller_may_ask_for_is_refused() {
        let model = Model::new(Arc::new(TestClock::default()));
        let all = Query::all(Name::of(&["p"]).unwrap(), None);
        for (items_max, taken) in [(0, false), (1, true), (500, true), (501, false)] {
            let page = model.query(&all.clone().last_first(items_max)).await;
            assert_eq!(page.is_ok(), taken, "{items_max}");
        }
    }
}
