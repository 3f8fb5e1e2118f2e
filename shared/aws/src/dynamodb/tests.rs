//! What goes wrong on the way to DynamoDB and back. What goes right, every store's contract tells.

mod busy;
mod contract;
mod emulator;
mod large;
mod lost;
mod overtaken;
mod told;

use std::sync::Arc;

use idwo_core::clock::StoppedClock;
use idwo_core::store::{Batch, BatchId, Item, Key, Name, Store, Value, Write};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::DynamoDb;
use crate::stand_in::Answer;

fn clock() -> Arc<StoppedClock> {
    at(1_000)
}

fn at(second: i64) -> Arc<StoppedClock> {
    Arc::new(StoppedClock(Timestamp::from_second(second).unwrap()))
}

fn name(part: &str) -> Name {
    Name::of(&[part]).unwrap()
}

fn key(sort: &str) -> Key {
    Key {
        partition: name("p"),
        sort: name(sort),
    }
}

fn insert(sort: &str, body: &str) -> Write {
    Write::Insert {
        key: key(sort),
        value: Value::lasting(body.to_owned()),
    }
}

fn replace(sort: &str, version: u64, body: &str) -> Write {
    Write::Replace {
        key: key(sort),
        version,
        value: Value::lasting(body.to_owned()),
    }
}

fn batch(id: u128, writes: Vec<Write>) -> Batch {
    Batch::new(BatchId(Uuid::from_u128(id)), writes).unwrap()
}

async fn there(store: &DynamoDb, sort: &str) -> Option<(u64, String)> {
    let item: Option<Item> = store.get(&key(sort)).await.unwrap();
    item.map(|item| (item.version, item.value.body))
}

fn refusal(kind: &str) -> Answer {
    let kind = format!("com.amazonaws.dynamodb.v20120810#{kind}");
    Answer::Says(400, json!({ "__type": kind, "message": "m" }).to_string())
}

fn cancelled(codes: &[&str]) -> Answer {
    let reasons: Vec<_> = codes.iter().map(|code| json!({ "Code": code })).collect();
    let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    let said = json!({ "__type": kind, "CancellationReasons": reasons });
    Answer::Says(400, said.to_string())
}

fn failure() -> Answer {
    Answer::Says(500, r#"{"__type":"InternalServerError"}"#.to_owned())
}

/// Each way in which a write that was done can look as if it was not.
fn losses() -> [Answer; 6] {
    let half = Answer::SaysHalf("{\"ConsumedCapacity\":[]}".to_owned());
    let under_way = refusal("TransactionInProgressException");
    let unreadable = Answer::Says(400, "<html>".to_owned());
    let mismatch = refusal("IdempotentParameterMismatchException");
    [
        Answer::Ends,
        half,
        failure(),
        under_way,
        mismatch,
        unreadable,
    ]
}
