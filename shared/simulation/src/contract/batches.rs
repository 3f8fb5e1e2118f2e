//! All of a batch is there, or nothing.

use idwo_core::store::{Key, Write};

use super::given::{Given, all, check, insert, item, key, remove, replace};

/// The most that a batch takes.
const MANY: usize = 100;

pub async fn all_of_a_batch_is_there(given: &Given) {
    for size in [1, 2, MANY] {
        let partition = size.to_string();
        let keys = keys(&partition, size);
        let by = given.done(each(&keys, |key| insert(key, "1"))).await;
        let inserted: Vec<_> = keys.iter().map(|key| item(key, 1, "1", by)).collect();
        assert_eq!(given.read(all(&partition)).await, inserted);
        let by = given.done(each(&keys, |key| replace(key, 1, "2"))).await;
        let replaced: Vec<_> = keys.iter().map(|key| item(key, 2, "2", by)).collect();
        assert_eq!(given.read(all(&partition)).await, replaced);
        given.done(each(&keys, |key| check(key, 2))).await;
        assert_eq!(given.read(all(&partition)).await, replaced, "checked");
        given.done(each(&keys, remove)).await;
        assert_eq!(given.read(all(&partition)).await, [], "removed");
    }
}

pub async fn a_conflict_anywhere_leaves_nothing(given: &Given) {
    let taken = key("p", "taken");
    let by = given.done(vec![insert(&taken, "1")]).await;
    let before = vec![item(&taken, 1, "1", by)];
    for (others, place) in [(1, 0), (1, 1), (99, 0), (99, 50), (99, 99)] {
        for unfit in [insert(&taken, "9"), replace(&taken, 2, "9")] {
            let mut writes = each(&keys("p", others), |key| insert(key, "1"));
            writes.insert(place, unfit);
            let found = given.refused(writes, &taken).await;
            assert_eq!(found.as_ref(), before.first(), "{place} of {others}");
            assert_eq!(given.read(all("p")).await, before, "{place} of {others}");
        }
    }
}

pub async fn all_kinds_go_together(given: &Given) {
    let [new, old, seen, gone] = ["new", "old", "seen", "gone"].map(|sort| key(sort, sort));
    let first = given
        .done(each([&old, &seen, &gone], |key| insert(key, "1")))
        .await;
    let writes = vec![
        insert(&new, "2"),
        replace(&old, 1, "2"),
        check(&seen, 1),
        remove(&gone),
    ];
    let by = given.done(writes).await;
    assert_eq!(given.get(&new).await, Some(item(&new, 1, "2", by)));
    assert_eq!(given.get(&old).await, Some(item(&old, 2, "2", by)));
    assert_eq!(given.get(&seen).await, Some(item(&seen, 1, "1", first)));
    assert_eq!(given.get(&gone).await, None);
}

pub async fn a_check_guards_the_others(given: &Given) {
    let [seen, missing, gone, new] = ["seen", "missing", "gone", "new"].map(|sort| key("p", sort));
    let by = given
        .done(each([&seen, &gone], |key| insert(key, "1")))
        .await;
    let before = given.read(all("p")).await;
    let mut writes = vec![insert(&new, "2"), remove(&gone), check(&seen, 2)];
    let found = given.refused(writes.clone(), &seen).await;
    assert_eq!(found, Some(item(&seen, 1, "1", by)));
    writes.pop();
    writes.push(check(&missing, 1));
    assert_eq!(given.refused(writes, &missing).await, None);
    assert_eq!(given.read(all("p")).await, before);
}

/// In the order of their names.
fn keys(partition: &str, n: usize) -> Vec<Key> {
    (0..n).map(|i| key(partition, &format!("{i:03}"))).collect()
}

fn each<'a>(keys: impl IntoIterator<Item = &'a Key>, write: impl Fn(&Key) -> Write) -> Vec<Write> {
    keys.into_iter().map(write).collect()
}
