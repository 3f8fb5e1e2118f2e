//! The stand-in, asked over HTTP with the client's own queries.

mod client;
mod compared;
mod faults;
mod gate;
mod queried;
mod recorded;
