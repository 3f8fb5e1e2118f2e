//! Faults around a queue.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use idwo_core::queue::{Queue, QueueFailure};

use super::{faults, survived};
use crate::fault_plan::FaultyQueue;

/// What was sent, and with which delay in seconds.
#[derive(Default)]
struct Sent(Mutex<Vec<(String, u64)>>);

#[async_trait]
impl Queue for Sent {
    async fn send(&self, body: String, delay: Duration) -> Result<(), QueueFailure> {
        self.0.lock().unwrap().push((body, delay.as_secs()));
        Ok(())
    }
}

/// The letters that arrive of `letters`, and how many of them were answered.
async fn arrived(letters: &str, plan: &str) -> (String, usize) {
    let sent = Arc::new(Sent::default());
    let (faults, _) = faults(plan);
    let queue = FaultyQueue::new(Arc::clone(&sent) as Arc<dyn Queue>, faults);
    let mut answered = 0;
    for (i, letter) in (1..).zip(letters.chars()) {
        let delay = Duration::from_secs(i);
        let outcome = survived(queue.send(letter.to_string(), delay)).await;
        answered += usize::from(outcome.is_some_and(|outcome| outcome.is_ok()));
    }
    let sent = sent.0.lock().unwrap();
    let is_own = |(body, delay): &(String, u64)| {
        letters.find(body.as_str()) == Some(usize::try_from(*delay).unwrap() - 1)
    };
    assert!(sent.iter().all(is_own), "each with its own delay: {sent:?}");
    (
        sent.iter().map(|(body, _)| body.as_str()).collect(),
        answered,
    )
}

fn second(action: &str) -> String {
    format!(r#"[{{ "op": "send", "n": 2, {action} }}]"#)
}

#[tokio::test]
async fn messages_come_twice_late_or_never() {
    for (action, letters, answered) in [
        (r#""action": "duplicate""#, "abbcd", 4),
        (r#""action": "reorder""#, "acbd", 4),
        (r#""action": "error""#, "acd", 3),
        (r#""action": "timeout_not_applied""#, "acd", 3),
        (r#""action": "timeout_applied""#, "abcd", 3),
        (r#""at": "before", "action": "crash""#, "acd", 3),
        (r#""at": "after", "action": "crash""#, "abcd", 3),
    ] {
        let outcome = arrived("abcd", &second(action)).await;
        assert_eq!(outcome, (letters.to_owned(), answered), "{action}");
    }
}

#[tokio::test]
async fn what_is_held_back_goes_after_the_next_one() {
    let every = r#"[{ "op": "send", "every": 1, "action": "reorder" }]"#;
    assert_eq!(arrived("abc", every).await, ("ab".to_owned(), 3), "c waits");
    let twice = r#"[
        { "op": "send", "n": 1, "action": "reorder" },
        { "op": "send", "n": 2, "action": "duplicate" }
    ]"#;
    assert_eq!(arrived("abc", twice).await, ("bbac".to_owned(), 3));
    let failing = r#"[
        { "op": "send", "n": 1, "action": "reorder" },
        { "op": "send", "n": 2, "action": "error" }
    ]"#;
    assert_eq!(arrived("abc", failing).await, ("ca".to_owned(), 2));
}
