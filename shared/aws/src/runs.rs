//! Durable work on AWS: runs of workflows in the state's table, and a queue through which workers are told.

use std::sync::Arc;

use idwo_core::chance::Chance;
use idwo_core::clock::{Clock, SystemClock};
use idwo_core::queue::Queue;
use idwo_core::workflow::{Kinds, Runs};

use crate::dynamodb::DynamoDb;
use crate::sqs::Sqs;
use crate::start::{Failed, Start};

/// In the table that `IDWO_STATE_TABLE` names, told through the queue at `IDWO_QUEUE_URL`. Nothing is asked
/// of either yet.
///
/// # Errors
/// Variables that are not set or not usable.
pub fn of(start: &Start, kinds: Kinds) -> Result<Runs, Failed> {
    told_to(Arc::new(Sqs::of(start)?), start, kinds)
}

/// The same, told through another queue.
pub(crate) fn told_to(queue: Arc<dyn Queue>, start: &Start, kinds: Kinds) -> Result<Runs, Failed> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = DynamoDb::of(start, Arc::clone(&clock), Chance::of_machine())?;
    let chance = Arc::new(Chance::of_machine());
    let kept = start.config.kept_for;
    Ok(Runs::new(
        Arc::new(store),
        queue,
        clock,
        chance,
        kinds,
        kept,
    ))
}
