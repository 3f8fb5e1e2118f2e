//! What goes wrong on the way to DynamoDB and back. What goes right, every store's contract tells.

mod contract;
mod emulator;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use idwo_core::chance::Chance;
use idwo_core::clock::StoppedClock;
use idwo_core::store::{Batch, BatchId, Item, Key, Name, Query, Store, StoreFailure, Value, Write};
use jiff::Timestamp;
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

use self::emulator::{Emulator, Fault};
use super::DynamoDb;
use super::patience::{self, Patience};
use crate::stand_in::{Answer, StandIn, function_at};

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

#[tokio::test]
async fn a_lost_answer_is_not_applied_twice() {
    for loss in losses() {
        let emulator = Emulator::start().await;
        let store = emulator.store(clock());
        for (id, writes) in [
            (1, vec![insert("a", "1")]),
            (2, vec![replace("a", 1, "2")]),
            (3, vec![insert("b", "1"), replace("a", 2, "3")]),
            (
                4,
                vec![replace("a", 3, "4"), Write::Remove { key: key("b") }],
            ),
        ] {
            emulator.plan([Fault::Done(loss.clone())]);
            let written = store.write(&batch(id, writes)).await;
            assert!(written.is_ok(), "{id} after {loss:?}: {written:?}");
        }
        assert_eq!(there(&store, "a").await, Some((4, "4".to_owned())));
        assert_eq!(there(&store, "b").await, None);
    }
}

#[tokio::test]
async fn what_did_not_arrive_is_sent_again() {
    for loss in losses() {
        let emulator = Emulator::start().await;
        let store = emulator.store(clock());
        emulator.plan([Fault::NotDone(loss.clone())]);
        store
            .write(&batch(1, vec![insert("a", "1")]))
            .await
            .unwrap();
        emulator.plan([Fault::NotDone(loss.clone())]);
        let writes = vec![replace("a", 1, "2"), insert("b", "1")];
        store.write(&batch(2, writes)).await.unwrap();
        emulator.plan([Fault::NotDone(loss)]);
        assert_eq!(there(&store, "a").await, Some((2, "2".to_owned())));
        assert_eq!(there(&store, "b").await, Some((1, "1".to_owned())));
    }
}

#[tokio::test]
async fn a_removal_without_an_answer_does_not_remove_what_came_after_it() {
    let emulator = Emulator::start().await;
    let store = Arc::new(emulator.store(clock()));
    store
        .write(&batch(1, vec![insert("a", "old")]))
        .await
        .unwrap();

    emulator.plan([Fault::Done(Answer::Hangs)]);
    let remover = Arc::clone(&store);
    let remove = batch(2, vec![Write::Remove { key: key("a") }]);
    let removed = tokio::spawn(async move { remover.write(&remove).await });
    emulator.stand_in.asked_times(2).await;
    store
        .write(&batch(3, vec![insert("a", "new")]))
        .await
        .unwrap();
    tokio::time::pause();
    tokio::time::advance(patience::TRY_TIMEOUT).await;
    tokio::time::resume();

    removed.await.unwrap().unwrap();
    assert_eq!(there(&store, "a").await, Some((1, "new".to_owned())));
    let asked = emulator.stand_in.asked();
    assert_eq!(asked[1], asked[3], "the same bytes under the same token");
}

#[tokio::test]
async fn a_removal_that_is_sent_again_later_does_not_remove_what_came_after_it() {
    let emulator = Emulator::start().await;
    let store = emulator.store(clock());
    let removal = batch(1, vec![Write::Remove { key: key("a") }]);
    store.write(&removal).await.unwrap();
    store
        .write(&batch(2, vec![insert("a", "new")]))
        .await
        .unwrap();
    store.write(&removal).await.unwrap();
    assert_eq!(there(&store, "a").await, Some((1, "new".to_owned())));
}

