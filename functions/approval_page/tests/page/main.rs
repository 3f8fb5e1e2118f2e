//! The page as people and their browsers meet it, and as whoever is up to no good does.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod audited;
mod bench;
mod decides;
mod refuses;
mod shows;
