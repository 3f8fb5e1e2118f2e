//! The port through which work is asked for. A message is a hint: what is to be done stands in the
//! store, and whoever looks there finds it. So a lost message costs time, and one that comes twice
//! nothing.

use std::time::Duration;

use async_trait::async_trait;

use crate::failure::Source;

/// Longest time that a message waits before it is delivered, of SQS. What has to wait longer stands in
/// the store until it is due.
pub const DELAY_MAX: Duration = Duration::from_secs(900);

#[async_trait]
pub trait Queue: Send + Sync {
    /// Delivers `body` once or more often, in no order, not before `delay` (at most [`DELAY_MAX`], what
    /// is longer is cut).
    async fn send(&self, body: String, delay: Duration) -> Result<(), QueueFailure>;
}

/// It may have been sent or not.
#[derive(Debug, thiserror::Error)]
#[error("the queue did not take a message")]
pub struct QueueFailure(#[source] pub Source);
