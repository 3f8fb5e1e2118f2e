//! Reads git clones as a [`Forge`](idwo_core::forge::Forge): which commit a pull request landed
//! as, what it changed, and who knows the paths it touches.
//!
//! Everything is read with filters, drivers and hooks left out: a clone's configuration can name
//! programs, and none of them is ever started.

pub mod clones;

mod open;

mod landing;

mod span;

mod branches;

mod main_line;

mod pull_request;

mod changes;

mod census;

mod lines;

mod past;

mod people;

mod logins;

mod read;

#[cfg(test)]
mod tests;
