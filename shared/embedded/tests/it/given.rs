//! What the tests of the store begin with.

use std::path::Path;
use std::sync::Arc;

use idwo_core::clock::StoppedClock;
use idwo_core::store::{Batch, BatchId, Key, Name, Query, Store, Value, Write};
use idwo_embedded::store::{OpenError, RedbStore};
use jiff::Timestamp;
use uuid::Uuid;

pub(crate) async fn open_at(path: &Path, second: i64) -> Result<RedbStore, OpenError> {
    let now = Timestamp::from_second(second).unwrap();
    RedbStore::open(path, Arc::new(StoppedClock(now))).await
}

pub(crate) async fn open(path: &Path) -> Result<RedbStore, OpenError> {
    open_at(path, 1000).await
}

pub(crate) fn key(sort: &str) -> Key {
    Key {
        partition: Name::of(&["orders"]).unwrap(),
        sort: Name::of(&[sort]).unwrap(),
    }
}

pub(crate) fn insert(sort: &str, body: impl Into<String>) -> Write {
    let value = Value::lasting(body.into());
    Write::Insert {
        key: key(sort),
        value,
    }
}

pub(crate) fn insert_until(sort: &str, second: i64) -> Write {
    let value = Value {
        body: "{}".to_owned(),
        expires_at: Some(Timestamp::from_second(second).unwrap()),
    };
    Write::Insert {
        key: key(sort),
        value,
    }
}

pub(crate) fn batch(id: u128, writes: Vec<Write>) -> Batch {
    Batch::new(BatchId(Uuid::from_u128(id)), writes).unwrap()
}

/// All items, page after page: their last part of the sort name, their version and body.
pub(crate) async fn all(store: &RedbStore) -> Vec<(String, u64, String)> {
    let mut items = Vec::new();
    let mut query = Query::all(Name::of(&["orders"]).unwrap(), None);
    loop {
        let page = store.query(&query).await.unwrap();
        items.extend(page.items.into_iter().map(|item| {
            let sort = item.key.sort.as_str().trim_end_matches('#').to_owned();
            (sort, item.version, item.value.body)
        }));
        match page.more {
            Some(more) => query = query.after(more),
            None => return items,
        }
    }
}
