//! An item as DynamoDB has it.

use idwo_core::store::{self, BatchId, Item, Key, Name, StoreFailure};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Of a read that found it, and of a refusal that says what was there.
#[derive(Deserialize)]
pub(super) struct Found {
    #[serde(rename = "Item")]
    pub(super) item: Option<Row>,
}

#[derive(Deserialize)]
pub(super) struct Page {
    #[serde(rename = "Items")]
    items: Vec<Row>,
    #[serde(rename = "LastEvaluatedKey")]
    last: Option<Last>,
}

#[derive(Deserialize)]
struct Last {
    sk: Text,
}

#[derive(Deserialize)]
pub(super) struct Row {
    pk: Text,
    sk: Text,
    v: Number,
    b: Text,
    expires_at: Option<Number>,
    w: Text,
}

#[derive(Deserialize)]
struct Text {
    #[serde(rename = "S")]
    text: String,
}

#[derive(Deserialize)]
struct Number {
    #[serde(rename = "N")]
    digits: String,
}

/// Somebody else wrote into the table. What was written is left out.
#[derive(Debug, thiserror::Error)]
#[error("the table holds what no store wrote")]
pub(super) struct Foreign;

pub(super) fn text(text: &str) -> Value {
    json!({ "S": text })
}

pub(super) fn number(number: impl ToString) -> Value {
    json!({ "N": number.to_string() })
}

/// Whole seconds count.
pub(super) fn second(time: Timestamp) -> Value {
    number(time.as_second())
}

pub(super) fn key(partition: &Name, sort: &Name) -> Map<String, Value> {
    let names = [("pk", partition), ("sk", sort)];
    let attribute = |(name, part): (&str, &Name)| (name.to_owned(), text(part.as_str()));
    names.map(attribute).into_iter().collect()
}

pub(super) fn row(at: &Key, version: u64, value: &store::Value, by: BatchId) -> Map<String, Value> {
    let mut row = key(&at.partition, &at.sort);
    let ends = value.expires_at.map(|end| ("expires_at", second(end)));
    let attributes = [
        ("v", number(version)),
        ("b", text(&value.body)),
        ("w", text(&by.0.to_string())),
    ];
    for (name, attribute) in attributes.into_iter().chain(ends) {
        row.insert(name.to_owned(), attribute);
    }
    row
}

impl TryFrom<Row> for Item {
    type Error = Foreign;

    fn try_from(row: Row) -> Result<Self, Foreign> {
        let ends = row.expires_at.map(|end| timestamp(&end)).transpose()?;
        Ok(Self {
            key: Key {
                partition: name(row.pk)?,
                sort: name(row.sk)?,
            },
            version: row.v.digits.parse().map_err(|_| Foreign)?,
            value: store::Value {
                body: row.b.text,
                expires_at: ends,
            },
            written_by: BatchId(row.w.text.parse().map_err(|_| Foreign)?),
        })
    }
}

impl TryFrom<Page> for store::Page {
    type Error = Foreign;

    fn try_from(page: Page) -> Result<Self, Foreign> {
        let items = page.items.into_iter().map(Item::try_from);
        Ok(Self {
            items: items.collect::<Result<_, _>>()?,
            more: page.last.map(|last| name(last.sk)).transpose()?,
        })
    }
}

impl From<Foreign> for StoreFailure {
    fn from(foreign: Foreign) -> Self {
        Self::Refused(foreign.to_string())
    }
}

fn name(text: Text) -> Result<Name, Foreign> {
    Name::written(text.text).map_err(|_| Foreign)
}

fn timestamp(second: &Number) -> Result<Timestamp, Foreign> {
    let second = second.digits.parse().map_err(|_| Foreign)?;
    Timestamp::from_second(second).map_err(|_| Foreign)
}
