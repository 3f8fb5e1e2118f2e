//! A queue of this process, by SQS's rules of delivery: at least once, in no order, invisible while
//! somebody works at it, and set aside after the fifth try. A restart loses what is in it, which a
//! message may be: it is a hint.

mod messages;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use idwo_core::clock::Clock;
use idwo_core::queue::{DELAY_MAX, Queue, QueueFailure};
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use self::messages::Messages;

/// Most messages of one delivery, of SQS.
pub const DELIVERED_MAX: usize = 10;

/// Longest that [`InProcess::receive_soon`] waits, of SQS. A machine that slept in between goes on
/// waiting when it wakes, so this is also how late a message can be then.
pub const WAIT_MAX: Duration = Duration::from_secs(20);

/// How long a message can be invisible, of SQS.
const INVISIBLE_MAX: Duration = Duration::from_secs(12 * 60 * 60);

/// Below it, a message could be received twice at the same time.
const INVISIBLE_MIN: Duration = Duration::from_secs(1);

pub struct InProcess {
    messages: Mutex<Messages>,
    /// Something was sent, and may be visible sooner than what was waited for.
    sent: Notify,
    clock: Arc<dyn Clock>,
    invisible: Duration,
}

/// A message for somebody who has to [`InProcess::delete`] it when its work is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The same each time that the message is received.
    pub id: MessageId,
    pub body: String,
    pub receipt: Receipt,
    /// How often it was received, with this time.
    pub received: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(u64);

/// Of one delivery: when the message is received again, it is stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Receipt {
    visible_at: Timestamp,
    id: MessageId,
}

/// A message that nobody got done, and its story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    pub id: MessageId,
    pub body: String,
    pub sent_at: Timestamp,
    pub received_at: Vec<Timestamp>,
}

impl InProcess {
    /// A message is `invisible` to others so long from when it was received: 1 s to 12 h, what is less or
    /// more is cut. Shorter than its work takes, the work is done twice.
    pub fn new(clock: Arc<dyn Clock>, invisible: Duration) -> Self {
        Self {
            messages: Mutex::default(),
            sent: Notify::new(),
            clock,
            invisible: invisible.clamp(INVISIBLE_MIN, INVISIBLE_MAX),
        }
    }

    /// What is visible now, at most `max`: 1 to [`DELIVERED_MAX`], what is less or more is cut.
    pub fn receive(&self, max: usize) -> Vec<Delivery> {
        let max = max.clamp(1, DELIVERED_MAX);
        let now = self.clock.now();
        self.messages().received(now, self.invisible, max)
    }

    /// The same; where nothing is visible, waits for it, for `wait` at most and never more than
    /// [`WAIT_MAX`]. Whoever stops waiting takes no message along.
    pub async fn receive_soon(&self, max: usize, wait: Duration) -> Vec<Delivery> {
        let end = Instant::now() + wait.min(WAIT_MAX);
        loop {
            // Listens first, so that what is sent between the look and the wait is heard.
            let mut sent = std::pin::pin!(self.sent.notified());
            sent.as_mut().enable();
            let received = self.receive(max);
            let left = end.saturating_duration_since(Instant::now());
            if !received.is_empty() || left.is_zero() {
                return received;
            }
            let visible = self.next_visible().map_or(left, |at| self.until(at));
            // Woken or not, it looks again.
            let _ = timeout(visible.min(left), sent).await;
        }
    }

    /// When the next message is visible: earlier than now where one is already.
    pub fn next_visible(&self) -> Option<Timestamp> {
        self.messages().next_visible()
    }

    /// The work is done. A stale receipt has no effect.
    pub fn delete(&self, receipt: Receipt) {
        self.messages().delete(receipt);
    }

    /// What was set aside instead of being received for the sixth time, the oldest first.
    pub fn dead_letters(&self) -> Vec<DeadLetter> {
        self.messages().dead()
    }

    fn until(&self, at: Timestamp) -> Duration {
        Duration::try_from(at.duration_since(self.clock.now())).unwrap_or_default()
    }

    /// Nothing that is done under it panics.
    fn messages(&self) -> MutexGuard<'_, Messages> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Queue for InProcess {
    async fn send(&self, body: String, delay: Duration) -> Result<(), QueueFailure> {
        let delay = delay.min(DELAY_MAX);
        let sent = self.messages().send(self.clock.now(), delay, body);
        sent.map_err(|refused| QueueFailure(refused.into()))?;
        self.sent.notify_waiters();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
