//! A batch, as one transaction: judged against what it finds, then written whole.

use idwo_core::store::{Batch, StoreFailure, Write};
use jiff::Timestamp;
use redb::{Database, Durability};

use super::rows::{self, Rows};

enum Verdict {
    Fits,
    /// What it finds unexpected is what it has left itself.
    AppliedBefore,
    Conflict(StoreFailure),
}

/// All of the batch, and on the disk, or nothing.
pub(super) fn done(
    database: &Database,
    batch: &Batch,
    now: Timestamp,
) -> Result<Result<(), StoreFailure>, redb::Error> {
    let mut writing = database.begin_write()?;
    writing.set_durability(Durability::Immediate)?;
    let mut rows = Rows::of(&writing)?;
    match judged(&rows, batch, now)? {
        Verdict::Conflict(conflict) => return Ok(Err(conflict)),
        Verdict::AppliedBefore => return Ok(Ok(())),
        Verdict::Fits => (),
    }
    for write in batch.writes() {
        apply(&mut rows, write, batch)?;
    }
    rows.sweep(now)?;
    drop(rows);
    writing.commit()?;
    Ok(Ok(()))
}

fn judged(rows: &Rows<'_>, batch: &Batch, now: Timestamp) -> Result<Verdict, redb::Error> {
    let mut verdict = Verdict::Fits;
    for write in batch.writes() {
        let found = rows::item(&rows.items, write.key())?;
        let found = found.filter(|item| item.is_there(now));
        if write.fits(found.as_ref(), now) {
            continue;
        }
        if found.as_ref().map(|item| item.written_by) != Some(batch.id()) {
            let conflict = StoreFailure::conflict(write.key(), found);
            return Ok(Verdict::Conflict(conflict));
        }
        verdict = Verdict::AppliedBefore;
    }
    Ok(verdict)
}

fn apply(rows: &mut Rows<'_>, write: &Write, batch: &Batch) -> Result<(), redb::Error> {
    match write {
        Write::Insert { key, value } => rows.put(key, 1, value, batch.id()),
        Write::Replace {
            key,
            version,
            value,
        } => rows.put(key, version.saturating_add(1), value, batch.id()),
        Write::Check { .. } => Ok(()),
        Write::Remove { key } => rows.remove(key),
    }
}

#[cfg(test)]
mod tests {
    use idwo_core::store::{BatchId, Value};
    use redb::backends::InMemoryBackend;
    use redb::{ReadableDatabase, ReadableTableMetadata};
    use uuid::Uuid;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn insert(sort: &str, end: i64) -> Batch {
        let write = Write::Insert {
            key: rows::key("p", sort).unwrap(),
            value: Value {
                body: "{}".to_owned(),
                expires_at: Some(at(end)),
            },
        };
        Batch::new(BatchId(Uuid::from_u128(1)), vec![write]).unwrap()
    }

    #[test]
    fn a_write_sweeps_what_has_expired() {
        let backend = InMemoryBackend::new();
        let database = Database::builder().create_with_backend(backend).unwrap();
        done(&database, &insert("a", 10), at(1)).unwrap().unwrap();
        done(&database, &insert("b", 99), at(10)).unwrap().unwrap();
        let items = database.begin_read().unwrap().open_table(rows::ITEMS);
        assert_eq!(items.unwrap().len().unwrap(), 1);
    }
}
