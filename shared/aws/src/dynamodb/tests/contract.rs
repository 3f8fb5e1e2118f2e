//! DynamoDB keeps what every store keeps, also where much gets lost.

use std::sync::Arc;

use idwo_core::clock::Clock;
use idwo_simulation::clock::TestClock;
use idwo_simulation::contract::{Given, kept_by, kept_in_any_order};

use super::emulator::{Emulator, Fault};
use super::{failure, refusal};
use crate::stand_in::Answer;
use crate::start;

/// Stores that are asked at random: each is a table of its own.
const CASES: u32 = 32;

/// More than one store is asked.
const FAULTS: usize = 10_000;

#[tokio::test]
async fn every_situation_ends_as_in_any_store() {
    kept_by(new).await;
}

#[test]
fn asked_at_random_it_answers_as_the_model() {
    let runtime = start::runtime().unwrap();
    kept_in_any_order(CASES, |it| runtime.block_on(it), new);
}

#[test]
fn asked_at_random_where_answers_get_lost_it_answers_as_the_model() {
    let runtime = start::runtime().unwrap();
    kept_in_any_order(CASES, |it| runtime.block_on(it), new_and_unlucky);
}

async fn new() -> Given {
    given(&Emulator::start().await)
}

/// Of eleven requests six go wrong.
async fn new_and_unlucky() -> Given {
    let emulator = Emulator::start().await;
    let busy = refusal("ThrottlingException");
    let faults = [
        Fault::Done(Answer::Ends),
        Fault::None,
        Fault::NotDone(busy),
        Fault::Done(failure()),
        Fault::None,
        Fault::None,
        Fault::NotDone(Answer::Ends),
        Fault::NotDone(failure()),
        Fault::None,
        Fault::Done(Answer::SaysHalf("{}".to_owned())),
        Fault::None,
    ];
    emulator.plan(faults.into_iter().cycle().take(FAULTS));
    given(&emulator)
}

fn given(emulator: &Emulator) -> Given {
    let clock = Arc::new(TestClock::default());
    let store = emulator.store(Arc::clone(&clock) as Arc<dyn Clock>);
    Given {
        store: Arc::new(store),
        clock,
    }
}