#[tokio::test]
async fn a_batch_that_is_sent_again_later_is_known() {
    let emulator = Emulator::start().await;
    let (store, later) = (emulator.store(clock()), emulator.store(at(2_000)));
    let writes = vec![insert("a", "1"), Write::Remove { key: key("b") }];
    for sent in [batch(1, vec![insert("c", "1")]), batch(2, writes)] {
        store.write(&sent).await.unwrap();
        later.write(&sent).await.unwrap();
    }
    assert_eq!(there(&store, "a").await, Some((1, "1".to_owned())));
    assert_eq!(there(&store, "c").await, Some((1, "1".to_owned())));
}

#[tokio::test]
async fn what_is_throttled_twice_is_done_at_the_third_try() {
    for busy in [
        refusal("ThrottlingException"),
        refusal("ProvisionedThroughputExceededException"),
        refusal("RequestLimitExceeded"),
        refusal("TransactionConflictException"),
    ] {
        let emulator = Emulator::start().await;
        let store = emulator.store(clock());
        emulator.plan([Fault::NotDone(busy.clone()), Fault::NotDone(busy.clone())]);
        store
            .write(&batch(1, vec![insert("a", "1")]))
            .await
            .unwrap();
        emulator.plan([Fault::NotDone(busy.clone()), Fault::NotDone(busy)]);
        assert!(there(&store, "a").await.is_some());
        let page = store.query(&Query::all(name("p"), None)).await.unwrap();
        assert_eq!(page.items.len(), 1);
        assert_eq!(emulator.stand_in.asked().len(), 7);
    }
}

#[tokio::test]
async fn a_transaction_that_others_are_in_the_way_of_is_tried_again() {
    for code in [
        "TransactionConflict",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
    ] {
        let emulator = Emulator::start().await;
        let store = emulator.store(clock());
        let busy = Fault::NotDone(cancelled(&["None", code]));
        emulator.plan(vec![busy; 2]);
        let writes = vec![insert("a", "1"), insert("b", "1")];
        store.write(&batch(1, writes)).await.unwrap();
        assert_eq!(there(&store, "b").await, Some((1, "1".to_owned())));
    }
}

#[tokio::test]
async fn what_is_throttled_for_ever_is_busy_and_nothing_was_written() {
    let emulator = Emulator::start().await;
    let store = emulator.store(clock());
    emulator.plan(vec![Fault::NotDone(refusal("ThrottlingException")); 6]);
    let written = store.write(&batch(1, vec![insert("a", "1")])).await;
    assert!(matches!(written, Err(StoreFailure::Busy)), "{written:?}");
    assert_eq!(emulator.stand_in.asked().len(), 6);
    assert_eq!(there(&store, "a").await, None);
}

#[tokio::test]
async fn after_a_try_without_an_answer_a_busy_store_knows_nothing() {
    let emulator = Emulator::start().await;
    let store = emulator.store(clock());
    emulator.plan([Fault::Done(failure())]);
    emulator.plan(vec![Fault::NotDone(refusal("ThrottlingException")); 5]);
    let inserted = batch(1, vec![insert("a", "1")]);
    let written = store.write(&inserted).await;
    assert!(
        matches!(written, Err(StoreFailure::Unanswered(_))),
        "{written:?}"
    );
    store.write(&inserted).await.unwrap();
    assert_eq!(there(&store, "a").await, Some((1, "1".to_owned())));
}

