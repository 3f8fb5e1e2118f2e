//! The messages and their rules; whoever holds them knows the time.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;

use super::{DeadLetter, Delivery, MessageId, Receipt};

/// Most messages that wait or are being worked at; more means that nobody works. What is refused stands in
/// the store, and whoever looks there finds it.
const MESSAGES_MAX: usize = 10_000;

/// Longest body, in bytes: a hint names what stands in the store. All messages are 160 MB at most, so;
/// SQS takes more.
const BODY_BYTES_MAX: usize = 16 * 1024;

/// How often a message is received before it is set aside.
const RECEIVED_MAX: usize = 5;

/// Most that were set aside and are still told of; the oldest make room.
const DEAD_MAX: usize = 1000;

#[derive(Default)]
pub(super) struct Messages {
    /// By when each is visible. Received, it is one that is visible later, and its receipt another.
    waiting: BTreeMap<Receipt, Message>,
    dead: VecDeque<DeadLetter>,
    last: u64,
}

struct Message {
    body: String,
    sent_at: Timestamp,
    received_at: Vec<Timestamp>,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error("{MESSAGES_MAX} messages wait already")]
    Full,
    #[error("a message of {0} bytes is longer than a hint")]
    Long(usize),
}

impl Messages {
    pub(super) fn send(
        &mut self,
        now: Timestamp,
        delay: Duration,
        body: String,
    ) -> Result<(), Refused> {
        if body.len() > BODY_BYTES_MAX {
            return Err(Refused::Long(body.len()));
        }
        if self.waiting.len() >= MESSAGES_MAX {
            return Err(Refused::Full);
        }
        self.last += 1;
        let receipt = Receipt {
            visible_at: later(now, delay),
            id: MessageId(self.last),
        };
        let message = Message {
            body,
            sent_at: now,
            received_at: Vec::new(),
        };
        self.waiting.insert(receipt, message);
        Ok(())
    }

    pub(super) fn received(
        &mut self,
        now: Timestamp,
        invisible: Duration,
        max: usize,
    ) -> Vec<Delivery> {
        let mut received = Vec::new();
        while received.len() < max
            && let Some((Receipt { id, .. }, mut message)) = self.visible(now)
        {
            if message.received_at.len() >= RECEIVED_MAX {
                self.bury(id, message);
                continue;
            }
            message.received_at.push(now);
            let receipt = Receipt {
                visible_at: later(now, invisible),
                id,
            };
            received.push(message.delivery(receipt));
            self.waiting.insert(receipt, message);
        }
        received
    }

    pub(super) fn next_visible(&self) -> Option<Timestamp> {
        let (receipt, _) = self.waiting.first_key_value()?;
        Some(receipt.visible_at)
    }

    pub(super) fn delete(&mut self, receipt: Receipt) {
        self.waiting.remove(&receipt);
    }

    pub(super) fn dead(&self) -> Vec<DeadLetter> {
        self.dead.iter().cloned().collect()
    }

    fn visible(&mut self, now: Timestamp) -> Option<(Receipt, Message)> {
        let first = self.waiting.first_entry()?;
        (first.key().visible_at <= now).then(|| first.remove_entry())
    }

    fn bury(&mut self, id: MessageId, message: Message) {
        if self.dead.len() >= DEAD_MAX {
            self.dead.pop_front();
        }
        self.dead.push_back(DeadLetter {
            id,
            body: message.body,
            sent_at: message.sent_at,
            received_at: message.received_at,
        });
    }
}

impl Message {
    fn delivery(&self, receipt: Receipt) -> Delivery {
        Delivery {
            id: receipt.id,
            body: self.body.clone(),
            receipt,
            received: u32::try_from(self.received_at.len()).unwrap_or(u32::MAX),
        }
    }
}

/// At the end of time where there is no later one.
fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_refuses_until_something_is_done() {
        let mut messages = Messages::default();
        let send = |messages: &mut Messages| {
            messages.send(Timestamp::UNIX_EPOCH, Duration::ZERO, "{}".to_owned())
        };
        for _ in 0..MESSAGES_MAX {
            send(&mut messages).unwrap();
        }
        assert_eq!(send(&mut messages), Err(Refused::Full));
        let received = messages.received(Timestamp::UNIX_EPOCH, Duration::from_secs(1), 1);
        assert_eq!(send(&mut messages), Err(Refused::Full), "it still waits");
        messages.delete(received[0].receipt);
        assert_eq!(send(&mut messages), Ok(()));
    }

    #[test]
    fn of_too_many_dead_letters_the_oldest_make_room() {
        let mut messages = Messages::default();
        for n in 0..=DEAD_MAX {
            let body = n.to_string();
            messages
                .send(Timestamp::UNIX_EPOCH, Duration::ZERO, body)
                .unwrap();
        }
        let mut now = Timestamp::UNIX_EPOCH;
        for _ in 0..=RECEIVED_MAX {
            messages.received(now, Duration::from_secs(1), usize::MAX);
            now = later(now, Duration::from_secs(1));
        }
        let dead = messages.dead();
        assert_eq!((dead.len(), dead[0].body.as_str()), (DEAD_MAX, "1"));
        assert_eq!(messages.next_visible(), None);
    }
}
