//! The store on real files.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod contract;
mod file;
mod given;
mod kill;
