//! What durable work is tried with. Nothing in here is deployed, and nothing in here starts a runtime:
//! the caller's runs it.
//!
//! A *play* ([`simulate::Play`]) puts clients, workers and a sweeper on a [`stage`]: one thread, and one seed for
//! time, randomness, who goes on next and what goes wrong. Whoever reaches out to the store, the queue or the
//! world passes a *gate* before and after; there others go on first, and there somebody crashes, is slow, or
//! gets no answer. [`invariants`] looks on while things are written and once more when all is over.
//!
//! `cargo xtask simulate` plays random seeds, `--everything` each fault at each commit point of each scenario,
//! and every pair of crashes. What does not hold is told with the end of its story and the line that plays it
//! again with all lines, the same each time: `cargo xtask simulate --seed 7`, or `--scenario "a tally" --plan
//! "12:crash,57:no-answer"`, where numbers are of gates. `cargo xtask mutate` plants bugs that have to be found.

// What a store is tried with.
pub mod clock;
pub mod contract;
pub mod model;

// What a whole process is tried with.
pub mod fault_plan;

// What a run is looked at with, step by step.
pub mod office;

// What the engine of durable work is tried with.
pub mod elsewhere;
pub mod invariants;
pub mod script;
pub mod simulate;
pub mod stage;
pub mod staged;
pub mod voyage;
pub mod world;

// What every workflow is tried with.
pub mod every_workflow;
