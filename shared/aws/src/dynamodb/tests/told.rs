//! What a failure tells, and what it must not.

use std::error::Error;

use idwo_core::store::{Store, StoreFailure};
use serde_json::json;

use super::emulator::{Emulator, Fault, TABLE, store};
use super::{batch, cancelled, clock, insert, key, refusal, replace, there};
use crate::stand_in::{Answer, StandIn};

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
        let store = store(&stand_in.function(&[TABLE]), clock());
        let why = store.write(&batch(1, vec![insert("a", "private")])).await;
        let why = told(&why.unwrap_err());
        assert!(!why.contains("private"), "{why}");
    }
}