#[tokio::test]
async fn where_no_answer_ever_comes_nobody_knows() {
    for loss in losses() {
        let emulator = Emulator::start().await;
        let store = emulator.store(clock());
        emulator.plan(vec![Fault::NotDone(loss); 6]);
        let written = store.write(&batch(1, vec![insert("a", "1")])).await;
        assert!(
            matches!(written, Err(StoreFailure::Unanswered(_))),
            "{written:?}"
        );
        assert_eq!(emulator.stand_in.asked().len(), 6);
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_written() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let function = function_at(&url, &[("IDWO_STATE_TABLE", "state")]);
    let store = DynamoDb {
        patience: Patience::without_waits(),
        ..DynamoDb::of(&function, clock(), Chance::seeded(1)).unwrap()
    };
    let written = store.write(&batch(1, vec![insert("a", "1")])).await;
    assert!(matches!(written, Err(StoreFailure::Busy)), "{written:?}");
}

#[tokio::test]
async fn a_conflict_brings_what_was_found_without_a_read() {
    let emulator = Emulator::start().await;
    let store = emulator.store(clock());
    store
        .write(&batch(1, vec![insert("a", "1")]))
        .await
        .unwrap();
    for (id, writes) in [
        (2, vec![insert("a", "2")]),
        (3, vec![insert("b", "1"), replace("a", 7, "2")]),
    ] {
        let written = store.write(&batch(id, writes)).await;
        let Err(StoreFailure::Conflict { key: at, found }) = written else {
            panic!("{written:?}");
        };
        assert_eq!((at, found.unwrap().value.body), (key("a"), "1".to_owned()));
    }
    assert_eq!(emulator.stand_in.asked().len(), 3);
    assert_eq!(there(&store, "b").await, None);
}

#[tokio::test]
async fn what_no_try_can_help_is_refused_at_once() {
    for refused in [
        refusal("ValidationException"),
        refusal("AccessDeniedException"),
        refusal("ResourceNotFoundException"),
        cancelled(&["ValidationError"]),
    ] {
        let emulator = Emulator::start().await;
        let store = emulator.store(clock());
        emulator.plan([Fault::NotDone(refused)]);
        let written = store.write(&batch(1, vec![insert("a", "1")])).await;
        assert!(
            matches!(written, Err(StoreFailure::Refused(_))),
            "{written:?}"
        );
        assert_eq!(emulator.stand_in.asked().len(), 1);
    }
}

/// With all its causes, as it would stand in a log.
fn told(why: &StoreFailure) -> String {
    let mut told = format!("{why} {why:?}");
    let mut cause = why.source();
    while let Some(why) = cause {
        told.push_str(&format!(" {why} {why:?}"));
        cause = why.source();
    }
    told
}

#[tokio::test]
async fn an_error_tells_nothing_of_what_was_sent_or_said() {
    let kind = "ConditionalCheckFailedException";
    let found = json!({ "__type": kind, "Item": { "pk": "private" } }).to_string();
    let said = json!({ "__type": "ValidationException", "message": "private" }).to_string();
    for answer in [
        Answer::Says(400, said.clone()),
        Answer::Says(400, found),
        Answer::Says(400, "private".to_owned()),
        Answer::Says(500, said),
        Answer::SaysHalf("private".to_owned()),
        Answer::Ends,
        cancelled(&["None", "private"]),
    ] {
        let stand_in = StandIn::start(move |_| answer.clone()).await;
        let function = stand_in.function(&[("IDWO_STATE_TABLE", "state")]);
        let store = DynamoDb {
            patience: Patience::without_waits(),
            ..DynamoDb::of(&function, clock(), Chance::seeded(1)).unwrap()
        };
        let why = store.write(&batch(1, vec![insert("a", "private")])).await;
        let why = told(&why.unwrap_err());
        assert!(!why.contains("private"), "{why}");
    }
}

#[tokio::test(start_paused = true)]
async fn all_tries_together_end_within_their_time() {
    let begun = Instant::now();
    let chance = Chance::seeded(1);
    let hangs = async |within| {
        tokio::time::timeout(within, std::future::pending::<()>())
            .await
            .unwrap_err();
        Err::<(), _>(StoreFailure::Busy)
    };
    let asked = Patience::default().ask(&chance, hangs).await;
    assert!(matches!(asked, Err(StoreFailure::Busy)));
    assert!(begun.elapsed() <= patience::TOTAL, "{:?}", begun.elapsed());
    assert!(begun.elapsed() > patience::TRY_TIMEOUT * 2);
}

#[tokio::test(start_paused = true)]
async fn a_busy_store_is_given_time_and_never_the_same() {
    let waited = async |seed| {
        let begun = Instant::now();
        let busy = async |_| Err::<(), _>(StoreFailure::Busy);
        let _ = Patience::default().ask(&Chance::seeded(seed), busy).await;
        begun.elapsed()
    };
    let (one, other) = (waited(1).await, waited(2).await);
    assert!(one > Duration::ZERO && other > Duration::ZERO && one != other);
}
