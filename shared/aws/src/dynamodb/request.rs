//! What DynamoDB is asked.

use bytes::Bytes;
use idwo_core::store::{Batch, BatchId, Key, Name, Order, Query, Write};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::row;

const GET: &str = "DynamoDB_20120810.GetItem";
const QUERY: &str = "DynamoDB_20120810.Query";
const PUT: &str = "DynamoDB_20120810.PutItem";
const TRANSACT: &str = "DynamoDB_20120810.TransactWriteItems";

/// What a write expects and a query gives. Deletion is late, so the attribute decides.
const IS_ABSENT: &str = "attribute_not_exists(pk) OR expires_at <= :now";
const IS_THERE: &str = "attribute_not_exists(expires_at) OR expires_at > :now";
const IS_AS_EXPECTED: &str = "v = :v AND (attribute_not_exists(expires_at) OR expires_at > :now)";

pub(super) struct Request {
    pub(super) target: &'static str,
    pub(super) body: Bytes,
}

/// Where a page begins.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Begin<'a> {
    AtTheEdge,
    After(&'a Name),
    /// Behind all that is asked for.
    Beyond,
}

impl Request {
    fn of(target: &'static str, body: &Value) -> Self {
        Self {
            target,
            body: body.to_string().into(),
        }
    }

    pub(super) fn is_transaction(&self) -> bool {
        self.target == TRANSACT
    }
}

impl<'a> Begin<'a> {
    /// DynamoDB refuses to begin outside of what is asked for.
    pub(super) fn of(query: &'a Query) -> Self {
        let Some(after) = &query.after else {
            return Self::AtTheEdge;
        };
        let Some(under) = &query.under else {
            return Self::After(after);
        };
        let is_before = match query.order {
            Order::First => after < under,
            Order::LastFirst => after > under,
        };
        match (after.is_under(under), is_before) {
            (true, _) => Self::After(after),
            (false, true) => Self::AtTheEdge,
            (false, false) => Self::Beyond,
        }
    }
}

pub(super) fn get(table: &str, key: &Key) -> Request {
    let body = json!({
        "TableName": table,
        "Key": row::key(&key.partition, &key.sort),
        "ConsistentRead": true,
    });
    Request::of(GET, &body)
}

pub(super) fn query(table: &str, query: &Query, begin: &Begin<'_>, now: Timestamp) -> Request {
    let mut condition = "pk = :pk".to_owned();
    let mut values = Map::new();
    values.insert(":pk".to_owned(), row::text(query.partition.as_str()));
    values.insert(":now".to_owned(), row::second(now));
    if let Some(under) = &query.under {
        condition.push_str(" AND begins_with(sk, :under)");
        values.insert(":under".to_owned(), row::text(under.as_str()));
    }
    let mut body = json!({
        "TableName": table,
        "ConsistentRead": true,
        "KeyConditionExpression": condition,
        "FilterExpression": IS_THERE,
        "ExpressionAttributeValues": values,
        "ScanIndexForward": query.order == Order::First,
        "Limit": query.items_max,
    });
    if let (Begin::After(after), Some(body)) = (begin, body.as_object_mut()) {
        let after = row::key(&query.partition, after).into();
        body.insert("ExclusiveStartKey".to_owned(), after);
    }
    Request::of(QUERY, &body)
}

/// What leaves one item goes by itself, for half the price. What only removes is a transaction, since sent
/// again without a token it would remove what came after it.
pub(super) fn write(table: &str, batch: &Batch, now: Timestamp, token: Uuid) -> Request {
    let action = |write| Action::of(table, batch.id(), write, now);
    let mut actions: Vec<_> = batch.writes().iter().map(action).collect();
    if let [Action::Put(put)] = actions.as_mut_slice() {
        return Request::of(PUT, &put.take());
    }
    let body = json!({ "TransactItems": actions, "ClientRequestToken": token });
    Request::of(TRANSACT, &body)
}

/// By the names that a transaction has for them.
#[derive(Serialize)]
enum Action {
    Put(Value),
    ConditionCheck(Value),
    Delete(Value),
}

impl Action {
    fn of(table: &str, by: BatchId, write: &Write, now: Timestamp) -> Self {
        let now = row::second(now);
        match write {
            Write::Insert { key, value } => {
                let item = row::row(key, 1, value, by);
                let values = json!({ ":now": now });
                Self::Put(conditional(table, ("Item", item), IS_ABSENT, &values))
            }
            Write::Replace {
                key,
                version,
                value,
            } => {
                let item = row::row(key, version.saturating_add(1), value, by);
                let values = json!({ ":now": now, ":v": row::number(version) });
                Self::Put(conditional(table, ("Item", item), IS_AS_EXPECTED, &values))
            }
            Write::Check { key, version } => {
                let key = row::key(&key.partition, &key.sort);
                let values = json!({ ":now": now, ":v": row::number(version) });
                Self::ConditionCheck(conditional(table, ("Key", key), IS_AS_EXPECTED, &values))
            }
            Write::Remove { key } => {
                let key = row::key(&key.partition, &key.sort);
                Self::Delete(json!({ "TableName": table, "Key": key }))
            }
        }
    }
}

/// A refusal brings what was found, so that nobody has to read it.
fn conditional(
    table: &str,
    (name, attributes): (&str, Map<String, Value>),
    condition: &str,
    values: &Value,
) -> Value {
    json!({
        "TableName": table,
        name: attributes,
        "ConditionExpression": condition,
        "ExpressionAttributeValues": values,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    })
}
