//! A table of DynamoDB as a [`Store`]: state that every function sees.
//!
//! | attribute | what it holds |
//! |---|---|
//! | `pk`, `sk` | the key |
//! | `v` | the version |
//! | `b` | the body |
//! | `expires_at` | the second from which it is not there, of those that end; the table's TTL deletes it later |
//! | `w` | the batch that left it so |
//!
//! A batch that left something is known again by `w`, however late. DynamoDB itself knows a transaction
//! again by its token, for ten minutes and if it reads the same: among the tries of one call, and one that
//! only removes, and so leaves nothing, in later calls as well.

mod patience;
mod request;
mod row;
#[cfg(test)]
mod tests;
mod verdict;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use idwo_core::chance::Chance;
use idwo_core::clock::Clock;
use idwo_core::store::{Batch, Item, Key, PAGE_ITEMS_MAX, Page, Query, Store, StoreFailure, Write};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use self::patience::Patience;
use self::request::{Begin, Request};
use crate::account::{Account, Ask, Json, Unanswered};
use crate::start::{Failed, Start};

/// Largest answer that is read, in bytes: of a page of 1 MB of which each byte is escaped as six.
const PAGE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Largest answer to a transaction that is read, in bytes: a refusal brings what each of 100 writes found, at
/// most 400 KiB of JSON each, in which every second byte is escaped.
const REFUSAL_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A call takes 12 s at most, with all its tries. What the account refuses (no such table, no right to it)
/// is [`StoreFailure::Refused`].
pub struct DynamoDb {
    account: Account,
    table: String,
    clock: Arc<dyn Clock>,
    chance: Chance,
    patience: Patience,
}

impl DynamoDb {
    /// The table that `IDWO_STATE_TABLE` names. Nothing is asked of it yet.
    ///
    /// # Errors
    /// Variables that are not set or not usable.
    pub fn of(start: &Start, clock: Arc<dyn Clock>, chance: Chance) -> Result<Self, Failed> {
        Ok(Self {
            account: start.account()?.clone(),
            table: start.variables.required("IDWO_STATE_TABLE")?,
            clock,
            chance,
            patience: Patience::default(),
        })
    }

    /// Whether it has expired or not.
    async fn found(&self, key: &Key) -> Result<Option<Item>, StoreFailure> {
        let request = request::get(&self.table, key);
        let found: row::Found = self.read(&request).await?;
        Ok(found.item.map(Item::try_from).transpose()?)
    }

    async fn check(&self, write: &Write) -> Result<(), StoreFailure> {
        let (key, now) = (write.key(), self.clock.now());
        let found = self.found(key).await?.filter(|item| item.is_there(now));
        if write.fits(found.as_ref(), now) {
            return Ok(());
        }
        Err(StoreFailure::conflict(key, found))
    }

    /// Of this call, since what a write expects is written with the time and reads differently in another.
    fn token(&self, batch: &Batch, now: Timestamp) -> Uuid {
        let is_removal = |write| matches!(write, &Write::Remove { .. });
        if batch.writes().iter().all(is_removal) {
            return batch.id().0;
        }
        self.chance.id(now).unwrap_or(batch.id().0)
    }

    async fn read<T: DeserializeOwned>(&self, request: &Request) -> Result<T, StoreFailure> {
        let once = async |within, _| {
            let answer = self.ask(request, within).await;
            verdict::of_read(&answer.map_err(verdict::of_any)?)
        };
        self.patience.ask(&self.chance, once).await
    }

    /// Once.
    async fn ask(&self, request: &Request, within: Duration) -> Result<Bytes, Unanswered> {
        let (target, body) = (request.target, request.body.clone());
        let ask = Ask {
            answer_bytes_max: if request.is_transaction() {
                REFUSAL_BYTES_MAX
            } else {
                PAGE_BYTES_MAX
            },
            ..Ask::operation("dynamodb", Json::V1_0, target, body, within)
        };
        Ok(self.account.post(ask).await?.body)
    }
}

#[async_trait]
impl Store for DynamoDb {
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreFailure> {
        let found = self.found(key).await?;
        let now = self.clock.now();
        Ok(found.filter(|item| item.is_there(now)))
    }

    async fn query(&self, query: &Query) -> Result<Page, StoreFailure> {
        if !(1..=PAGE_ITEMS_MAX).contains(&query.items_max) {
            let what = format!("a page of {} items", query.items_max);
            return Err(StoreFailure::Refused(what));
        }
        let begin = Begin::of(query);
        if begin == Begin::Beyond {
            return Ok(Page::default());
        }
        let request = request::query(&self.table, query, &begin, self.clock.now());
        let page: row::Page = self.read(&request).await?;
        Ok(page.try_into()?)
    }

    async fn write(&self, batch: &Batch) -> Result<(), StoreFailure> {
        if let [check @ Write::Check { .. }] = batch.writes() {
            return self.check(check).await;
        }
        let now = self.clock.now();
        let token = self.token(batch, now);
        let request = request::write(&self.table, batch, now, token);
        let once = async |within, is_open| match self.ask(&request, within).await {
            Ok(_) => Ok(()),
            Err(why) if is_open => verdict::of_another_try(batch, now, why),
            Err(why) => verdict::of_write(batch, now, why),
        };
        self.patience.ask(&self.chance, once).await
    }
}
