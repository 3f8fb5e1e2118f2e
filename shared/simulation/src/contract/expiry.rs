//! What has expired is not there, whether it was deleted yet or not.

use idwo_core::store::{Item, Key, Name, Write};
use jiff::SignedDuration;

use super::given::{
    Given, all, check, insert, insert_until, item, key, name, remove, replace, until,
};

/// How long what does not last is there, in seconds.
const LASTS: i64 = 10;

/// More than a page, as many at once as a batch takes.
const EXPIRED: usize = 600;
const AT_ONCE: usize = 100;

pub async fn what_has_expired_is_not_there(given: &Given) {
    let key = key("p", "s");
    short_lived(given, &key).await;
    given.clock.advance(SignedDuration::from_secs(LASTS));
    assert_eq!(given.get(&key).await, None);
    assert_eq!(given.read(all("p")).await, []);
    assert_eq!(given.read(all("p").last_first(1)).await, []);
    for write in [check(&key, 1), replace(&key, 1, "2")] {
        assert_eq!(given.refused(vec![write], &key).await, None);
    }
}

pub async fn what_has_not_expired_is_there(given: &Given) {
    let (short, lasting) = (key("p", "a"), key("p", "b"));
    let short_lived = short_lived(given, &short).await;
    let by = given.done(vec![insert(&lasting, "1")]).await;
    let lasting = item(&lasting, 1, "1", by);
    let both = vec![short_lived, lasting.clone()];
    for passed in [
        SignedDuration::from_secs(LASTS - 1),
        SignedDuration::from_millis(999),
    ] {
        given.clock.advance(passed);
        assert_eq!(given.read(all("p")).await, both, "{passed:?} later");
        assert_eq!(given.get(&short).await.as_ref(), both.first());
        given.done(vec![check(&short, 1)]).await;
        assert_eq!(
            given
                .refused(vec![insert(&short, "9")], &short)
                .await
                .as_ref(),
            both.first()
        );
    }
    given.clock.advance(SignedDuration::from_millis(1));
    assert_eq!(given.read(all("p")).await, vec![lasting.clone()]);
    given.clock.advance(SignedDuration::from_hours(24 * 3650));
    assert_eq!(given.get(&lasting.key).await, Some(lasting));
}

pub async fn what_has_expired_is_no_hindrance(given: &Given) {
    let (again, gone) = (key("p", "again"), key("p", "gone"));
    short_lived(given, &again).await;
    short_lived(given, &gone).await;
    let end = given.in_seconds(2 * LASTS);
    let write = Write::Replace {
        key: again.clone(),
        version: 1,
        value: until("2", Some(end)),
    };
    given.done(vec![write]).await;
    given.clock.advance(SignedDuration::from_secs(2 * LASTS));
    let by = given.done(vec![insert(&again, "3"), remove(&gone)]).await;
    let left = vec![item(&again, 1, "3", by)];
    assert_eq!(given.read(all("p")).await, left);
}

pub async fn what_has_expired_is_not_shown_in_conflicts(given: &Given) {
    let (short, other) = (key("p", "short"), key("p", "other"));
    short_lived(given, &short).await;
    given.clock.advance(SignedDuration::from_secs(LASTS));
    let writes = vec![insert(&other, "1"), check(&short, 1)];
    assert_eq!(given.refused(writes, &short).await, None);
    let writes = vec![insert(&other, "1"), replace(&short, 1, "2")];
    assert_eq!(given.refused(writes, &short).await, None);
    assert_eq!(
        given.read(all("p")).await,
        [],
        "nothing of them was written"
    );
}

pub async fn an_end_is_replaced_with_the_value(given: &Given) {
    let (prolonged, ended) = (key("p", "prolonged"), key("p", "ended"));
    short_lived(given, &prolonged).await;
    given.done(vec![insert(&ended, "1")]).await;
    let end = given.in_seconds(LASTS);
    let ends = Write::Replace {
        key: ended,
        version: 1,
        value: until("2", Some(end)),
    };
    let by = given.done(vec![replace(&prolonged, 1, "2"), ends]).await;
    given.clock.advance(SignedDuration::from_secs(LASTS));
    let left = vec![item(&prolonged, 2, "2", by)];
    assert_eq!(given.read(all("p")).await, left);
}

pub async fn what_is_behind_much_that_has_expired_is_found(given: &Given) {
    let end = given.in_seconds(LASTS);
    let keys: Vec<Key> = (0..EXPIRED).map(|i| key("p", &format!("{i:04}"))).collect();
    for some in keys.chunks(AT_ONCE) {
        let inserts = some.iter().map(|key| insert_until(key, "1", end));
        given.done(inserts.collect()).await;
    }
    let lasting = ["!", "0300.", "9"].map(|sort| key("p", sort));
    given
        .done(lasting.iter().map(|key| insert(key, "1")).collect())
        .await;
    given.clock.advance(SignedDuration::from_secs(LASTS));
    let sort = |item: Item| item.key.sort;
    for items_max in [1, 500] {
        let last_first = all("p").last_first(items_max);
        let found: Vec<Name> = given.read(last_first).await.into_iter().map(sort).collect();
        assert_eq!(found, ["9", "0300.", "!"].map(|part| name(&[part])));
    }
    let found: Vec<Name> = given.read(all("p")).await.into_iter().map(sort).collect();
    assert_eq!(found, lasting.map(|key| key.sort));
}

/// Inserted, and there for [`LASTS`] seconds.
async fn short_lived(given: &Given, key: &Key) -> Item {
    let end = given.in_seconds(LASTS);
    let written_by = given.done(vec![insert_until(key, "1", end)]).await;
    let value = until("1", Some(end));
    let item = Item {
        value,
        ..item(key, 1, "1", written_by)
    };
    assert_eq!(given.get(key).await.as_ref(), Some(&item));
    item
}
