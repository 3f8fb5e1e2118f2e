//! Serving API Gateway's request authorizer.

use std::rc::Rc;
use std::time::Duration;

use idwo_core::access::Keys;
use idwo_core::clock::{Clock, SystemClock};
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use crate::start::{self, Failed, Start};

/// How long keys are used without looking whether they changed. API Gateway keeps an answer for as
/// long again, so that a key that was taken back works for at most ten minutes.
const KEYS_AGE_MAX: Duration = Duration::from_secs(300);

/// Serves `answer` until Lambda ends the process. Whoever it refuses gets 401 from API Gateway, which
/// wants an error of exactly this text for that; any other error is its 500.
pub fn serve<Q, R, N>(answer: impl Fn(&Keys, Q, Timestamp) -> Result<R, N>) -> Result<(), Failed>
where
    Q: DeserializeOwned,
    R: Serialize,
{
    let runtime = start::runtime()?;
    let start = runtime.block_on(Start::read(start::environment()))?;
    let ring = Rc::new(Mutex::new(KeyRing::of(start, SystemClock.now())));
    let answer = Rc::new(answer);
    let answer = move |event: LambdaEvent<Q>| {
        let (ring, answer) = (Rc::clone(&ring), Rc::clone(&answer));
        async move {
            let (mut ring, now) = (ring.lock().await, SystemClock.now());
            let keys = ring.keys(now).await.map_err(unreadable)?;
            answer(keys, event.payload, now).map_err(|_| unauthorized())
        }
    };
    runtime.block_on(lambda_runtime::run(service_fn(answer)))
}

/// The keys as they were read last.
struct KeyRing {
    start: Start,
    read_at: Timestamp,
}

impl KeyRing {
    const fn of(start: Start, read_at: Timestamp) -> Self {
        Self { start, read_at }
    }

    /// Nobody is let in by keys that can no longer be read.
    async fn keys(&mut self, now: Timestamp) -> Result<&Keys, Failed> {
        let age = now.duration_since(self.read_at).unsigned_abs();
        if age >= KEYS_AGE_MAX {
            self.start.config = self.start.configured().await?;
            self.read_at = now;
        }
        Ok(&self.start.config.access_keys)
    }
}

fn unauthorized() -> Diagnostic {
    Diagnostic {
        error_type: "Unauthorized".to_owned(),
        error_message: "Unauthorized".to_owned(),
    }
}

fn unreadable(error: Failed) -> Diagnostic {
    tracing::error!(%error, "the keys cannot be read");
    Diagnostic {
        error_type: "Unreadable".to_owned(),
        error_message: "the keys cannot be read".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use idwo_core::config::Variables;
    use idwo_sandbox::aws::Aws;
    use serde_json::json;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    async fn keep(aws: &Aws, names: &[&str]) {
        let digest = "0".repeat(64);
        let record = |name: &&str| json!({ "name": name, "sha256": digest, "scopes": [], "expires_at": at(9) });
        let records: Vec<_> = names.iter().map(record).collect();
        aws.keep(
            "signing",
            &json!({ "IDWO_ACCESS_KEYS": json!(records).to_string() }),
        )
        .await;
    }

    async fn ring(aws: &Aws) -> KeyRing {
        let url = aws.url();
        let variables = [
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_ENDPOINT_URL", &url),
            ("IDWO_SECRETS", "signing"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let start = Start::read(Variables::new(variables)).await.unwrap();
        KeyRing::of(start, at(1000))
    }

    #[tokio::test]
    async fn keys_that_were_taken_back_are_forgotten_after_five_minutes() {
        let aws = Aws::start().await.unwrap();
        keep(&aws, &["ci", "copilot"]).await;
        let mut ring = ring(&aws).await;
        keep(&aws, &["ci"]).await;
        let both = ring.keys(at(1299)).await.unwrap().clone();
        assert_ne!(ring.keys(at(1300)).await.unwrap(), &both);

        aws.lose("signing").await;
        assert!(ring.keys(at(1599)).await.is_ok());
        assert!(ring.keys(at(1600)).await.is_err(), "no keys, nobody");
    }
}
