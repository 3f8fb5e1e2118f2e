//! Whoever goes on after each page sees every item once, in order.

use idwo_core::store::{Item, Key, Name, PAGE_ITEMS_MAX, Page, Query, Write};

use super::given::{Given, all, insert, key, must, name, remove};

/// DynamoDB ends a page at 1 MB: at the third of these.
const LARGE_BYTES: usize = 300 * 1024;
const LARGE: usize = 25;

/// More than two pages hold.
const SMALL: usize = 1200;

/// As many large ones as a batch takes.
const LARGE_AT_ONCE: usize = 10;

/// As many small ones as a batch takes.
const SMALL_AT_ONCE: usize = 100;

pub async fn an_empty_partition_has_no_more(given: &Given) {
    given.done(vec![insert(&key("other", "s"), "1")]).await;
    for query in [all("p"), all("p").last_first(1)] {
        let page = must("a page", given.store.query(&query).await);
        assert_eq!(page, Page::default());
    }
}

/// Also after one that is gone since, or never was.
pub async fn a_page_goes_on_after_any_name(given: &Given) {
    let keys = ["b", "d", "f"].map(|sort| key("p", sort));
    given
        .done(keys.iter().map(|key| insert(key, "1")).collect())
        .await;
    for (after, then, before) in [
        ("a", "bdf", ""),
        ("b", "df", ""),
        ("c", "df", "b"),
        ("d", "f", "b"),
        ("f", "", "db"),
        ("g", "", "fdb"),
    ] {
        let query = all("p").after(name(&[after]));
        assert_eq!(letters(&given.read(query.clone()).await), then, "{after}");
        let back = query.last_first(1);
        assert_eq!(letters(&given.read(back).await), before, "before {after}");
    }
    let [_, seen, _] = &keys;
    given.done(vec![remove(seen)]).await;
    let query = all("p").after(seen.sort.clone());
    assert_eq!(letters(&given.read(query).await), "f", "after what is gone");
}

pub async fn large_items_are_each_seen_once(given: &Given) {
    let keys = keys(LARGE);
    let body = format!("\"{}\"", "x".repeat(LARGE_BYTES - 2));
    for some in keys.chunks(LARGE_AT_ONCE) {
        given.done(inserts(some, &body)).await;
    }
    each_is_seen_once(given, &keys).await;
    for item in given.read(all("p")).await {
        assert!(item.value.body == body, "{}", item.key);
    }
}

pub async fn many_items_are_each_seen_once(given: &Given) {
    let keys = keys(SMALL);
    for some in keys.chunks(SMALL_AT_ONCE) {
        given.done(inserts(some, "1")).await;
    }
    each_is_seen_once(given, &keys).await;
    let some = Query::all(name(&["p"]), Some(must("a name", Name::written("01"))));
    assert_eq!(given.read(some).await.len(), 100, "0100 to 0199");
}

pub async fn pages_keep_their_limit(given: &Given) {
    let keys = keys(SMALL_AT_ONCE);
    given.done(inserts(&keys, "1")).await;
    for items_max in [1, 7, 99, 100, 101] {
        let first = Query {
            items_max,
            ..all("p")
        };
        assert_eq!(sorts(&given.read(first).await), sorts_of(&keys));
        let backwards: Vec<_> = keys.iter().rev().cloned().collect();
        let last = all("p").last_first(items_max);
        assert_eq!(sorts(&given.read(last).await), sorts_of(&backwards));
    }
}

async fn each_is_seen_once(given: &Given, keys: &[Key]) {
    assert_eq!(sorts(&given.read(all("p")).await), sorts_of(keys));
    let backwards: Vec<_> = keys.iter().rev().cloned().collect();
    let last_first = all("p").last_first(PAGE_ITEMS_MAX);
    assert_eq!(sorts(&given.read(last_first).await), sorts_of(&backwards));
}

/// In the order of their names.
fn keys(n: usize) -> Vec<Key> {
    (0..n).map(|i| key("p", &format!("{i:04}"))).collect()
}

fn inserts(keys: &[Key], body: &str) -> Vec<Write> {
    keys.iter().map(|key| insert(key, body)).collect()
}

fn sorts(items: &[Item]) -> Vec<&str> {
    items.iter().map(|item| item.key.sort.as_str()).collect()
}

fn sorts_of(keys: &[Key]) -> Vec<&str> {
    keys.iter().map(|key| key.sort.as_str()).collect()
}

/// The first letter of each.
fn letters(items: &[Item]) -> String {
    let first = |name: &str| name.chars().next();
    let letters = sorts(items).into_iter().filter_map(first);
    letters.collect()
}
