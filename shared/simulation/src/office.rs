//! One team's durable work on the model of a store: a clock that is moved by hand, an inbox instead of a queue,
//! and one worker who takes what is in it when told to. For tests that look at a run step by step.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use idwo_core::chance::Chance;
use idwo_core::clock::Clock;
use idwo_core::queue::{Queue, QueueFailure};
use idwo_core::workflow::{Due, Kinds, Runs, Start, Tenant, Unfinished, Worker, Workflows, sweep};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::clock::TestClock;
use crate::model::Model;

/// How long runs are kept after the end of their longest life.
const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

/// Most runs that are told of at once.
const RUNS_MAX: usize = 100;

pub struct Office {
    pub clock: Arc<TestClock>,
    pub inbox: Arc<Inbox>,
    pub runs: Arc<Runs>,
    pub worker: Worker,
}

/// Messages in the order in which they were sent, with what is delayed among them.
#[derive(Default)]
pub struct Inbox {
    messages: Mutex<VecDeque<(String, Duration)>>,
    is_down: Mutex<bool>,
}

impl Office {
    pub fn open(kinds: Kinds) -> Self {
        let clock = Arc::new(TestClock::default());
        let now: Arc<dyn Clock> = clock.clone();
        let inbox = Arc::new(Inbox::default());
        let store = Arc::new(Model::new(Arc::clone(&now)));
        let chance = Arc::new(Chance::seeded(1));
        let runs = Arc::new(Runs::new(store, inbox.clone(), now, chance, kinds, KEPT));
        let worker = Worker::new(Arc::clone(&runs), Uuid::from_u128(1));
        Self {
            clock,
            inbox,
            runs,
            worker,
        }
    }

    /// As its tools reach them.
    pub fn workflows(&self) -> Workflows {
        Workflows::Kept {
            runs: Arc::clone(&self.runs),
            tenant: Tenant::default(),
        }
    }

    /// What it takes to start a workflow for the team.
    ///
    /// # Errors
    /// An entity that is no name.
    pub fn asked(entity: &str, kind: &str, input: Value) -> Result<Start, &'static str> {
        Ok(Start {
            tenant: Tenant::default(),
            entity: entity.parse()?,
            kind: kind.to_owned(),
            input,
            correlation: Uuid::from_u128(7),
            parent: None,
        })
    }

    /// Lets the time pass until then, and the worker be told of what is due.
    ///
    /// # Errors
    /// What could not be read or told.
    pub async fn pass_until(&self, at: Timestamp) -> Result<(), Unfinished> {
        self.clock.advance(at.duration_since(self.clock.now()));
        sweep(&self.runs, Due::For(Duration::ZERO), RUNS_MAX).await?;
        Ok(())
    }

    /// Does what the messages ask for, those that are delayed included, until there are none.
    ///
    /// # Errors
    /// What the worker could not do.
    pub async fn work(&self) -> Result<(), Unfinished> {
        while let Some((message, _)) = self.inbox.next() {
            self.worker.take(&message).await?;
        }
        Ok(())
    }
}

impl Inbox {
    /// Takes nothing from now on, or again.
    pub fn is_down(&self, is_down: bool) {
        *self.is_down.lock().unwrap_or_else(PoisonError::into_inner) = is_down;
    }

    pub fn next(&self) -> Option<(String, Duration)> {
        self.messages().pop_front()
    }

    pub fn len(&self) -> usize {
        self.messages().len()
    }

    pub fn is_empty(&self) -> bool {
        self.messages().is_empty()
    }

    fn messages(&self) -> MutexGuard<'_, VecDeque<(String, Duration)>> {
        let messages = self.messages.lock();
        messages.unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Queue for Inbox {
    async fn send(&self, body: String, delay: Duration) -> Result<(), QueueFailure> {
        let is_down = self.is_down.lock();
        if *is_down.unwrap_or_else(PoisonError::into_inner) {
            return Err(QueueFailure("down".into()));
        }
        self.messages().push_back((body, delay));
        Ok(())
    }
}
