//! Reads git clones as a [`Forge`](idwo_core::forge::Forge): which commit a pull request landed
//! as, what it changed, and who knows the paths it touches.
//!
//! Everything is read with filters, drivers and hooks left out: a clone's configuration can name
//! programs, and none of them is ever started.

// The clones on offer.
pub mod clones;
mod health;
mod open;

// One pull request: where it lies, and what it changed.
mod branches;
mod census;
mod changes;
mod landing;
mod lines;
mod pull_request;
mod span;

// What was before it, and who.
mod as_of;
mod index;
mod logins;
mod main_line;
mod people;

mod differing;
mod read;
mod threads;

#[cfg(test)]
mod tests;
