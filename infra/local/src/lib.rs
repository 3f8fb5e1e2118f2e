//! The laptop's host: the same endpoint and the same tools as on AWS, in one process, over clones
//! on this machine.

pub mod args;

pub mod tools;

pub mod in_process;

pub mod repositories;

pub mod serve;

pub mod call;

pub mod gate;

mod welcome;

pub mod terminal;

mod markdown;
