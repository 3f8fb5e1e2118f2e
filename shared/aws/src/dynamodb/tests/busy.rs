//! A store that is asked too much, or not there.

use std::net::TcpListener;
use std::time::Duration;

use idwo_core::chance::Chance;
use idwo_core::store::{Query, Store, StoreFailure};
use tokio::time::Instant;

use super::super::patience::{self, Patience};
use super::emulator::{Emulator, Fault, TABLE, store};
use super::{batch, cancelled, clock, insert, name, refusal, there};
use crate::stand_in::function_at;

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
async fn where_nobody_listens_nothing_was_written() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let store = store(&function_at(&url, &[TABLE]), clock());
    let written = store.write(&batch(1, vec![insert("a", "1")])).await;
    assert!(matches!(written, Err(StoreFailure::Busy)), "{written:?}");
}

#[tokio::test(start_paused = true)]
async fn all_tries_together_end_within_their_time() {
    let begun = Instant::now();
    let chance = Chance::seeded(1);
    let hangs = async |within, _| {
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
        let busy = async |_, _| Err::<(), _>(StoreFailure::Busy);
        let _ = Patience::default().ask(&Chance::seeded(seed), busy).await;
        begun.elapsed()
    };
    let (one, other) = (waited(1).await, waited(2).await);
    assert!(one > Duration::ZERO && other > Duration::ZERO && one != other);
}
