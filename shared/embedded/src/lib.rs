//! The ports of durable work on a laptop, with nothing to set up: the [`store`] is one file.

pub mod store;
