//! The store that is tried, and the words in which the situations speak to it.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use idwo_core::chance::Chance;
use idwo_core::clock::Clock;
use idwo_core::store::{
    Batch, BatchId, Item, Key, Name, Order, Query, Store, StoreFailure, Value, Write,
};
use jiff::{SignedDuration, Timestamp};

use crate::clock::TestClock;

/// How often a batch is sent to a store that is busy or does not answer. Fifty that write one item at
/// once need up to fifty.
const TRIES_MAX: u32 = 1000;

/// A store with nothing in it, and the clock it goes by.
pub struct Given {
    pub store: Arc<dyn Store>,
    pub clock: Arc<TestClock>,
}

/// What a store said to a batch.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Done,
    Conflict { key: Key, found: Option<Item> },
}

impl Given {
    pub(super) fn batch(&self, writes: Vec<Write>) -> Batch {
        let id = must("an id", Chance::of_machine().id(self.clock.now()));
        must("a batch", Batch::new(BatchId(id), writes))
    }

    /// In whole seconds from now.
    pub(super) fn in_seconds(&self, seconds: i64) -> Timestamp {
        let end = self.clock.now() + SignedDuration::from_secs(seconds);
        must("a second", Timestamp::from_second(end.as_second()))
    }

    /// Sends it until the store says yes or no.
    pub(super) async fn send(&self, batch: &Batch) -> Answer {
        for _ in 0..TRIES_MAX {
            match self.store.write(batch).await {
                Ok(()) => return Answer::Done,
                Err(StoreFailure::Conflict { key, found }) => {
                    let found = found.map(|item| *item);
                    return Answer::Conflict { key, found };
                }
                Err(StoreFailure::Busy | StoreFailure::Unanswered(_)) => give_way().await,
                Err(failure @ StoreFailure::Refused(_)) => broken(failure),
            }
        }
        broken(format!("no answer in {TRIES_MAX} tries"))
    }

    /// In a batch that the store has to take.
    pub(super) async fn done(&self, writes: Vec<Write>) -> BatchId {
        let batch = self.batch(writes);
        let answer = self.send(&batch).await;
        assert_eq!(answer, Answer::Done, "{} fit", batch.writes().len());
        batch.id()
    }

    /// In a batch that the store has to refuse because of `key`: what it found there.
    pub(super) async fn refused(&self, writes: Vec<Write>, over: &Key) -> Option<Item> {
        match self.send(&self.batch(writes)).await {
            Answer::Done => broken(format!("{over} is not as expected, and it was written")),
            Answer::Conflict { key, found } => {
                assert_eq!(&key, over, "the conflict names another");
                found
            }
        }
    }

    pub(super) async fn get(&self, key: &Key) -> Option<Item> {
        must("an item", self.store.get(key).await)
    }

    /// Page by page until there is no more.
    pub(super) async fn read(&self, mut query: Query) -> Vec<Item> {
        let mut items = Vec::new();
        loop {
            let page = must("a page", self.store.query(&query).await);
            let (seen, most) = (page.items.len(), query.items_max);
            assert!(seen <= usize::from(most), "{seen} items where {most} fit");
            items.extend(page.items);
            let Some(more) = page.more else { return items };
            assert!(goes_on(&query, &more), "{more:?} leads back: {query:?}");
            query.after = Some(more);
        }
    }
}

fn goes_on(query: &Query, more: &Name) -> bool {
    query.after.as_ref().is_none_or(|after| match query.order {
        Order::First => more > after,
        Order::LastFirst => more < after,
    })
}

/// Lets the others of a crowd go first.
pub(super) async fn give_way() {
    let mut has_waited = false;
    poll_fn(|context| {
        if has_waited {
            return Poll::Ready(());
        }
        has_waited = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

pub(super) fn key(partition: &str, sort: &str) -> Key {
    Key {
        partition: name(&[partition]),
        sort: name(&[sort]),
    }
}

pub(super) fn name(parts: &[&str]) -> Name {
    must("a name", Name::of(parts))
}

pub(super) fn all(partition: &str) -> Query {
    Query::all(name(&[partition]), None)
}

pub(super) fn insert(key: &Key, body: &str) -> Write {
    Write::Insert {
        key: key.clone(),
        value: Value::lasting(body.to_owned()),
    }
}

pub(super) fn insert_until(key: &Key, body: &str, end: Timestamp) -> Write {
    Write::Insert {
        key: key.clone(),
        value: until(body, Some(end)),
    }
}

pub(super) fn replace(key: &Key, version: u64, body: &str) -> Write {
    Write::Replace {
        key: key.clone(),
        version,
        value: Value::lasting(body.to_owned()),
    }
}

pub(super) fn check(key: &Key, version: u64) -> Write {
    Write::Check {
        key: key.clone(),
        version,
    }
}

pub(super) fn remove(key: &Key) -> Write {
    Write::Remove { key: key.clone() }
}

pub(super) fn until(body: &str, expires_at: Option<Timestamp>) -> Value {
    Value {
        body: body.to_owned(),
        expires_at,
    }
}

/// Written by `written_by`, and lasting.
pub(super) fn item(key: &Key, version: u64, body: &str, written_by: BatchId) -> Item {
    Item {
        key: key.clone(),
        version,
        value: Value::lasting(body.to_owned()),
        written_by,
    }
}

pub(super) fn must<T, E: fmt::Debug>(what: &str, outcome: Result<T, E>) -> T {
    outcome.unwrap_or_else(|failure| broken(format!("{what} was expected: {failure:?}")))
}

#[expect(clippy::panic, reason = "a broken promise ends the test that tries it")]
pub(super) fn broken(what: impl fmt::Display) -> ! {
    panic!("{what}")
}
