//! A queue with faults around it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use idwo_core::queue::{Queue, QueueFailure};

use super::{Astray, Failing, Faults, Op, PlannedFault};

pub struct FaultyQueue {
    inner: Arc<dyn Queue>,
    faults: Arc<Faults>,
    held_back: Mutex<Option<Message>>,
}

struct Message {
    body: String,
    delay: Duration,
}

impl FaultyQueue {
    pub fn new(inner: Arc<dyn Queue>, faults: Arc<Faults>) -> Self {
        Self {
            inner,
            faults,
            held_back: Mutex::default(),
        }
    }

    async fn send_astray(
        &self,
        message: Message,
        astray: Option<Astray>,
    ) -> Result<(), QueueFailure> {
        let held_back = self.held_back().take();
        match astray {
            Some(Astray::Reorder) => *self.held_back() = Some(message),
            Some(Astray::Duplicate) => {
                self.pass_on(&message).await?;
                self.pass_on(&message).await?;
            }
            None => self.pass_on(&message).await?,
        }
        match held_back {
            Some(earlier) => self.pass_on(&earlier).await,
            None => Ok(()),
        }
    }

    async fn pass_on(&self, message: &Message) -> Result<(), QueueFailure> {
        self.inner.send(message.body.clone(), message.delay).await
    }

    fn held_back(&self) -> MutexGuard<'_, Option<Message>> {
        self.held_back
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Queue for FaultyQueue {
    async fn send(&self, body: String, delay: Duration) -> Result<(), QueueFailure> {
        let hits = self.faults.next(Op::Send);
        let work = self.send_astray(Message { body, delay }, hits.astray);
        self.faults.meet(hits, work, failure).await
    }
}

fn failure(_: Failing) -> QueueFailure {
    QueueFailure(Box::new(PlannedFault))
}
