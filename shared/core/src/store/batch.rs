//! What is written together.

use std::collections::HashSet;

use jiff::Timestamp;
use uuid::Uuid;

use super::{BODY_BYTES_MAX, Item, Key, StoreFailure};

/// Most writes of one batch, of DynamoDB's transactions.
const WRITES_MAX: usize = 100;

/// Most bytes of one batch: a transaction of DynamoDB takes 4 MiB with everything.
const BATCH_BYTES_MAX: usize = 3 * 1024 * 1024;

/// Writes on different items, in one go. Sent again under the same id it is applied once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    id: BatchId,
    writes: Vec<Write>,
}

/// Never the same for two batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BatchId(pub Uuid);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Must not be there, or have expired.
    Insert { key: Key, value: Value },
    /// Must be there in this version, and is in the next one then.
    Replace {
        key: Key,
        version: u64,
        value: Value,
    },
    /// Must be there in this version, and stays so.
    Check { key: Key, version: u64 },
    /// Is not there afterwards, whether it was before or not.
    Remove { key: Key },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// JSON of at most [`BODY_BYTES_MAX`] bytes.
    pub body: String,
    /// Whole seconds count, as for DynamoDB; from then on it is not there.
    pub expires_at: Option<Timestamp>,
}

/// A bug of ours: what is larger than any store takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no store takes {0}")]
pub struct TooLarge(pub String);

impl Batch {
    /// # Errors
    /// What no store takes: no write or more than 100, two of one item, a body that is too long.
    pub fn new(id: BatchId, writes: Vec<Write>) -> Result<Self, TooLarge> {
        if writes.is_empty() || writes.len() > WRITES_MAX {
            return Err(TooLarge(format!("a batch of {} writes", writes.len())));
        }
        let mut bytes = 0;
        let mut keys = HashSet::new();
        for write in &writes {
            let body = write.value().map_or(0, |value| value.body.len());
            if body > BODY_BYTES_MAX {
                return Err(TooLarge(format!("a body of {body} bytes")));
            }
            bytes += body;
            if !keys.insert(write.key()) {
                return Err(TooLarge("two writes of one item at once".to_owned()));
            }
        }
        if bytes > BATCH_BYTES_MAX {
            return Err(TooLarge(format!("a batch of {bytes} bytes")));
        }
        Ok(Self { id, writes })
    }

    pub const fn id(&self) -> BatchId {
        self.id
    }

    pub fn writes(&self) -> &[Write] {
        &self.writes
    }
}

impl Write {
    pub const fn key(&self) -> &Key {
        match self {
            Self::Insert { key, .. }
            | Self::Replace { key, .. }
            | Self::Check { key, .. }
            | Self::Remove { key } => key,
        }
    }

    pub const fn value(&self) -> Option<&Value> {
        match self {
            Self::Insert { value, .. } | Self::Replace { value, .. } => Some(value),
            Self::Check { .. } | Self::Remove { .. } => None,
        }
    }

    /// Whether this write finds what it expects, where `found` is there.
    pub fn fits(&self, found: Option<&Item>, now: Timestamp) -> bool {
        let there = found.filter(|item| item.is_there(now));
        match self {
            Self::Insert { .. } => there.is_none(),
            Self::Replace { version, .. } | Self::Check { version, .. } => {
                there.is_some_and(|item| item.version == *version)
            }
            Self::Remove { .. } => true,
        }
    }
}

impl Value {
    pub const fn lasting(body: String) -> Self {
        Self {
            body,
            expires_at: None,
        }
    }
}

impl From<TooLarge> for StoreFailure {
    fn from(TooLarge(what): TooLarge) -> Self {
        Self::Refused(what)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Name;
    use super::*;

    fn insert(sort: &str, bytes: usize) -> Write {
        let name = |part| Name::of(&[part]).unwrap();
        let key = Key {
            partition: name("p"),
            sort: name(sort),
        };
        Write::Insert {
            key,
            value: Value::lasting("x".repeat(bytes)),
        }
    }

    #[test]
    fn what_no_store_takes_is_no_batch() {
        let id = BatchId(Uuid::nil());
        let inserts = |n: usize, bytes| (0..n).map(|i| insert(&i.to_string(), bytes)).collect();
        for (writes, taken) in [
            (vec![], false),
            (inserts(1, BODY_BYTES_MAX), true),
            (inserts(1, BODY_BYTES_MAX + 1), false),
            (inserts(100, 9), true),
            (inserts(101, 9), false),
            (inserts(9, BODY_BYTES_MAX), false),
            (vec![insert("a", 1), insert("a", 2)], false),
        ] {
            let n = writes.len();
            assert_eq!(Batch::new(id, writes).is_ok(), taken, "{n} writes");
        }
    }
}
