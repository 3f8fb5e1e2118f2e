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

/// How soon somebody whom no key lets in makes us look again: a new key works at once, and a stranger
/// costs twelve looks a minute at most ($0.004 a day).
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Serves `answer` until Lambda ends the process. Whoever it refuses gets 401 from API Gateway, which
/// wants an error of exactly this text for that; any other error is its 500.
pub fn serve<Q, R, N>(answer: impl Fn(&Keys, &Q, Timestamp) -> Result<R, N>) -> Result<(), Failed>
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
            let answer = |keys: &Keys| answer(keys, &event.payload, now);
            ring.renew(now, KEYS_AGE_MAX).await.map_err(unreadable)?;
            if let Ok(admitted) = answer(ring.keys()) {
                return Ok(admitted);
            }
            ring.renew(now, LOOK_AGAIN_AFTER)
                .await
                .map_err(unreadable)?;
            answer(ring.keys()).map_err(|_| unauthorized())
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

    /// Reads the keys again once they are of this age. Nobody is let in by keys that can no longer be
    /// read.
    async fn renew(&mut self, now: Timestamp, age: Duration) -> Result<(), Failed> {
        if now.duration_since(self.read_at).unsigned_abs() >= age {
            self.start.config = self.start.configured().await?;
            self.read_at = now;
        }
        Ok(())
    }

    const fn keys(&self) -> &Keys {
        &self.start.config.access_keys
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
    async fn keys_are_read_again_when_they_are_old_enough_and_not_before() {
        let aws = Aws::start().await.unwrap();
        keep(&aws, &["ci", "copilot"]).await;
        let mut ring = ring(&aws).await;
        let both = ring.keys().clone();
        keep(&aws, &["ci"]).await;
        ring.renew(at(1299), KEYS_AGE_MAX).await.unwrap();
        assert_eq!(ring.keys(), &both);
        ring.renew(at(1300), KEYS_AGE_MAX).await.unwrap();
        assert_ne!(ring.keys(), &both);

        aws.lose("signing").await;
        assert!(ring.renew(at(1304), LOOK_AGAIN_AFTER).await.is_ok());
        let lost = ring.renew(at(1305), LOOK_AGAIN_AFTER).await;
        assert!(lost.is_err(), "no keys, nobody");
    }
}
