//! A part of a partition.

use std::ops::Bound::{Excluded, Included};

use idwo_core::store::{Item, Name, Order, Page, Query};
use jiff::Timestamp;
use redb::ReadableTable;

use super::rows::{self, Row, RowKey};

/// Most bytes of names and bodies that one page goes through, shown or not: DynamoDB stops at 1 MB.
const PAGE_BYTES_MAX: usize = 1024 * 1024;

type Rows<'t> = Box<dyn Iterator<Item = Result<Item, redb::Error>> + 't>;

pub(super) fn read(
    items: &impl ReadableTable<RowKey, Row>,
    query: &Query,
    now: Timestamp,
) -> Result<Page, redb::Error> {
    let mut draft = Draft::default();
    for item in rows(items, query)? {
        let item = item?;
        if draft.bytes + bytes(&item) > PAGE_BYTES_MAX {
            return Ok(draft.cut());
        }
        draft.go_through(item, now);
        // As DynamoDB does: whether another one follows was not looked at.
        if draft.seen == query.items_max {
            return Ok(draft.cut());
        }
    }
    Ok(draft.page)
}

#[derive(Default)]
struct Draft {
    page: Page,
    bytes: usize,
    seen: u16,
    last: Option<Name>,
}

impl Draft {
    /// What has expired is not shown, and counts.
    fn go_through(&mut self, item: Item, now: Timestamp) {
        self.bytes += bytes(&item);
        self.seen += 1;
        self.last = Some(item.key.sort.clone());
        if item.is_there(now) {
            self.page.items.push(item);
        }
    }

    fn cut(self) -> Page {
        Page {
            more: self.last,
            ..self.page
        }
    }
}

fn bytes(Item { key, value, .. }: &Item) -> usize {
    key.partition.as_str().len() + key.sort.as_str().len() + value.body.len()
}

fn rows<'t>(
    items: &'t impl ReadableTable<RowKey, Row>,
    query: &Query,
) -> Result<Rows<'t>, redb::Error> {
    let partition = query.partition.as_str();
    let under = query.under.as_ref().map_or("", Name::as_str);
    let end = end(partition, under);
    let mut high = (end.0.as_str(), end.1.as_str());
    let mut low = Included((partition, under));
    match (query.after.as_ref().map(Name::as_str), query.order) {
        (Some(after), Order::First) if after >= under => low = Excluded((partition, after)),
        (Some(after), Order::LastFirst) => high = high.min((partition, after)),
        _ => (),
    }
    // Nothing, where it ends before it begins.
    let rows = items.range::<(&str, &str)>((low, Excluded(high)))?;
    let rows = rows.map(|row| {
        let (key, row) = row?;
        let (partition, sort) = key.value();
        rows::as_item(rows::key(partition, sort)?, row.value())
    });
    Ok(match query.order {
        Order::First => Box::new(rows),
        Order::LastFirst => Box::new(rows.rev()),
    })
}

/// The first partition and sort name behind all that are under `under`.
fn end(partition: &str, under: &str) -> (String, String) {
    let mut chars: Vec<char> = under.chars().collect();
    while let Some(last) = chars.pop() {
        // The order of texts is that of their characters. Behind the last of all there is none.
        if let Some(next) = (last..=char::MAX).nth(1) {
            chars.push(next);
            return (partition.to_owned(), chars.into_iter().collect());
        }
    }
    (format!("{partition}\0"), String::new())
}

#[cfg(test)]
mod tests {
    use idwo_core::store::{BatchId, Value};
    use redb::backends::InMemoryBackend;
    use redb::{Database, ReadableDatabase};
    use uuid::Uuid;

    use super::rows::{ITEMS, Rows};
    use super::*;

    #[test]
    fn nothing_is_read_from_beside_what_was_asked_for() {
        let backend = InMemoryBackend::new();
        let database = Database::builder().create_with_backend(backend).unwrap();
        let writing = database.begin_write().unwrap();
        let mut rows = Rows::of(&writing).unwrap();
        for sort in ["a", "aa", "b#1", "b#2", "bb", "c"] {
            let (key, value) = (rows::key("p", sort), Value::lasting("{}".to_owned()));
            rows.put(&key.unwrap(), 1, &value, BatchId(Uuid::nil()))
                .unwrap();
        }
        drop(rows);
        writing.commit().unwrap();
        let items = database.begin_read().unwrap().open_table(ITEMS).unwrap();
        let name = |text: &str| Name::written(text).unwrap();
        for (order, after, expected) in [
            (Order::First, "a", &["b#1", "b#2"][..]),
            (Order::First, "b#1", &["b#2"]),
            (Order::First, "c", &[]),
            (Order::LastFirst, "c", &["b#2", "b#1"]),
            (Order::LastFirst, "b#2", &["b#1"]),
            (Order::LastFirst, "a", &[]),
        ] {
            let query = Query {
                order,
                ..Query::all(name("p"), Some(name("b#")))
            };
            let page = read(&items, &query.after(name(after)), Timestamp::UNIX_EPOCH).unwrap();
            let sorts: Vec<_> = page
                .items
                .iter()
                .map(|item| item.key.sort.as_str())
                .collect();
            assert_eq!(sorts, expected, "{order:?} after {after}");
        }
    }

    #[test]
    fn what_is_under_a_name_ends_where_the_next_name_begins() {
        let text = |sort: &str| ("p".to_owned(), sort.to_owned());
        assert_eq!(end("p", "a#"), text("a$"));
        assert_eq!(end("p", "a\u{d7ff}"), text("a\u{e000}"));
        assert_eq!(end("p", "a\u{10ffff}"), text("b"));
        let all = ("p\0".to_owned(), String::new());
        assert_eq!(end("p", "\u{10ffff}"), all);
        assert_eq!(end("p", ""), all);
    }
}
