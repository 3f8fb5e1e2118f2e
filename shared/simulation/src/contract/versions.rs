//! An item counts its versions, and a write that expects another one is refused.

use super::given::{Given, check, insert, item, key, remove, replace};

pub async fn an_item_counts_its_versions(given: &Given) {
    let key = key("p", "s");
    assert_eq!(given.get(&key).await, None, "of a new store");
    let by = given.done(vec![insert(&key, "1")]).await;
    assert_eq!(given.get(&key).await, Some(item(&key, 1, "1", by)));
    for version in 1..=11 {
        let body = (version + 1).to_string();
        let by = given.done(vec![replace(&key, version, &body)]).await;
        let replaced = item(&key, version + 1, &body, by);
        assert_eq!(given.get(&key).await, Some(replaced.clone()));
        given.done(vec![check(&key, version + 1)]).await;
        assert_eq!(given.get(&key).await, Some(replaced), "checked");
    }
}

pub async fn what_is_not_as_expected_is_shown(given: &Given) {
    let (there, missing) = (key("p", "there"), key("p", "missing"));
    given.done(vec![insert(&there, "1")]).await;
    let by = given.done(vec![replace(&there, 1, "2")]).await;
    let found = Some(item(&there, 2, "2", by));
    for write in [
        insert(&there, "9"),
        replace(&there, 1, "9"),
        replace(&there, 3, "9"),
        check(&there, 1),
        check(&there, 3),
    ] {
        assert_eq!(given.refused(vec![write], &there).await, found);
    }
    for write in [replace(&missing, 1, "9"), check(&missing, 1)] {
        assert_eq!(given.refused(vec![write], &missing).await, None);
    }
}

pub async fn a_refused_write_changes_nothing(given: &Given) {
    let (there, missing) = (key("p", "there"), key("p", "missing"));
    let by = given.done(vec![insert(&there, "1")]).await;
    for write in [insert(&there, "9"), replace(&there, 2, "9")] {
        given.refused(vec![write], &there).await;
    }
    given
        .refused(vec![replace(&missing, 1, "9")], &missing)
        .await;
    assert_eq!(given.get(&there).await, Some(item(&there, 1, "1", by)));
    assert_eq!(given.get(&missing).await, None);
}

pub async fn what_is_not_there_can_be_removed(given: &Given) {
    let key = key("p", "s");
    given.done(vec![remove(&key)]).await;
    assert_eq!(given.get(&key).await, None);
    given.done(vec![insert(&key, "1")]).await;
    given.done(vec![remove(&key)]).await;
    assert_eq!(given.get(&key).await, None);
    given.done(vec![remove(&key)]).await;
}

pub async fn what_was_removed_begins_anew(given: &Given) {
    let key = key("p", "s");
    given.done(vec![insert(&key, "1")]).await;
    given.done(vec![replace(&key, 1, "2")]).await;
    given.done(vec![remove(&key)]).await;
    assert_eq!(given.refused(vec![replace(&key, 2, "3")], &key).await, None);
    let by = given.done(vec![insert(&key, "4")]).await;
    assert_eq!(given.get(&key).await, Some(item(&key, 1, "4", by)));
}
