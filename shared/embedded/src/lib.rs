//! The ports of durable work on a laptop, with nothing to set up: the [`store`] is one file, the
//! [`queue`] is this process's own.

pub mod queue;
pub mod store;
