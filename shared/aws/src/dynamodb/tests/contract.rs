//! DynamoDB keeps what every store keeps.

use std::sync::Arc;

use idwo_core::clock::Clock;
use idwo_simulation::clock::TestClock;
use idwo_simulation::contract::{Given, kept_by, kept_in_any_order};

use super::emulator::Emulator;

/// Stores that are asked at random: each is a table of its own.
const CASES: u32 = 32;

#[tokio::test]
async fn every_situation_ends_as_in_any_store() {
    kept_by(new).await;
}

#[test]
fn asked_at_random_it_answers_as_the_model() {
    let runtime = crate::start::runtime().unwrap();
    kept_in_any_order(CASES, |it| runtime.block_on(it), new);
}

async fn new() -> Given {
    let clock = Arc::new(TestClock::default());
    let emulator = Emulator::start().await;
    let store = emulator.store(Arc::clone(&clock) as Arc<dyn Clock>);
    Given {
        store: Arc::new(store),
        clock,
    }
}
