//! The suite itself: the model keeps it, and each planted bug is caught, by the situations and at random.

mod planted;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::LocalBoxFuture;

use self::planted::{Bug, Planted};
use super::{Given, crowd, kept_by, kept_in_any_order, said};
use crate::clock::TestClock;
use crate::model::Model;

/// Enough that every bug below is found by chance; a case takes less than a millisecond.
const CASES: u32 = 2000;

async fn model() -> Given {
    let clock = Arc::new(TestClock::default());
    let store = Arc::new(Model::new(Arc::clone(&clock) as _));
    Given { store, clock }
}

fn planted(bug: Bug) -> Given {
    let clock = Arc::new(TestClock::default());
    let store = Arc::new(Planted::new(bug, Arc::clone(&clock)));
    Given { store, clock }
}

fn block_on(future: LocalBoxFuture<'_, ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future);
}

#[test]
fn the_model_keeps_the_contract() {
    block_on(kept_by(model).boxed_local());
}

#[test]
fn the_model_says_the_same_as_itself_in_any_order() {
    kept_in_any_order(CASES, block_on, model);
}

#[test]
fn a_sound_store_in_the_place_of_the_planted_ones_is_kept() {
    block_on(kept_by(async || planted(Bug::Nothing)).boxed_local());
}

fn broken_promise(trial: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(trial)).expect_err("a bug that nothing finds");
    said(&*panic).to_owned()
}

#[test]
fn each_planted_bug_breaks_the_promise_that_it_should() {
    for (bug, situation) in [
        (Bug::IgnoresVersions, "what_is_not_as_expected_is_shown"),
        (Bug::AppliesAgain, "one_write_sent_again_is_applied_once"),
        (
            Bug::AppliesManyAgain,
            "many_writes_sent_again_are_applied_once",
        ),
        (Bug::ShowsExpired, "what_has_expired_is_not_there"),
        (Bug::KeepsHalf, "a_conflict_anywhere_leaves_nothing"),
        (Bug::LosesOrder, "all_of_a_batch_is_there"),
        (Bug::ComparesInUtf16, "names_are_ordered_byte_by_byte"),
        (Bug::WritesLate, "one_batch_sent_at_once_is_applied_once"),
        (Bug::SkipsAtPageEnd, "many_items_are_each_seen_once"),
        (Bug::EndsAtPageEnd, "names_are_under_what_they_begin_with"),
        (Bug::CutsBodies, "the_longest_body_comes_back"),
    ] {
        let why = broken_promise(|| block_on(kept_by(async || planted(bug)).boxed_local()));
        assert!(why.contains(situation), "{bug:?}: {why}");
    }
}

#[test]
fn bugs_are_found_at_random_as_well() {
    for bug in [
        Bug::IgnoresVersions,
        Bug::AppliesAgain,
        Bug::AppliesManyAgain,
        Bug::ShowsExpired,
        Bug::KeepsHalf,
        Bug::LosesOrder,
    ] {
        let new = async || planted(bug);
        let why = broken_promise(|| kept_in_any_order(CASES, block_on, new));
        assert!(why.contains("minimal failing input"), "{bug:?}: {why}");
    }
}

#[test]
fn a_crowd_finds_what_one_alone_does_not() {
    let late = || planted(Bug::WritesLate);
    broken_promise(|| block_on(crowd::fifty_count_to_fifty(&late()).boxed_local()));
    broken_promise(|| block_on(crowd::of_fifty_that_insert_one_wins(&late()).boxed_local()));
    broken_promise(|| block_on(crowd::fifty_transfers_keep_the_sum(&late()).boxed_local()));
}
