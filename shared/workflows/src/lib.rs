//! The workflows of the product: a file each, with its table of steps at the top. They reach the world through
//! the ports of `idwo-core` alone, so that each can be tried with stand-ins.

pub mod track_pull_request;
