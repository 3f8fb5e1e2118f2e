//! Durable work in this process: the store in its folder, the queue of its own, and workers that are the
//! only ones there are.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use idwo_core::chance::Chance;
use idwo_core::clock::{Clock, SystemClock};
use idwo_core::config::{Config, Variables};
use idwo_core::workflow::{Due, Kinds, Runs, Worker, sweep};
use idwo_embedded::queue::{Delivery, InProcess};
use idwo_embedded::store::RedbStore;

use crate::faults;
use crate::terminal::Failed;

/// Steps that are performed at the same time.
const WORKERS: usize = 4;

/// How long nobody else takes up a message that somebody works at: six times the longest step, as on AWS.
const INVISIBLE_FOR: Duration = Duration::from_secs(360);

/// How often what is due is looked for, and how long whoever made it due is given to tell of it.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
const GRACE: Duration = Duration::from_secs(30);

/// Runs that one sweep tells of; the next goes on.
const SWEEP_RUNS_MAX: usize = 1000;

pub struct Work {
    pub runs: Arc<Runs>,
    pub queue: Arc<InProcess>,
    worker: Worker,
}

impl Work {
    /// In `data`, of which nobody else holds the store meanwhile.
    pub async fn open(data: &Path, variables: &Variables, kinds: Kinds) -> Result<Self, Failed> {
        let kept_for = Config::read(variables)?.kept_for;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let store = RedbStore::open(data.join("state.redb"), Arc::clone(&clock)).await?;
        let queue = Arc::new(InProcess::new(Arc::clone(&clock), INVISIBLE_FOR));
        let (store, told) = faults::around((Arc::new(store), queue.clone()), variables)?;
        let chance = Arc::new(Chance::of_machine());
        let holder = chance.id(clock.now())?;
        let runs = Arc::new(Runs::new(store, told, clock, chance, kinds, kept_for));
        let worker = Worker::alone(Arc::clone(&runs), holder);
        Ok(Self {
            runs,
            queue,
            worker,
        })
    }

    /// Works until it is dropped. What a former process has left is looked for at once.
    pub async fn go_on(&self) {
        self.sweep(Due::Soon).await;
        let workers = (0..WORKERS).map(|_| self.receive());
        tokio::join!(futures::future::join_all(workers), self.keep_sweeping());
    }

    async fn receive(&self) {
        loop {
            let wait = idwo_embedded::queue::WAIT_MAX;
            for delivery in self.queue.receive_soon(1, wait).await {
                self.take(delivery).await;
            }
        }
    }

    /// A message that nobody could do anything with stays, is delivered again, and dies in the end.
    async fn take(&self, delivery: Delivery) {
        match self.worker.take(&delivery.body).await {
            Ok(_) => self.queue.delete(delivery.receipt),
            Err(error) => {
                let received = delivery.received;
                tracing::warn!(%error, received, "a message could not be worked on");
            }
        }
    }

    async fn keep_sweeping(&self) {
        let mut every = tokio::time::interval(SWEEP_EVERY);
        every.tick().await;
        loop {
            every.tick().await;
            self.sweep(Due::For(GRACE)).await;
        }
    }

    async fn sweep(&self, due: Due) {
        if let Err(error) = sweep(&self.runs, due, SWEEP_RUNS_MAX).await {
            tracing::warn!(%error, "what is due could not be looked for");
        }
    }
}
