//! DynamoDB in this process: what it is asked comes over HTTP, and its answers can get lost on their way.

use std::collections::{HashSet, VecDeque};
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
    None,
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
        let faults = Arc::<Mutex<VecDeque<Fault>>>::default();
        let planned = Arc::clone(&faults);
        let next = move |_: &Asked| planned.lock().unwrap().pop_front();
        Self {
            stand_in: Self::with(move |asked| next(asked).unwrap_or(Fault::None)).await,
            faults,
        }
    }

    /// Each write is done when it first comes, and its answer is lost.
    pub(super) async fn start_forgetful() -> Self {
        let seen = Mutex::<HashSet<String>>::default();
        let is_new = move |asked: &Asked| seen.lock().unwrap().insert(asked.body.clone());
        let lose_first = move |asked: &Asked| {
            if is_write(asked) && is_new(asked) {
                return Fault::Done(Answer::Ends);
            }
            Fault::None
        };
        Self {
            stand_in: Self::with(lose_first).await,
            faults: Arc::default(),
        }
    }

    async fn with(fault: impl Fn(&Asked) -> Fault + Send + Sync + 'static) -> StandIn {
        let database = Database::memory().unwrap();
        make_table(&database);
        let script = move |asked: &Asked| match fault(asked) {
            Fault::None => answer(&database, asked),
            Fault::NotDone(answer) => answer,
            Fault::Done(instead) => {
                answer(&database, asked);
                instead
            }
        };
        StandIn::start(script).await
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

fn is_write(asked: &Asked) -> bool {
    asked.target.ends_with("PutItem") || asked.target.ends_with("TransactWriteItems")
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
