//! What every store keeps, on files.

use std::sync::Arc;

use idwo_core::clock::Clock;
use idwo_embedded::store::RedbStore;
use idwo_simulation::clock::TestClock;
use idwo_simulation::contract::{Given, kept_by, kept_in_any_order};
use tempfile::TempDir;

/// Of up to 40 steps, each write among them a wait for the disk.
const CASES: u32 = 16;

/// A new file in `folder`.
async fn given(folder: &TempDir) -> Given {
    let path = tempfile::tempdir_in(folder).unwrap().keep();
    let clock = Arc::new(TestClock::default());
    let going_by = Arc::clone(&clock) as Arc<dyn Clock>;
    let store = RedbStore::open(path.join("store.redb"), going_by).await;
    Given {
        store: Arc::new(store.unwrap()),
        clock,
    }
}

#[tokio::test]
async fn the_file_keeps_what_every_store_keeps() {
    let folder = tempfile::tempdir().unwrap();
    kept_by(async || given(&folder).await).await;
}

#[test]
fn the_file_answers_as_the_model_does_whatever_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let new = async || given(&folder).await;
    kept_in_any_order(CASES, |asked| runtime.block_on(asked), new);
}
