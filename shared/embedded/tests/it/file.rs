//! The store's file: who may reach it, who holds it, and what it does when it is not whole.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use futures::future::join_all;
use idwo_core::store::{BODY_BYTES_MAX, Name, Query, Store, StoreFailure, Write};
use idwo_embedded::store::OpenError;

use crate::given::{all, batch, insert, insert_until, key, open, open_at};

#[tokio::test]
async fn what_was_answered_is_there_after_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.redb");
    let store = open(&path).await.unwrap();
    let first = vec![insert("a", "1"), insert_until("b", 2000)];
    store.write(&batch(1, first.clone())).await.unwrap();
    let before = (
        all(&store).await,
        store.get(&key("b")).await.unwrap().unwrap(),
    );
    drop(store);

    let store = open(&path).await.unwrap();
    let after = (
        all(&store).await,
        store.get(&key("b")).await.unwrap().unwrap(),
    );
    assert_eq!(after, before);
    store.write(&batch(1, first.clone())).await.unwrap();
    assert_eq!(all(&store).await, before.0, "the same batch, once more");
    let conflict = store.write(&batch(2, first)).await.unwrap_err();
    assert!(matches!(conflict, StoreFailure::Conflict { .. }));
}

#[tokio::test]
async fn the_file_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made/store.redb");
    drop(open(&path).await.unwrap());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode(&path), mode(&folder.path().join("made"))),
        (0o600, 0o700)
    );
    let beside = fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(beside, 1, "no draft is left");

    // As git would have written it.
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    let refused = open(&path).await.err().unwrap();
    assert!(matches!(refused, OpenError::Shared { .. }), "{refused}");
}

#[tokio::test]
async fn a_link_in_its_place_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    symlink(&elsewhere, folder.path().join("data")).unwrap();
    symlink(elsewhere.join("store"), folder.path().join("store")).unwrap();
    for place in ["data/store", "store"] {
        let refused = open(&folder.path().join(place)).await.err().unwrap();
        assert!(matches!(refused, OpenError::Link { .. }), "{refused}");
    }
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
}

#[tokio::test]
async fn of_many_who_open_it_at_once_one_holds_it_and_the_rest_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.redb");
    let opened = join_all((0..8).map(|_| open(&path))).await;
    let (held, refused): (Vec<_>, Vec<_>) = opened.into_iter().partition(Result::is_ok);
    assert_eq!(held.len(), 1);
    for refused in refused.into_iter().map(|refused| refused.err().unwrap()) {
        assert!(matches!(refused, OpenError::Held { .. }), "{refused}");
        assert!(refused.to_string().contains("another idwo-local holds"));
    }
    drop(held);
    assert!(open(&path).await.is_ok());
}

/// A sound file of some 200 KB, as a clean end leaves it.
async fn sound(path: &Path) -> Vec<u8> {
    let store = open(path).await.unwrap();
    for n in 0..20 {
        let writes = vec![insert(&format!("{n:02}"), "x".repeat(6000))];
        store.write(&batch(n, writes)).await.unwrap();
    }
    drop(store);
    fs::read(path).unwrap()
}

/// Every so many bytes one is flipped.
const FLIPPED_EVERY: usize = 4099;

#[tokio::test]
async fn a_damaged_file_is_told_and_never_taken_for_a_sound_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.redb");
    let sound = sound(&path).await;
    let before = all(&open(&path).await.unwrap()).await;
    let cut = [0, 1, 63, 320, 4096, sound.len() / 2, sound.len() - 1];
    let cut = cut.map(|len| sound[..len].to_vec());
    let flipped = (0..sound.len()).step_by(FLIPPED_EVERY).map(|spot| {
        let mut file = sound.clone();
        file[spot] ^= 0xff;
        file
    });
    let mut told = 0;
    for file in cut.iter().cloned().chain(flipped) {
        fs::write(&path, &file).unwrap();
        match open(&path).await {
            Err(OpenError::Damaged { path: named, .. }) if named == path => told += 1,
            Err(other) => panic!("{other}"),
            // Not all of the file is in use.
            Ok(store) => assert_eq!(all(&store).await, before),
        }
    }
    assert!(told > cut.len() + 10, "{told}");
}

#[tokio::test]
async fn what_is_damaged_while_it_is_held_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.redb");
    let store = open(&path).await.unwrap();
    // More than is kept in memory.
    for n in 0..9 {
        let body = "x".repeat(BODY_BYTES_MAX);
        let writes = (0..8).map(|m| insert(&format!("{n}{m}"), body.clone()));
        store.write(&batch(n, writes.collect())).await.unwrap();
    }
    let len = usize::try_from(fs::metadata(&path).unwrap().len()).unwrap();
    fs::write(&path, vec![0xff; len]).unwrap();
    let mut query = Query::all(Name::of(&["orders"]).unwrap(), None);
    let failed = loop {
        match store.query(&query).await {
            Ok(page) => query = query.after(page.more.unwrap()),
            Err(failed) => break failed,
        }
    };
    assert!(matches!(failed, StoreFailure::Unanswered(_)), "{failed}");
}

#[tokio::test]
async fn pages_are_as_short_as_dynamodbs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.redb");
    let store = open(&path).await.unwrap();
    let large = ["a", "b", "c", "d"].map(|sort| insert(sort, "x".repeat(300_000)));
    store.write(&batch(1, large.to_vec())).await.unwrap();
    let query = Query::all(Name::of(&["orders"]).unwrap(), None);
    let page = store.query(&query).await.unwrap();
    assert_eq!((page.items.len(), page.more), (3, Some(key("c").sort)));
    let page = store.query(&query.clone().last_first(4)).await.unwrap();
    assert_eq!((page.items.len(), page.more), (3, Some(key("b").sort)));

    let ends = ["a", "b", "c", "d"].map(|sort| Write::Remove { key: key(sort) });
    store.write(&batch(2, ends.to_vec())).await.unwrap();
    let short = vec![insert_until("a", 2000), insert("b", "{}")];
    store.write(&batch(3, short)).await.unwrap();
    drop(store);
    let store = open_at(&path, 2000).await.unwrap();
    let one = Query {
        items_max: 1,
        ..query
    };
    let page = store.query(&one).await.unwrap();
    assert_eq!((page.items.len(), page.more), (0, Some(key("a").sort)));
    let none = Query {
        items_max: 0,
        ..one
    };
    let refused = store.query(&none).await.unwrap_err();
    assert!(matches!(refused, StoreFailure::Refused(_)), "{refused}");
}
