//! What an answer that is none, or a refusal, says about the writes.

use std::error::Error;

use bytes::Bytes;
use http::StatusCode;
use idwo_core::store::{Batch, Item, StoreFailure, Write};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::patience;
use super::row::{Found, Row};
use crate::account::{self, Said, Unanswered};

/// Refusals of what could be done a moment later, of requests and, by other names, of a transaction's writes.
/// Nothing was written.
const BUSY: [&str; 8] = [
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "ReplicatedWriteConflictException",
    "RequestLimitExceeded",
    "ThrottlingError",
    "ThrottlingException",
    "TransactionConflict",
    "TransactionConflictException",
];

/// Refusals that tell of another try of this transaction and not how it ended.
const OPEN: [&str; 2] = [
    "IdempotentParameterMismatchException",
    "TransactionInProgressException",
];

const CONDITION_FAILED: &str = "ConditionalCheckFailed";

/// What was answered is no answer of DynamoDB. What it is instead is left out: it can be an item.
#[derive(Debug, thiserror::Error)]
#[error("the answer is none of DynamoDB's")]
struct Strange;

#[derive(Deserialize)]
struct Cancelled {
    #[serde(rename = "CancellationReasons")]
    reasons: Vec<Reason>,
}

/// Of one write, in their order.
#[derive(Deserialize)]
struct Reason {
    #[serde(rename = "Code")]
    code: String,
    #[serde(rename = "Item")]
    found: Option<Row>,
}

pub(super) fn of_read<T: DeserializeOwned>(answer: &Bytes) -> Result<T, StoreFailure> {
    serde_json::from_slice(answer).map_err(|_| strange())
}

/// After a try of which nobody knows what became.
pub(super) fn of_another_try(
    batch: &Batch,
    now: Timestamp,
    why: Unanswered,
) -> Result<(), StoreFailure> {
    of_write(batch, now, why).map_err(|why| match &why {
        StoreFailure::Conflict { found, .. } if !is_known(batch, found.as_deref()) => {
            patience::open()
        }
        _ => why,
    })
}

/// `Ok` where the refusal shows that the batch was applied before.
pub(super) fn of_write(batch: &Batch, now: Timestamp, why: Unanswered) -> Result<(), StoreFailure> {
    match &why {
        Unanswered::Refused { kind, said, .. } if kind == "ConditionalCheckFailedException" => {
            of_reasons(batch, now, vec![Reason::alone(said)?])
        }
        Unanswered::Refused { kind, said, .. } if kind == "TransactionCanceledException" => {
            let cancelled: Cancelled = of_read(&said.0)?;
            of_reasons(batch, now, cancelled.reasons)
        }
        _ => Err(of_any(why)),
    }
}

/// Of what expects nothing.
pub(super) fn of_any(why: Unanswered) -> StoreFailure {
    match &why {
        Unanswered::Unmade(error) => StoreFailure::Refused(format!("{why}: {error}")),
        Unanswered::Unreached(error) => busy(&why, Some(error.as_ref())),
        Unanswered::Refused { kind, .. } if BUSY.contains(&kind.as_str()) => busy(&why, None),
        Unanswered::Refused { status, kind, .. } if is_final(*status, kind) => {
            StoreFailure::Refused(why.to_string())
        }
        _ => StoreFailure::Unanswered(why.into()),
    }
}

/// All or nothing was applied, so that one write's item of this batch's own tells of all.
fn of_reasons(batch: &Batch, now: Timestamp, reasons: Vec<Reason>) -> Result<(), StoreFailure> {
    if reasons.len() != batch.writes().len() {
        return Err(strange());
    }
    let mut is_applied = false;
    let mut is_refused = Ok(());
    for (write, reason) in batch.writes().iter().zip(reasons) {
        match reason.code.as_str() {
            "None" => {}
            CONDITION_FAILED => is_applied |= is_ours(batch, write, reason.found, now)?,
            code if BUSY.contains(&code) => {}
            code => is_refused = Err(StoreFailure::Refused(account::plain(code))),
        }
    }
    if is_applied {
        return Ok(());
    }
    is_refused.and(Err(StoreFailure::Busy))
}

/// Whether this same batch has left what the write found, even if that has expired since; else it is a conflict.
fn is_ours(
    batch: &Batch,
    write: &Write,
    found: Option<Row>,
    now: Timestamp,
) -> Result<bool, StoreFailure> {
    let found = found.map(Item::try_from).transpose()?;
    if found
        .as_ref()
        .is_some_and(|item| item.written_by == batch.id())
    {
        return Ok(true);
    }
    let there = found.filter(|item| item.is_there(now));
    Err(StoreFailure::conflict(write.key(), there))
}

/// Whether a conflict shows that no earlier try was applied. A transaction's would have been known by its token.
/// A write by itself would have left the version that somebody else has left; where they are further, or have
/// removed it, they may have gone on from ours.
fn is_known(batch: &Batch, found: Option<&Item>) -> bool {
    let version = match batch.writes() {
        [Write::Insert { .. }] => 1,
        [Write::Replace { version, .. }] => version.saturating_add(1),
        _ => return true,
    };
    found.is_some_and(|item| item.version == version)
}

impl Reason {
    /// Of a write that went by itself.
    fn alone(said: &Said) -> Result<Self, StoreFailure> {
        let found: Found = of_read(&said.0)?;
        Ok(Self {
            code: CONDITION_FAILED.to_owned(),
            found: found.item,
        })
    }
}

/// A refusal whose kind cannot be read can be any, and a failure of the service can come after the write.
fn is_final(status: StatusCode, kind: &str) -> bool {
    status.is_client_error() && !kind.is_empty() && !OPEN.contains(&kind)
}

/// What was in the way is for the log only.
fn busy(why: &Unanswered, source: Option<&(dyn Error + Send + Sync)>) -> StoreFailure {
    let source = source.map(tracing::field::display);
    tracing::info!(%why, source, "DynamoDB is busy");
    StoreFailure::Busy
}

fn strange() -> StoreFailure {
    StoreFailure::Unanswered(Strange.into())
}
