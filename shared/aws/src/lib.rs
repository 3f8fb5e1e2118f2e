//! Functions on Lambda: how one is served ([`endpoint`], [`function`], [`tool`], [`authorizer`],
//! [`worker`], [`schedule`]), how one is called ([`invoke`]), where it keeps state ([`dynamodb`]) and
//! puts work ([`sqs`]), and durable work over both ([`runs`], [`workflows`]). What every call needs is there before
//! the first event, while Lambda does not throttle: configuration, secrets, the client, the first TLS
//! handshake.

mod account;
pub mod authorizer;
mod deadline;
pub mod dynamodb;
pub mod endpoint;
pub mod function;
mod https;
pub mod invoke;
pub mod keys;
pub mod metrics;
pub mod runs;
pub mod schedule;
pub mod secrets;
pub mod sqs;
#[cfg(test)]
mod stand_in;
mod start;
pub mod tool;
pub mod worker;
pub mod workflows;

pub use start::{Failed, Start};

// TLS here is by ring. Should a crate bring aws-lc back (deny.toml refuses it), then not the variant
// whose first handshake takes 31 ms of CPU more.
const _: () = assert!(
    option_env!("AWS_LC_SYS_NO_JITTER_ENTROPY").is_some(),
    "build from the workspace's folder, so that .cargo/config.toml is read"
);
