//! A queue of SQS as a [`Queue`].

use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;
use idwo_core::queue::{DELAY_MAX, Queue, QueueFailure};
use serde_json::json;

use crate::account::{Account, Ask, Json, Unanswered};
use crate::start::{Failed, Start};

/// Longest wait for one answer, of two. What is not sent in time is found by whoever looks into the store.
const TRY_TIMEOUT: Duration = Duration::from_secs(4);

/// A call takes 8 s at most, with both its tries.
pub struct Sqs {
    account: Account,
    url: String,
}

impl Sqs {
    /// The queue that `IDWO_QUEUE_URL` names, in the region that this function runs in. Nothing is asked of
    /// it yet.
    ///
    /// # Errors
    /// Variables that are not set or not usable.
    pub fn of(start: &Start) -> Result<Self, Failed> {
        Ok(Self {
            account: start.account()?.clone(),
            url: start.variables.required("IDWO_QUEUE_URL")?,
        })
    }

    async fn once(&self, message: &str) -> Result<(), Unanswered> {
        let (target, body) = ("AmazonSQS.SendMessage", message.to_owned());
        let ask = Ask::operation("sqs", Json::V1_0, target, body, TRY_TIMEOUT);
        self.account.post(ask).await.map(|_| ())
    }
}

#[async_trait]
impl Queue for Sqs {
    /// A failure is tried once more, though the message may have been sent: one that comes twice costs
    /// nothing.
    async fn send(&self, body: String, delay: Duration) -> Result<(), QueueFailure> {
        let message = json!({
            "QueueUrl": self.url,
            "MessageBody": body,
            "DelaySeconds": seconds(delay),
        });
        let message = message.to_string();
        let sent = match self.once(&message).await {
            Err(why) if can_pass(&why) => self.once(&message).await,
            sent => sent,
        };
        sent.map_err(|why| QueueFailure(why.into()))
    }
}

/// A second that was begun counts: not before the delay is over.
fn seconds(delay: Duration) -> u64 {
    let begun = u64::from(delay.subsec_nanos() > 0);
    delay
        .min(DELAY_MAX)
        .as_secs()
        .saturating_add(begun)
        .min(DELAY_MAX.as_secs())
}

fn can_pass(why: &Unanswered) -> bool {
    match why {
        Unanswered::Unmade(_) => false,
        Unanswered::Refused { status, kind, .. } => {
            !status.is_client_error()
                || *status == StatusCode::TOO_MANY_REQUESTS
                || kind.contains("Throttl")
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Mutex;

    use serde_json::Value;

    use super::*;
    use crate::stand_in::{Answer, StandIn};

    const URL: &str = "https://sqs.eu-central-1.amazonaws.com/123456789012/idwo-work";

    /// A queue that answers so one time after the other, and well from then on.
    async fn queue(faults: Vec<Answer>) -> (StandIn, Sqs) {
        let faults = Mutex::new(VecDeque::from(faults));
        let well = Answer::Says(200, r#"{"MessageId":"m"}"#.to_owned());
        let next = move |_: &_| faults.lock().unwrap().pop_front().unwrap_or(well.clone());
        let stand_in = StandIn::start(next).await;
        let sqs = Sqs::of(&stand_in.function(&[("IDWO_QUEUE_URL", URL)])).unwrap();
        (stand_in, sqs)
    }

    fn refusal(kind: &str) -> Answer {
        let said = json!({ "__type": format!("com.amazonaws.sqs#{kind}"), "message": "hello" });
        Answer::Says(400, said.to_string())
    }

    #[tokio::test]
    async fn a_message_waits_for_whole_seconds_and_fifteen_minutes_at_most() {
        for (delay, seconds) in [
            (Duration::ZERO, 0),
            (Duration::from_millis(1), 1),
            (Duration::from_secs(60), 60),
            (Duration::from_millis(899_001), 900),
            (Duration::MAX, 900),
        ] {
            let (stand_in, sqs) = queue(vec![]).await;
            sqs.send("\"hello\"".to_owned(), delay).await.unwrap();
            let [asked] = stand_in.asked().try_into().unwrap();
            assert_eq!(asked.target, "AmazonSQS.SendMessage");
            let sent: Value = serde_json::from_str(&asked.body).unwrap();
            assert_eq!(sent["QueueUrl"], URL);
            assert_eq!(sent["MessageBody"], "\"hello\"");
            assert_eq!(sent["DelaySeconds"], seconds, "{delay:?}");
        }
    }

    #[tokio::test]
    async fn what_may_have_been_sent_is_sent_once_more() {
        let failure = Answer::Says(500, String::new());
        for fault in [Answer::Ends, failure, refusal("RequestThrottled")] {
            let (stand_in, sqs) = queue(vec![fault.clone()]).await;
            sqs.send("hello".to_owned(), Duration::ZERO).await.unwrap();
            assert_eq!(stand_in.asked().len(), 2);
            let (stand_in, sqs) = queue(vec![fault; 3]).await;
            let sent = sqs.send("hello".to_owned(), Duration::ZERO).await;
            assert!(sent.is_err());
            assert_eq!(stand_in.asked().len(), 2);
        }
    }

    #[tokio::test]
    async fn what_is_refused_for_good_is_not_sent_again_and_not_told() {
        let (stand_in, sqs) = queue(vec![refusal("QueueDoesNotExist"); 2]).await;
        let sent = sqs.send("hello".to_owned(), Duration::ZERO).await;
        assert_eq!(stand_in.asked().len(), 1);
        let why = format!("{:?}", sent.unwrap_err());
        assert!(
            why.contains("QueueDoesNotExist") && !why.contains("hello"),
            "{why}"
        );
    }
}
