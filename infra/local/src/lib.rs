//! The laptop's host: the same endpoint and the same tools as on AWS, in one process, over clones
//! on this machine.

// The command line.
pub mod approve;
pub mod args;
pub mod call;
mod desk;
mod follow;
pub mod gate;
pub mod key;
mod markdown;
pub mod sandbox;
mod serving;
pub mod stories;
pub mod terminal;
pub mod track;

// Serving.
pub mod front;
mod host;
pub mod own_keys;
pub mod serve;
pub mod stdio;
mod welcome;

// Looking whether all is well.
pub mod doctor;
pub mod quiesce;

// What both stand on.
mod faults;
mod forges;
pub mod in_process;
mod kept;
mod kinds;
#[cfg(feature = "rehearsal")]
mod rehearsal;
pub mod repositories;
pub mod tools;
pub mod work;
pub mod workshop;
