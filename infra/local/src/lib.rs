//! The laptop's host: the same endpoint and the same tools as on AWS, in one process, over clones
//! on this machine.

// The command line.
pub mod args;
pub mod call;
pub mod gate;
mod markdown;
pub mod terminal;

// Serving.
pub mod serve;
mod welcome;

// What both stand on.
pub mod in_process;
pub mod repositories;
pub mod tools;
