//! The store and the queue as they stand on a stage: what is asked of them passes a gate before and after.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use idwo_core::clock::Clock;
use idwo_core::queue::{Queue, QueueFailure};
use idwo_core::store::{Batch, Item, Key, Page, Query, Store, StoreFailure};
use jiff::Timestamp;

use crate::invariants::{Told, Watch};
use crate::model::Model;
use crate::stage::{Fault, Op, Point, Side, Stage};

/// How long a message that was received is not delivered again: six times the longest run of a worker.
pub const INVISIBLE_FOR: Duration = Duration::from_secs(360);

/// After so many deliveries a message is dead.
pub const DELIVERIES_MAX: u32 = 5;

/// Most items of a page: a store may give fewer than it was asked for, and whoever reads one page only is to be
/// found out.
const PAGE_ITEMS_MAX: u16 = 3;

pub struct StagedStore {
    pub stage: Arc<Stage>,
    pub model: Arc<Model>,
    pub watch: Arc<Watch>,
}

pub struct StagedQueue {
    stage: Arc<Stage>,
    messages: Mutex<Messages>,
}

#[derive(Default)]
struct Messages {
    next: u64,
    waiting: BTreeMap<u64, Message>,
    dead: Vec<Message>,
}

#[derive(Debug, Clone)]
pub struct Message {
    pub body: String,
    pub visible_at: Timestamp,
    pub deliveries: u32,
}

#[derive(Debug)]
pub struct Delivery {
    pub receipt: u64,
    pub body: String,
}

#[derive(Debug, thiserror::Error)]
#[error("planned")]
struct Planned;

#[async_trait]
impl Store for StagedStore {
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreFailure> {
        self.read("item").await?;
        self.model.get(key).await
    }

    async fn query(&self, query: &Query) -> Result<Page, StoreFailure> {
        self.read("page").await?;
        let items_max = 1 + self.stage.below(PAGE_ITEMS_MAX.into());
        let items_max =
            u16::try_from(items_max).map_or(query.items_max, |max| max.min(query.items_max));
        let query = Query {
            items_max,
            ..query.clone()
        };
        self.model.query(&query).await
    }

    async fn write(&self, batch: &Batch) -> Result<(), StoreFailure> {
        let told = Told::by(batch);
        let what = Told::named(&told);
        let point = |side| Point {
            op: Op::Write,
            side,
            what: &what,
        };
        match self.stage.gate(point(Side::Before)).await {
            Some(Fault::Error) => return Err(StoreFailure::Busy),
            Some(_) => return Err(StoreFailure::Unanswered(Box::new(Planned))),
            None => {}
        }
        self.watch.writes(batch, &told, &self.model);
        let answer = self.model.write(batch).await;
        self.stage.say(if answer.is_ok() {
            "written"
        } else {
            "conflict"
        });
        match self.stage.gate(point(Side::After)).await {
            Some(_) => Err(StoreFailure::Unanswered(Box::new(Planned))),
            None => answer,
        }
    }
}

impl StagedStore {
    async fn read(&self, what: &str) -> Result<(), StoreFailure> {
        let point = Point {
            op: Op::Read,
            side: Side::Before,
            what,
        };
        match self.stage.gate(point).await {
            Some(_) => Err(StoreFailure::Busy),
            None => Ok(()),
        }
    }
}

impl StagedQueue {
    pub fn new(stage: Arc<Stage>) -> Self {
        Self {
            stage,
            messages: Mutex::default(),
        }
    }

    /// Any of those that are visible, or nothing.
    pub async fn receive(&self) -> Option<Delivery> {
        let point = |side| Point {
            op: Op::Receive,
            side,
            what: "message",
        };
        if self.stage.gate(point(Side::Before)).await.is_some() {
            return None;
        }
        let now = self.stage.now();
        let delivery = self.messages().deliver(now, |n| self.stage.below(n))?;
        self.stage.say(&delivery.body);
        // As queues do that promise to deliver at least once.
        if self.stage.gate(point(Side::After)).await == Some(Fault::Twice)
            && let Some(message) = self.messages().waiting.get_mut(&delivery.receipt)
        {
            message.visible_at = now;
        }
        Some(delivery)
    }

    pub async fn delete(&self, receipt: u64) {
        let point = |side| Point {
            op: Op::Delete,
            side,
            what: "message",
        };
        if self.stage.gate(point(Side::Before)).await.is_none() {
            self.messages().waiting.remove(&receipt);
            self.stage.gate(point(Side::After)).await;
        }
    }

    /// When the next can be received.
    pub fn visible_at(&self) -> Option<Timestamp> {
        let messages = self.messages();
        messages
            .waiting
            .values()
            .map(|message| message.visible_at)
            .min()
    }

    pub fn dead(&self) -> Vec<Message> {
        self.messages().dead.clone()
    }

    /// What nobody should have sent.
    pub fn put(&self, body: &str) {
        let now = self.stage.now();
        self.messages().put(body.to_owned(), now);
    }

    fn messages(&self) -> MutexGuard<'_, Messages> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Queue for StagedQueue {
    async fn send(&self, body: String, delay: Duration) -> Result<(), QueueFailure> {
        let failed = || QueueFailure(Box::new(Planned));
        let point = |side| Point {
            op: Op::Send,
            side,
            what: "message",
        };
        match self.stage.gate(point(Side::Before)).await {
            Some(Fault::Lost) => return Ok(()),
            Some(_) => return Err(failed()),
            None => {}
        }
        let visible_at = self.stage.now() + delay;
        self.messages().put(body.clone(), visible_at);
        match self.stage.gate(point(Side::After)).await {
            Some(Fault::Twice) => self.messages().put(body, visible_at),
            Some(_) => return Err(failed()),
            None => {}
        }
        Ok(())
    }
}

impl Messages {
    fn put(&mut self, body: String, visible_at: Timestamp) {
        let message = Message {
            body,
            visible_at,
            deliveries: 0,
        };
        self.waiting.insert(self.next, message);
        self.next += 1;
    }

    fn deliver(&mut self, now: Timestamp, below: impl Fn(usize) -> usize) -> Option<Delivery> {
        let is_visible = |message: &Message| message.visible_at <= now;
        let is_dead = |message: &Message| message.deliveries >= DELIVERIES_MAX;
        let dead: Vec<u64> = ids(&self.waiting, |message| {
            is_visible(message) && is_dead(message)
        });
        self.dead
            .extend(dead.iter().filter_map(|id| self.waiting.remove(id)));
        let visible = ids(&self.waiting, is_visible);
        let receipt = *visible.get(below(visible.len()))?;
        let message = self.waiting.get_mut(&receipt)?;
        message.deliveries += 1;
        message.visible_at = now + INVISIBLE_FOR;
        let body = message.body.clone();
        Some(Delivery { receipt, body })
    }
}

fn ids(messages: &BTreeMap<u64, Message>, fits: impl Fn(&Message) -> bool) -> Vec<u64> {
    let fitting = messages.iter().filter(|(_, message)| fits(message));
    fitting.map(|(id, _)| *id).collect()
}
