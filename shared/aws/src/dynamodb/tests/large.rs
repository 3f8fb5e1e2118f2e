//! What is large, and where pages begin.

use idwo_core::store::{BODY_BYTES_MAX, Batch, Query, Store, StoreFailure};

use super::emulator::Emulator;
use super::{batch, clock, insert, name};

/// The longest bodies that there are, of what takes most room in JSON: six bytes for one.
fn escaped(id: u128, sorts: &[&str]) -> Batch {
    let body = "\u{1}".repeat(BODY_BYTES_MAX);
    batch(id, sorts.iter().map(|sort| insert(sort, &body)).collect())
}

#[tokio::test]
async fn a_page_in_which_all_is_escaped_is_read() {
    let emulator = Emulator::start().await;
    let store = emulator.store(clock());
    store.write(&escaped(1, &["a", "b", "c"])).await.unwrap();
    let page = store.query(&Query::all(name("p"), None)).await.unwrap();
    assert_eq!((page.items.len(), page.more), (2, Some(name("b"))));
}

#[tokio::test]
async fn a_refusal_that_brings_much_is_read() {
    let emulator = Emulator::start().await;
    let store = emulator.store(clock());
    let sorts = ["a", "b", "c", "d", "e", "f", "g"];
    store.write(&escaped(1, &sorts)).await.unwrap();
    let inserts = sorts.iter().map(|sort| insert(sort, "1")).collect();
    let written = store.write(&batch(2, inserts)).await;
    assert!(
        matches!(written, Err(StoreFailure::Conflict { .. })),
        "not read"
    );
}

#[tokio::test]
async fn a_page_goes_on_after_a_name_that_is_not_under_what_is_asked_for() {
    let emulator = Emulator::start().await;
    let store = emulator.store(clock());
    let inserts = ["a", "b", "c"].map(|sort| insert(sort, "1"));
    store.write(&batch(1, inserts.to_vec())).await.unwrap();
    let under_b = Query::all(name("p"), Some(name("b")));
    for (query, found) in [
        (under_b.clone().after(name("a")), 1),
        (under_b.clone().after(name("c")), 0),
        (under_b.clone().after(name("c")).last_first(9), 1),
        (under_b.after(name("a")).last_first(9), 0),
    ] {
        let page = store.query(&query).await.unwrap();
        assert_eq!(page.items.len(), found, "{query:?}");
    }
}
