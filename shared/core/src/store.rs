//! The port to what must not be lost: small items in partitions, each in a version, written together
//! or not at all.
//!
//! | promise | what it means |
//! |---|---|
//! | one order | an item that was read is the newest that any answered write has left |
//! | all or nothing | of the writes of one [`Batch`] either all are there or none |
//! | no lost update | a write names what it expects, and fails where it finds something else |
//! | once | a batch that is sent again under its own id is applied once, as long as something of it is there to know it by |
//! | gone is gone | what has expired is not there, whether it was deleted yet or not |

mod batch;
mod key;

use async_trait::async_trait;
use jiff::Timestamp;

pub use self::batch::{Batch, BatchId, TooLarge, Value, Write};
pub use self::key::{Key, Name};
use crate::failure::Source;

/// Longest body of an item, in bytes. DynamoDB takes 400 KiB with keys and names of attributes, of which
/// there are at most 4 KiB.
pub const BODY_BYTES_MAX: usize = 380 * 1024;

/// Most items of one page.
pub const PAGE_ITEMS_MAX: u16 = 500;

#[async_trait]
pub trait Store: Send + Sync {
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreFailure>;

    /// A part of a partition's items, in the order of their sort names, byte by byte. It can be short, or
    /// empty, with more to come.
    async fn query(&self, query: &Query) -> Result<Page, StoreFailure>;

    /// All of the batch or nothing. Where every write that finds something unexpected finds what this same
    /// batch has left, it was applied before, and all is well.
    async fn write(&self, batch: &Batch) -> Result<(), StoreFailure>;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub key: Key,
    /// 1 when it was inserted, and one more with each replacement.
    pub version: u64,
    pub value: Value,
    /// The batch that left it so.
    pub written_by: BatchId,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub partition: Name,
    /// What the sort names begin with; `None` for all.
    pub under: Option<Name>,
    /// The last sort name that was seen.
    pub after: Option<Name>,
    pub order: Order,
    /// 1 to [`PAGE_ITEMS_MAX`].
    pub items_max: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    First,
    LastFirst,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    pub items: Vec<Item>,
    /// What to go on after, where there may be more.
    pub more: Option<Name>,
}

/// Why a store did not do what it was asked, told apart by what is known of the writes.
#[derive(Debug, thiserror::Error)]
pub enum StoreFailure {
    /// Nothing was written: something else is there than was expected, or nothing. Where that is so of several
    /// items, this is one of them.
    #[error("{key} is not as it was expected")]
    Conflict { key: Key, found: Option<Box<Item>> },

    /// Nothing was written; a moment later it may be.
    #[error("the store is busy")]
    Busy,

    /// Nobody knows whether it was written. The same batch may be sent again.
    #[error("the store did not answer")]
    Unanswered(#[source] Source),

    /// A bug of ours: no store takes it, now or later.
    #[error("no store takes it: {0}")]
    Refused(String),
}

impl Item {
    pub fn is_there(&self, now: Timestamp) -> bool {
        self.value.expires_at.is_none_or(|end| now < end)
    }
}

impl Query {
    /// All of `partition` whose sort names begin with `under`, first ones first.
    pub const fn all(partition: Name, under: Option<Name>) -> Self {
        Self {
            partition,
            under,
            after: None,
            order: Order::First,
            items_max: PAGE_ITEMS_MAX,
        }
    }

    #[must_use]
    pub fn last_first(self, items_max: u16) -> Self {
        Self {
            order: Order::LastFirst,
            items_max,
            ..self
        }
    }

    #[must_use]
    pub fn after(self, after: Name) -> Self {
        Self {
            after: Some(after),
            ..self
        }
    }
}

impl StoreFailure {
    pub fn conflict(key: &Key, found: Option<Item>) -> Self {
        Self::Conflict {
            key: key.clone(),
            found: found.map(Box::new),
        }
    }
}
