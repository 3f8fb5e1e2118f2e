//! Durable work under everything that can go wrong.

use std::collections::BTreeSet;

use idwo_simulation::simulate::{Play, try_everything};

/// Plays of each run of the tests.
const SEEDS: u64 = 1000;

#[test]
fn whatever_goes_wrong_at_random_all_that_was_accepted_gets_done_once() {
    for seed in 0..SEEDS {
        if let Err(broken) = Play::of_seed(seed).run() {
            panic!("{broken}\nsee it again: cargo xtask simulate --seed {seed}");
        }
    }
}

#[test]
fn a_crash_at_every_commit_point_and_every_pair_of_them_changes_nothing() {
    let tried = try_everything().unwrap_or_else(|failing| panic!("{}", failing.told()));
    println!(
        "{} scenarios, {} commit points, {} faults, {} pairs of crashes",
        tried.scenarios, tried.commit_points, tried.faults, tried.pairs
    );
    assert_eq!(tried.unvisited(), Vec::<String>::new());
}

#[test]
fn a_seed_is_played_the_same_way_twice() {
    for seed in 0..20 {
        let [one, two] = [(), ()].map(|()| Play::of_seed(seed).run().map(|played| played.hash));
        assert_eq!(one.ok(), two.ok());
    }
}

#[test]
fn another_seed_is_another_play() {
    let hashes = (0..20).map(|seed| Play::of_seed(seed).run().map(|played| played.hash));
    let hashes: Result<BTreeSet<u64>, _> = hashes.collect();
    assert_eq!(hashes.map(|hashes| hashes.len()).ok(), Some(20));
}
