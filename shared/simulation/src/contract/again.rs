//! A batch whose answer was lost is sent again under its own id, and is applied once.

use futures::future::join_all;
use idwo_core::store::Batch;

use super::given::{Answer, Given, all, check, insert, item, key, remove, replace};

/// How often the same batch is sent at once.
const AT_ONCE: usize = 10;

pub async fn one_write_sent_again_is_applied_once(given: &Given) {
    let key = key("p", "s");
    let first = given.batch(vec![insert(&key, "1")]);
    let second = given.batch(vec![replace(&key, 1, "2")]);
    for (version, batch) in [(1, &first), (2, &second)] {
        for _ in 0..3 {
            assert_eq!(given.send(batch).await, Answer::Done, "version {version}");
            let left = item(&key, version, &version.to_string(), batch.id());
            assert_eq!(given.get(&key).await, Some(left));
        }
    }
}

pub async fn many_writes_sent_again_are_applied_once(given: &Given) {
    let batch = of_all_kinds(given).await;
    assert_eq!(given.send(&batch).await, Answer::Done);
    let left = given.read(all("p")).await;
    for _ in 0..2 {
        assert_eq!(given.send(&batch).await, Answer::Done, "sent again");
        assert_eq!(given.read(all("p")).await, left);
    }
}

pub async fn a_removal_sent_again_spares_what_came_after(given: &Given) {
    let batch = of_all_kinds(given).await;
    assert_eq!(given.send(&batch).await, Answer::Done);
    let gone = key("p", "gone");
    let by = given.done(vec![insert(&gone, "3")]).await;
    assert_eq!(given.send(&batch).await, Answer::Done, "sent again");
    assert_eq!(given.get(&gone).await, Some(item(&gone, 1, "3", by)));
}

pub async fn one_write_sent_again_after_others_is_a_conflict(given: &Given) {
    let key = key("p", "s");
    let first = given.batch(vec![insert(&key, "1")]);
    let second = given.batch(vec![replace(&key, 1, "2")]);
    for batch in [&first, &second] {
        assert_eq!(given.send(batch).await, Answer::Done);
    }
    let by = given.done(vec![replace(&key, 2, "3")]).await;
    let found = Some(item(&key, 3, "3", by));
    for batch in [&first, &second] {
        let conflict = Answer::Conflict {
            key: key.clone(),
            found: found.clone(),
        };
        assert_eq!(given.send(batch).await, conflict);
        assert_eq!(given.get(&key).await, found);
    }
}

/// Whether the answer is `Ok` or a conflict is left open.
pub async fn many_writes_sent_again_after_others_change_nothing(given: &Given) {
    let batch = of_all_kinds(given).await;
    assert_eq!(given.send(&batch).await, Answer::Done);
    let old = key("p", "old");
    let by = given.done(vec![replace(&old, 2, "3")]).await;
    let left = given.read(all("p")).await;
    if let Answer::Conflict { key, found } = given.send(&batch).await {
        assert_eq!(key, old);
        assert_eq!(found, Some(item(&old, 3, "3", by)));
    }
    assert_eq!(given.read(all("p")).await, left);
}

pub async fn a_refused_batch_is_applied_when_it_fits(given: &Given) {
    let (new, old) = (key("p", "new"), key("p", "old"));
    let one = given.batch(vec![replace(&old, 1, "2")]);
    let two = given.batch(vec![insert(&new, "2"), replace(&old, 2, "3")]);
    for batch in [&one, &two] {
        assert_ne!(given.send(batch).await, Answer::Done, "nothing is there");
    }
    given.done(vec![insert(&old, "1")]).await;
    for batch in [&one, &two] {
        assert_eq!(given.send(batch).await, Answer::Done, "now it fits");
    }
    let left = vec![item(&new, 1, "2", two.id()), item(&old, 3, "3", two.id())];
    assert_eq!(given.read(all("p")).await, left);
}

pub async fn the_same_words_in_another_batch_are_a_conflict(given: &Given) {
    let key = key("p", "s");
    let by = given.done(vec![insert(&key, "1")]).await;
    let found = given.refused(vec![insert(&key, "1")], &key).await;
    assert_eq!(found, Some(item(&key, 1, "1", by)));
}

pub async fn one_batch_sent_at_once_is_applied_once(given: &Given) {
    let keys = [key("p", "a"), key("p", "b")];
    given
        .done(keys.iter().map(|key| insert(key, "1")).collect())
        .await;
    let one = given.batch(
        keys.iter()
            .take(1)
            .map(|key| replace(key, 1, "2"))
            .collect(),
    );
    let [a, b] = &keys;
    let two = given.batch(vec![replace(a, 2, "3"), replace(b, 1, "3")]);
    for batch in [&one, &two] {
        let answers = join_all((0..AT_ONCE).map(|_| given.send(batch))).await;
        assert!(answers.iter().all(|answer| *answer == Answer::Done));
    }
    let left = vec![item(a, 3, "3", two.id()), item(b, 2, "3", two.id())];
    assert_eq!(given.read(all("p")).await, left);
}

/// Not sent yet. What it expects is there.
async fn of_all_kinds(given: &Given) -> Batch {
    let [new, old, seen, gone] = ["new", "old", "seen", "gone"].map(|sort| key("p", sort));
    let there = [&old, &seen, &gone].map(|key| insert(key, "1"));
    given.done(there.to_vec()).await;
    given.batch(vec![
        remove(&gone),
        insert(&new, "2"),
        replace(&old, 1, "2"),
        check(&seen, 1),
    ])
}
