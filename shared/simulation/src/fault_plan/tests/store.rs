//! Faults around a store.

use std::sync::Arc;

use idwo_core::chance::Chance;
use idwo_core::clock::Clock;
use idwo_core::store::{Batch, BatchId, Key, Name, Query, Store, StoreFailure, Value, Write};

use super::{faults, survived};
use crate::clock::TestClock;
use crate::fault_plan::FaultyStore;
use crate::model::Model;

/// A store with faults, and the store behind them.
fn tried(plan: &str) -> (FaultyStore, Arc<Model>) {
    let (faults, _) = faults(plan);
    let model = Arc::new(Model::new(Arc::new(TestClock::default())));
    let inner = Arc::clone(&model) as Arc<dyn Store>;
    (FaultyStore { inner, faults }, model)
}

fn key() -> Key {
    let name = |part| Name::of(&[part]).unwrap();
    Key {
        partition: name("p"),
        sort: name("s"),
    }
}

fn batch() -> Batch {
    let id = Chance::seeded(1).id(TestClock::default().now()).unwrap();
    let write = Write::Insert {
        key: key(),
        value: Value::lasting("1".to_owned()),
    };
    Batch::new(BatchId(id), vec![write]).unwrap()
}

#[tokio::test]
async fn a_lost_answer_is_sent_again_and_applied_once() {
    let plan = r#"[{ "op": "write", "n": 1, "action": "timeout_applied" }]"#;
    let (store, model) = tried(plan);
    let lost = store.write(&batch()).await;
    assert!(matches!(lost, Err(StoreFailure::Unanswered(_))), "{lost:?}");
    let left = model.items();
    assert_eq!(left.len(), 1);
    store.write(&batch()).await.unwrap();
    assert_eq!(model.items(), left);
}

#[tokio::test]
async fn what_is_not_applied_is_not_there() {
    for (action, expected) in [
        ("timeout_not_applied", "Unanswered(PlannedFault)"),
        ("throttle", "Busy"),
        ("error", "Refused(\"the fault plan wants it so\")"),
    ] {
        let plan = format!(r#"[{{ "op": "write", "n": 1, "action": "{action}" }}]"#);
        let (store, model) = tried(&plan);
        let failure = store.write(&batch()).await.unwrap_err();
        assert_eq!(format!("{failure:?}"), expected);
        assert_eq!(model.items(), [], "{action}");
        store.write(&batch()).await.unwrap();
        assert_eq!(model.items().len(), 1, "{action}");
    }
}

#[tokio::test]
async fn reading_fails_where_it_is_planned() {
    let plan = r#"[
        { "op": "get", "n": 1, "action": "throttle" },
        { "op": "query", "n": 2, "action": "timeout_not_applied" }
    ]"#;
    let (store, _) = tried(plan);
    let query = Query::all(key().partition, None);
    assert!(matches!(store.get(&key()).await, Err(StoreFailure::Busy)));
    assert_eq!(store.get(&key()).await.unwrap(), None);
    assert_eq!(store.query(&query).await.unwrap().items, []);
    let failed = store.query(&query).await;
    assert!(matches!(failed, Err(StoreFailure::Unanswered(_))));
}

#[tokio::test]
async fn a_process_that_crashed_after_it_wrote_has_written() {
    for (at, items) in [("before", 0), ("after", 1)] {
        let plan = format!(r#"[{{ "op": "write", "n": 1, "at": "{at}", "action": "crash" }}]"#);
        let (store, model) = tried(&plan);
        assert!(survived(store.write(&batch())).await.is_none());
        assert_eq!(model.items().len(), items, "{at}");
    }
}

#[tokio::test]
async fn a_conflict_stays_one() {
    let plan = r#"[{ "op": "write", "n": 1, "action": "timeout_applied" }]"#;
    let (store, _) = tried(plan);
    let write = Write::Check {
        key: key(),
        version: 1,
    };
    let batch = Batch::new(batch().id(), vec![write]).unwrap();
    let conflict = store.write(&batch).await;
    assert!(matches!(conflict, Err(StoreFailure::Conflict { .. })));
}
