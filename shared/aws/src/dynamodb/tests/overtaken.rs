//! Answers that get lost while others write the same.

use std::sync::Arc;

use idwo_core::store::{Store, StoreFailure, Write};
use tokio::task::JoinSet;

use super::super::{DynamoDb, patience};
use super::emulator::{Emulator, Fault};
use super::{batch, clock, insert, key, replace, there};
use crate::stand_in::Answer;

/// A write whose answer is lost, and what somebody else has done before it is sent again.
async fn overtaken(before: Option<Write>, lost: Fault, meanwhile: &[Write], ours: Write) -> String {
    let emulator = Emulator::start().await;
    let store = Arc::new(emulator.store(clock()));
    for (id, write) in (10..).zip(before) {
        store.write(&batch(id, vec![write])).await.unwrap();
    }
    emulator.plan([lost]);
    let writer = Arc::clone(&store);
    let times = emulator.stand_in.asked().len() + 1;
    let written = tokio::spawn(async move { writer.write(&batch(1, vec![ours])).await });
    emulator.stand_in.asked_times(times).await;
    for (id, write) in (20..).zip(meanwhile) {
        store.write(&batch(id, vec![write.clone()])).await.unwrap();
    }
    tokio::time::pause();
    tokio::time::advance(patience::TRY_TIMEOUT).await;
    tokio::time::resume();
    match written.await.unwrap() {
        Ok(()) => "done".to_owned(),
        Err(why) => why.to_string(),
    }
}

#[tokio::test]
async fn who_is_overtaken_after_a_lost_answer_does_not_say_that_nothing_was_written() {
    let remove = || Write::Remove { key: key("a") };
    let (done, not_done) = (Fault::Done(Answer::Hangs), Fault::NotDone(Answer::Hangs));
    let (conflict, unknown) = (
        "p#/a# is not as it was expected",
        "the store did not answer",
    );
    let old = || Some(insert("a", "old"));
    for (before, lost, meanwhile, ours, ended) in [
        (
            None,
            &done,
            vec![replace("a", 1, "2")],
            insert("a", "1"),
            unknown,
        ),
        (
            None,
            &not_done,
            vec![insert("a", "2")],
            insert("a", "1"),
            conflict,
        ),
        (
            old(),
            &done,
            vec![replace("a", 2, "3")],
            replace("a", 1, "2"),
            unknown,
        ),
        (
            old(),
            &not_done,
            vec![replace("a", 1, "3")],
            replace("a", 1, "2"),
            conflict,
        ),
        (old(), &done, vec![remove()], replace("a", 1, "2"), unknown),
    ] {
        assert_eq!(
            overtaken(before, lost.clone(), &meanwhile, ours).await,
            ended
        );
    }
}

/// Adds one to both of two counters, which somebody else may have done first.
async fn count(store: &DynamoDb, who: u128) {
    for try_number in 0.. {
        let [a, b] = ["a", "b"].map(|sort| there(store, sort));
        let ((a, count), (b, _)) = (a.await.unwrap(), b.await.unwrap());
        let more = (count.parse::<u32>().unwrap() + 1).to_string();
        let writes = vec![replace("a", a, &more), replace("b", b, &more)];
        let written = store.write(&batch(who * 1_000 + try_number, writes)).await;
        if written.is_ok() {
            return;
        }
        assert!(
            matches!(written, Err(StoreFailure::Conflict { .. })),
            "{written:?}"
        );
    }
}

#[tokio::test]
async fn a_crowd_counts_right_though_the_answer_to_each_write_is_lost() {
    let emulator = Emulator::start_forgetful().await;
    let store = Arc::new(emulator.store(clock()));
    let zeros = vec![insert("a", "0"), insert("b", "0")];
    store.write(&batch(1, zeros)).await.unwrap();
    let mut crowd = JoinSet::new();
    for who in 1..=20 {
        let store = Arc::clone(&store);
        crowd.spawn(async move { count(&store, who).await });
    }
    crowd.join_all().await;
    assert_eq!(there(&store, "a").await, Some((21, "20".to_owned())));
}
