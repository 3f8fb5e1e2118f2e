//! Answers that get lost, of writes that were done and of such that were not.

use std::sync::Arc;

use idwo_core::store::{Store, StoreFailure, Value, Write};

use super::super::patience;
use super::emulator::{Emulator, Fault};
use super::{at, batch, clock, failure, insert, key, losses, refusal, replace, there};
use crate::stand_in::Answer;

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
async fn a_lost_answer_is_not_a_conflict_though_what_was_written_has_ended() {
    for loss in losses() {
        let emulator = Emulator::start().await;
        let store = emulator.store(clock());
        let there_before = vec![insert("a", "1"), insert("b", "1")];
        store.write(&batch(1, there_before)).await.unwrap();
        for (id, writes) in [
            (2, vec![ended("a", 1)]),
            (3, vec![ended("b", 1), insert("c", "1")]),
        ] {
            emulator.plan([Fault::Done(loss.clone())]);
            let written = store.write(&batch(id, writes)).await;
            assert!(written.is_ok(), "{id} after {loss:?}: {written:?}");
        }
        assert_eq!(there(&store, "a").await, None);
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

/// Replaced by what was there until a second ago.
fn ended(sort: &str, version: u64) -> Write {
    let value = Value {
        body: "ended".to_owned(),
        expires_at: Some(at(999).0),
    };
    Write::Replace {
        key: key(sort),
        version,
        value,
    }
}
