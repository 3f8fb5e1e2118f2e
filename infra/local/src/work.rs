//! Durable work in this process: the store in its folder, the queue of its own, and workers that are the
//! only ones there are.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use idwo_core::chance::Chance;
use idwo_core::clock::{Clock, SystemClock};
use idwo_core::config::{Config, Variables};
use idwo_core::workflow::{Advanced, Due, Kinds, Runs, Worker, sweep};
use idwo_embedded::queue::{Delivery, InProcess};
use idwo_embedded::store::RedbStore;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::faults;
use crate::serve::DRAIN_TIMEOUT;
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

/// The store, in the folder for data.
pub(crate) const STORE_FILE: &str = "state.redb";

pub struct Work {
    pub runs: Arc<Runs>,
    pub queue: Arc<InProcess>,
    worker: Arc<Worker>,
}

impl Work {
    /// In `data`, of which nobody else holds the store meanwhile.
    pub async fn open(data: &Path, variables: &Variables, kinds: Kinds) -> Result<Self, Failed> {
        let kept_for = Config::read(variables)?.kept_for;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let store = RedbStore::open(data.join(STORE_FILE), Arc::clone(&clock)).await?;
        let queue = Arc::new(InProcess::new(Arc::clone(&clock), INVISIBLE_FOR));
        let (store, told) = faults::around((Arc::new(store), queue.clone()), variables)?;
        let chance = Arc::new(Chance::of_machine());
        let holder = chance.id(clock.now())?;
        let runs = Arc::new(Runs::new(store, told, clock, chance, kinds, kept_for));
        let worker = Arc::new(Worker::alone(Arc::clone(&runs), holder));
        Ok(Self {
            runs,
            queue,
            worker,
        })
    }

    /// Works until `end`: from then on no message is taken up, and the steps under way get as long as calls
    /// do. What a former process has left is looked for at once.
    pub async fn go_on(&self, end: &CancellationToken) {
        self.sweep(Due::Soon).await;
        let workers = (0..WORKERS).map(|_| self.receive(end));
        let workers = futures::future::join_all(workers);
        let mut working = std::pin::pin!(async {
            tokio::join!(workers, self.keep_sweeping(end));
        });
        tokio::select! {
            () = &mut working => return,
            () = end.cancelled() => (),
        }
        if tokio::time::timeout(DRAIN_TIMEOUT, working).await.is_err() {
            let seconds = DRAIN_TIMEOUT.as_secs();
            tracing::warn!("steps were still under way after {seconds} s; the next start goes on");
        }
    }

    async fn receive(&self, end: &CancellationToken) {
        let wait = idwo_embedded::queue::WAIT_MAX;
        while !end.is_cancelled() {
            let deliveries = tokio::select! {
                () = end.cancelled() => return,
                deliveries = self.queue.receive_soon(1, wait) => deliveries,
            };
            for delivery in deliveries {
                self.take(delivery).await;
            }
        }
    }

    /// Steps read disks and compute: each runs on a thread of its own, so that whoever is served does not
    /// wait for it, and a panic ends the step alone. A message that nobody could do anything with stays, is
    /// delivered again, and dies in the end.
    async fn take(&self, delivery: Delivery) {
        let (worker, runtime) = (Arc::clone(&self.worker), Handle::current());
        let Delivery {
            body,
            receipt,
            received,
            ..
        } = delivery;
        let work = move || runtime.block_on(worker.take(&body));
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok(advanced)) => {
                if let Advanced::PutOff(error) = advanced {
                    tracing::warn!(error, received, "a message was put off");
                }
                self.queue.delete(receipt);
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, received, "a message could not be worked on");
            }
            Err(error) => tracing::error!(%error, received, "a step panicked"),
        }
    }

    async fn keep_sweeping(&self, end: &CancellationToken) {
        let mut every = tokio::time::interval(SWEEP_EVERY);
        every.tick().await;
        loop {
            tokio::select! {
                () = end.cancelled() => return,
                _ = every.tick() => self.sweep(Due::For(GRACE)).await,
            }
        }
    }

    async fn sweep(&self, due: Due) {
        if let Err(error) = sweep(&self.runs, due, SWEEP_RUNS_MAX).await {
            tracing::warn!(%error, "what is due could not be looked for");
        }
    }
}
