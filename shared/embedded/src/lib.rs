//! The ports of durable work on a laptop, with nothing to set up: the [`store`] is one file, the
//! [`queue`] is this process's own, and secrets come from the environment or an [`env_file`].

pub mod env_file;
pub mod queue;
pub mod store;
