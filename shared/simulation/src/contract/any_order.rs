//! The same is asked of a store and of the model, at random, and both have to say the same.

mod steps;

use std::collections::HashSet;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use idwo_core::clock::Clock;
use idwo_core::store::{Batch, BatchId, Item, Key, Write};
use jiff::SignedDuration;
use proptest::test_runner::{Config, TestRunner};

use self::steps::{Kind, PARTITIONS, Planned, Step, key_of, query_of, steps};
use super::given::{Answer, Given, all, broken, check, remove, until};
use crate::model::Model;

/// Asks each of `cases` new stores up to 40 random things: a hundred cases send some 1,100 batches, of
/// which 700 are written, and read 900 times. A case in which the store answers otherwise
/// than the model is shortened, on new stores again, and told in the panic.
///
/// `block_on` runs a future to its end, as `|it| runtime.block_on(it)`; so the caller is no future
/// itself.
///
/// # Panics
/// At the first case in which the store breaks a promise.
pub fn kept_in_any_order(
    cases: u32,
    block_on: impl Fn(LocalBoxFuture<'_, ()>),
    new: impl AsyncFn() -> Given,
) {
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&steps(), |steps| {
        let compared = async { Compared::with(new().await).after(steps).await };
        block_on(compared.boxed_local());
        Ok(())
    });
    if let Err(failure) = outcome {
        broken(failure);
    }
}

/// A store beside the model, after the same steps.
struct Compared {
    given: Given,
    model: Given,
    sent: Vec<Batch>,
    /// Those of `sent` that were done.
    done: HashSet<BatchId>,
}

impl Compared {
    fn with(given: Given) -> Self {
        let clock = Arc::clone(&given.clock);
        let model = Given {
            store: Arc::new(Model::new(Arc::clone(&clock) as Arc<dyn Clock>)),
            clock,
        };
        Self {
            given,
            model,
            sent: Vec::new(),
            done: HashSet::new(),
        }
    }

    async fn after(mut self, steps: Vec<Step>) {
        for step in steps {
            self.take(step).await;
        }
        for partition in PARTITIONS {
            let query = all(partition);
            let left = self.given.read(query.clone()).await;
            assert_eq!(left, self.model.read(query).await, "in the end");
        }
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Wait { ms } => self.given.clock.advance(SignedDuration::from_millis(ms)),
            Step::Get(of) => {
                let key = key_of(of);
                assert_eq!(self.given.get(&key).await, self.model.get(&key).await);
            }
            Step::Query(asked) => {
                let query = query_of(&asked);
                let items = self.given.read(query.clone()).await;
                assert_eq!(items, self.model.read(query).await);
            }
            Step::Write(planned) => {
                let batch = self.batch(planned).await;
                self.sent.push(batch.clone());
                self.send(batch).await;
            }
            Step::Again(which) => {
                let sent = self.sent.get(which.index(self.sent.len().max(1)));
                if let Some(batch) = sent.cloned() {
                    self.send(batch).await;
                }
            }
        }
    }

    /// The first planned write on each item.
    async fn batch(&self, planned: Vec<Planned>) -> Batch {
        let mut writes: Vec<Write> = Vec::new();
        for planned in planned {
            let key = key_of(planned.key);
            if writes.iter().all(|write| *write.key() != key) {
                writes.push(self.write(key, &planned).await);
            }
        }
        self.given.batch(writes)
    }

    /// On the version that the model has, where none is planned.
    async fn write(&self, key: Key, planned: &Planned) -> Write {
        let newest = self.model.get(&key).await.map(|item| item.version);
        let version = planned.version.or(newest).unwrap_or(1);
        let end = planned.lasts_s.map(|s| self.given.in_seconds(s));
        let value = until(&planned.body.to_string(), end);
        match planned.kind {
            Kind::Insert => Write::Insert { key, value },
            Kind::Change if newest.is_none() => Write::Insert { key, value },
            Kind::Change | Kind::Replace => Write::Replace {
                key,
                version,
                value,
            },
            Kind::Check => check(&key, version),
            Kind::Remove => remove(&key),
        }
    }

    async fn send(&mut self, batch: Batch) {
        let was_done = self.done.contains(&batch.id());
        if was_done && self.fits(&batch).await {
            // Nothing is left of it, and the port leaves open what happens then.
            return;
        }
        let expected = self.model.send(&batch).await;
        match (self.given.send(&batch).await, expected) {
            (Answer::Done, Answer::Done) => _ = self.done.insert(batch.id()),
            // It was done, so that is true as well.
            (Answer::Done, Answer::Conflict { .. }) if was_done => {}
            (Answer::Conflict { key, found }, Answer::Conflict { .. }) => {
                assert_eq!(found, self.model.get(&key).await, "found at {key}");
                let unfit =
                    |write: &&Write| *write.key() == key && !self.is_fit(write, found.as_ref());
                assert!(
                    batch.writes().iter().any(|write| unfit(&write)),
                    "{key} fits"
                );
            }
            (answer, expected) => broken(format!("{answer:?} instead of {expected:?}: {batch:?}")),
        }
    }

    async fn fits(&self, batch: &Batch) -> bool {
        for write in batch.writes() {
            let found = self.model.get(write.key()).await;
            if !self.is_fit(write, found.as_ref()) {
                return false;
            }
        }
        true
    }

    fn is_fit(&self, write: &Write, found: Option<&Item>) -> bool {
        write.fits(found, self.given.clock.now())
    }
}
