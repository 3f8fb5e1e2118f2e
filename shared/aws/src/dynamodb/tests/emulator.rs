//! DynamoDB in this process: what it is asked comes over HTTP, and its answers can get lost on their way.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use dynoxide::Database;
use dynoxide::errors::DynoxideError;
use idwo_core::chance::Chance;
use idwo_core::clock::Clock;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::{DynamoDb, Patience};
use crate::stand_in::{Answer, Asked, StandIn};
use crate::start::Start;

/// The variable that names it.
pub(super) const TABLE: (&str, &str) = ("IDWO_STATE_TABLE", "state");

/// What comes instead of an answer.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// It was done, and this comes.
    Done(Answer),
    /// It was not done, and this comes.
    NotDone(Answer),
}

pub(super) struct Emulator {
    pub(super) stand_in: StandIn,
    faults: Arc<Mutex<VecDeque<Fault>>>,
}

impl Emulator {
    pub(super) async fn start() -> Self {
        let database = Database::memory().unwrap();
        make_table(&database);
        let faults = Arc::<Mutex<VecDeque<Fault>>>::default();
        let planned = Arc::clone(&faults);
        let stand_in = StandIn::start(move |asked| {
            let fault = planned.lock().unwrap().pop_front();
            match fault {
                None => answer(&database, asked),
                Some(Fault::NotDone(answer)) => answer,
                Some(Fault::Done(instead)) => {
                    answer(&database, asked);
                    instead
                }
            }
        });
        Self {
            stand_in: stand_in.await,
            faults,
        }
    }

    /// Of the next requests, in this order.
    pub(super) fn plan(&self, faults: impl IntoIterator<Item = Fault>) {
        self.faults.lock().unwrap().extend(faults);
    }

    pub(super) fn store(&self, clock: Arc<dyn Clock>) -> DynamoDb {
        store(&self.stand_in.function(&[TABLE]), clock)
    }
}

/// One that does not wait between its tries.
pub(super) fn store(function: &Start, clock: Arc<dyn Clock>) -> DynamoDb {
    DynamoDb {
        patience: Patience::without_waits(),
        ..DynamoDb::of(function, clock, Chance::seeded(1)).unwrap()
    }
}

fn make_table(database: &Database) {
    let attribute = |name| json!({ "AttributeName": name, "AttributeType": "S" });
    let table = json!({
        "TableName": TABLE.1,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [attribute("pk"), attribute("sk")],
        "KeySchema": [
            { "AttributeName": "pk", "KeyType": "HASH" },
            { "AttributeName": "sk", "KeyType": "RANGE" },
        ],
    });
    database.create_table(parsed(&table.to_string())).unwrap();
}

fn answer(database: &Database, asked: &Asked) -> Answer {
    let body = asked.body.as_str();
    let done = match asked.target.as_str() {
        "DynamoDB_20120810.GetItem" => written(database.get_item(parsed(body))),
        "DynamoDB_20120810.PutItem" => written(database.put_item(parsed(body))),
        "DynamoDB_20120810.Query" => written(database.query(parsed(body))),
        "DynamoDB_20120810.TransactWriteItems" => {
            written(database.transact_write_items(parsed(body)))
        }
        target => panic!("{target} is not expected"),
    };
    match done {
        Ok(answer) => Answer::Says(200, answer.to_string()),
        Err(error) => Answer::Says(error.status_code(), error.to_json()),
    }
}

fn parsed<T: DeserializeOwned>(body: &str) -> T {
    serde_json::from_str(body).unwrap()
}

fn written(answer: Result<impl Serialize, DynoxideError>) -> Result<Value, DynoxideError> {
    answer.map(|answer| serde_json::to_value(answer).unwrap())
}
