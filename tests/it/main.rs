//! The system through its front door: real HTTP, real clones, real processes.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod door;

mod protocol;

mod guards;

mod analyze_pr;

mod bad_arguments;

mod hindsight;

mod against_git;

mod wiring;
