//! How items lie in the file: a row each, and beside it when it expires.

use idwo_core::store::{BatchId, Item, Key, Name, Value};
use jiff::Timestamp;
use redb::{ReadableTable, Table, TableDefinition, WriteTransaction};
use uuid::Uuid;

/// Most items that have expired and are deleted along with one batch: as many as it can bring, so that
/// they never become more and more.
const SWEPT_MAX: usize = 100;

/// Partition and sort name; redb compares both byte by byte.
pub(super) type RowKey = (&'static str, &'static str);

/// Version, batch, end in seconds since 1970, body.
pub(super) type Row = (u64, u128, Option<i64>, &'static str);

pub(super) const ITEMS: TableDefinition<'_, RowKey, Row> = TableDefinition::new("items");

/// End in seconds since 1970, and of which item.
type EndKey = (i64, &'static str, &'static str);

const ENDS: TableDefinition<'_, EndKey, ()> = TableDefinition::new("ends");

/// Both tables, for as long as a transaction writes.
pub(super) struct Rows<'t> {
    pub(super) items: Table<'t, RowKey, Row>,
    ends: Table<'t, EndKey, ()>,
}

impl<'t> Rows<'t> {
    pub(super) fn of(writing: &'t WriteTransaction) -> Result<Self, redb::Error> {
        Ok(Self {
            items: writing.open_table(ITEMS)?,
            ends: writing.open_table(ENDS)?,
        })
    }

    pub(super) fn put(
        &mut self,
        key: &Key,
        version: u64,
        value: &Value,
        by: BatchId,
    ) -> Result<(), redb::Error> {
        let end = value.expires_at.map(Timestamp::as_second);
        let row = (version, by.0.as_u128(), end, value.body.as_str());
        let before = self.items.insert(names(key), row)?;
        let before = before.and_then(|row| row.value().2);
        self.forget_end(key, before)?;
        if let Some(end) = end {
            let (partition, sort) = names(key);
            self.ends.insert((end, partition, sort), ())?;
        }
        Ok(())
    }

    pub(super) fn remove(&mut self, key: &Key) -> Result<(), redb::Error> {
        let before = self.items.remove(names(key))?;
        let before = before.and_then(|row| row.value().2);
        self.forget_end(key, before)
    }

    fn forget_end(&mut self, key: &Key, end: Option<i64>) -> Result<(), redb::Error> {
        if let Some(end) = end {
            let (partition, sort) = names(key);
            self.ends.remove((end, partition, sort))?;
        }
        Ok(())
    }

    /// Deletes some of what has expired; what is left is not shown either.
    pub(super) fn sweep(&mut self, now: Timestamp) -> Result<(), redb::Error> {
        let later = now.as_second().saturating_add(1);
        let mut ended = Vec::new();
        for end in self.ends.range(..(later, "", ""))?.take(SWEPT_MAX) {
            let (end, _) = end?;
            let (_, partition, sort) = end.value();
            ended.push(key(partition, sort)?);
        }
        ended.iter().try_for_each(|key| self.remove(key))
    }
}

/// The item, whether it has expired or not.
pub(super) fn item(
    items: &impl ReadableTable<RowKey, Row>,
    key: &Key,
) -> Result<Option<Item>, redb::Error> {
    let row = items.get(names(key))?;
    row.map(|row| as_item(key.clone(), row.value())).transpose()
}

pub(super) fn as_item(
    key: Key,
    (version, by, end, body): (u64, u128, Option<i64>, &str),
) -> Result<Item, redb::Error> {
    let end = end.map(Timestamp::from_second).transpose();
    Ok(Item {
        key,
        version,
        value: Value {
            body: body.to_owned(),
            expires_at: end.map_err(damaged)?,
        },
        written_by: BatchId(Uuid::from_u128(by)),
    })
}

pub(super) fn key(partition: &str, sort: &str) -> Result<Key, redb::Error> {
    Ok(Key {
        partition: Name::written(partition).map_err(damaged)?,
        sort: Name::written(sort).map_err(damaged)?,
    })
}

fn names(key: &Key) -> (&str, &str) {
    (key.partition.as_str(), key.sort.as_str())
}

fn damaged(what: impl std::fmt::Display) -> redb::Error {
    redb::Error::Corrupted(what.to_string())
}

#[cfg(test)]
mod tests {
    use redb::backends::InMemoryBackend;
    use redb::{Database, ReadableDatabase, ReadableTableMetadata};

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn named(n: usize) -> Key {
        key("p", &n.to_string()).unwrap()
    }

    fn until(second: i64) -> Value {
        Value {
            body: "{}".to_owned(),
            expires_at: Some(at(second)),
        }
    }

    fn written(database: &Database, change: impl FnOnce(&mut Rows<'_>)) {
        let writing = database.begin_write().unwrap();
        change(&mut Rows::of(&writing).unwrap());
        writing.commit().unwrap();
    }

    /// Items, and ends of items.
    fn rows(database: &Database) -> (u64, u64) {
        let reading = database.begin_read().unwrap();
        let items = reading.open_table(ITEMS).unwrap().len().unwrap();
        (items, reading.open_table(ENDS).unwrap().len().unwrap())
    }

    #[test]
    fn what_has_expired_is_deleted_little_by_little() {
        let backend = InMemoryBackend::new();
        let database = Database::builder().create_with_backend(backend).unwrap();
        let by = BatchId(Uuid::nil());
        written(&database, |all| {
            for n in 0..SWEPT_MAX + 2 {
                all.put(&named(n), 1, &until(10), by).unwrap();
            }
            all.put(&named(1000), 1, &until(11), by).unwrap();
        });
        assert_eq!(rows(&database), (103, 103));
        written(&database, |all| all.sweep(at(9)).unwrap());
        assert_eq!(rows(&database), (103, 103), "a second early");
        written(&database, |all| all.sweep(at(10)).unwrap());
        assert_eq!(rows(&database), (3, 3));
        written(&database, |all| all.sweep(at(10)).unwrap());
        assert_eq!(rows(&database), (1, 1));
    }

    #[test]
    fn what_was_given_another_end_is_swept_by_that_alone() {
        let backend = InMemoryBackend::new();
        let database = Database::builder().create_with_backend(backend).unwrap();
        let by = BatchId(Uuid::nil());
        let lasting = Value::lasting("{}".to_owned());
        written(&database, |all| {
            for n in 0..3 {
                all.put(&named(n), 1, &until(10), by).unwrap();
            }
            all.put(&named(0), 2, &until(20), by).unwrap();
            all.put(&named(1), 2, &lasting, by).unwrap();
            all.remove(&named(2)).unwrap();
        });
        assert_eq!(rows(&database), (2, 1));
        written(&database, |all| all.sweep(at(19)).unwrap());
        assert_eq!(rows(&database), (2, 1));
        written(&database, |all| all.sweep(at(20)).unwrap());
        assert_eq!(rows(&database), (1, 0));
    }
}
