//! Names are ordered and compared byte by byte, and partitions are apart.

use idwo_core::store::{Item, Key, Name, PAGE_ITEMS_MAX, Query};

use super::given::{Given, all, insert, item, key, must, name};

/// In their order: upper before lower case, `10` before `2`, `a b` before `a`, as a name of one part ends
/// in `#`. 127 is the last letter of one byte. The last two change places where text is compared in UTF-16.
const IN_ORDER: &str = "\u{1}|%|%25|+|0|1|10|2|A|B|Z|_|a b|a|aa|b|\u{7f}|ä|\u{ffee}|\u{10000}";

/// Each begins as another does, or stands beside one that does.
const BESIDE: [&[&str]; 12] = [
    &["a"],
    &["a", ""],
    &["a", "b"],
    &["a", "b", "c"],
    &["a#b"],
    &["a%23b"],
    &["ab"],
    &["A", "b"],
    &["\u{7f}", "b"],
    &["\u{80}"],
    &["ä", "b"],
    &["\u{10ffff}", "b"],
];

/// The last of the letters of one byte and of all letters are among them: no letter comes after.
const UNDER: [&str; 10] = [
    "a",
    "a#",
    "a#b#",
    "a%",
    "A",
    "\u{7f}",
    "\u{80}",
    "ä",
    "\u{10ffff}",
    "z",
];

/// Longest part of a name of one part, in bytes.
const PART_BYTES_MAX: usize = 1023;

pub async fn names_are_ordered_byte_by_byte(given: &Given) {
    let mut sorts: Vec<Name> = IN_ORDER.split('|').map(|part| name(&[part])).collect();
    assert!(sorts.is_sorted(), "the names of this test");
    // Not in their order.
    for sort in sorts.iter().rev() {
        insert_at(given, sort).await;
    }
    assert_eq!(read_sorts(given, all("p")).await, sorts);
    sorts.reverse();
    let last_first = all("p").last_first(PAGE_ITEMS_MAX);
    assert_eq!(read_sorts(given, last_first).await, sorts);
}

pub async fn names_are_under_what_they_begin_with(given: &Given) {
    let mut sorts = BESIDE.map(name);
    for sort in &sorts {
        insert_at(given, sort).await;
    }
    sorts.sort();
    for under in UNDER.map(|under| must("a name", Name::written(under))) {
        let beginning = sorts.iter().filter(|sort| sort.is_under(&under));
        let mut expected: Vec<Name> = beginning.cloned().collect();
        let query = Query::all(name(&["p"]), Some(under.clone()));
        assert_eq!(
            read_sorts(given, query.clone()).await,
            expected,
            "{under:?}"
        );
        expected.reverse();
        let last_first = query.last_first(2);
        assert_eq!(read_sorts(given, last_first).await, expected, "{under:?}");
    }
}

pub async fn partitions_do_not_see_each_other(given: &Given) {
    let partitions = ["a", "A", "aa", "a#", "a%23", "ä", "b"];
    for partition in partitions {
        let key = key(partition, "s");
        let by = given.done(vec![insert(&key, "1")]).await;
        let only = vec![item(&key, 1, "1", by)];
        assert_eq!(given.read(all(partition)).await, only);
    }
    for partition in partitions {
        let last_first = all(partition).last_first(PAGE_ITEMS_MAX);
        assert_eq!(given.read(last_first).await.len(), 1, "{partition}");
    }
}

pub async fn the_longest_names_are_taken(given: &Given) {
    let long = |last: &str| format!("{}{last}", "x".repeat(PART_BYTES_MAX - last.len()));
    let mut items = Vec::new();
    for last in ["1", "2"] {
        let key = key(&long("p"), &long(last));
        let by = given.done(vec![insert(&key, last)]).await;
        items.push(item(&key, 1, last, by));
    }
    for item in &items {
        assert_eq!(given.get(&item.key).await.as_ref(), Some(item));
    }
    assert_eq!(given.read(all(&long("p"))).await, items);
    let one_by_one = all(&long("p")).last_first(1);
    items.reverse();
    assert_eq!(given.read(one_by_one).await, items);
}

async fn insert_at(given: &Given, sort: &Name) {
    let key = Key {
        partition: name(&["p"]),
        sort: sort.clone(),
    };
    given.done(vec![insert(&key, "1")]).await;
}

async fn read_sorts(given: &Given, query: Query) -> Vec<Name> {
    let sort = |item: Item| item.key.sort;
    given.read(query).await.into_iter().map(sort).collect()
}
