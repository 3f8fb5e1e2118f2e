//! The keys as the secret has them, read again while a function runs.

use std::time::Duration;

use idwo_core::access::Keys;
use jiff::Timestamp;

use crate::start::{Failed, Start};

/// How long keys are used without looking whether they changed. API Gateway keeps the authorizer's
/// answer for as long again, so that a key that was taken back works for at most ten minutes.
const KEYS_AGE_MAX: Duration = Duration::from_secs(300);

/// How soon somebody whom no key lets in, or a look that failed, makes us look again: a new key works
/// within this, and strangers cost one process at most twelve looks a minute ($0.09 a day).
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(5);

pub(crate) struct KeyRing {
    start: Start,
    read_at: Timestamp,
    failed_at: Option<Timestamp>,
}

impl KeyRing {
    pub(crate) const fn of(start: Start, read_at: Timestamp) -> Self {
        Self {
            start,
            read_at,
            failed_at: None,
        }
    }

    /// What `answer` says of the keys, and of newer ones where it does not like those.
    pub(crate) async fn ask<R, N>(
        &mut self,
        now: Timestamp,
        answer: impl Fn(&Keys) -> Result<R, N>,
    ) -> Result<Result<R, N>, Failed> {
        self.renew(now, KEYS_AGE_MAX).await?;
        let first = answer(self.keys());
        if first.is_ok() {
            return Ok(first);
        }
        self.renew(now, LOOK_AGAIN_AFTER).await?;
        Ok(answer(self.keys()))
    }

    /// Reads the keys again once they are of this age. Nobody is let in by keys that can no longer be
    /// read.
    async fn renew(&mut self, now: Timestamp, age: Duration) -> Result<(), Failed> {
        if since(self.read_at, now) < age {
            return Ok(());
        }
        if self
            .failed_at
            .is_some_and(|failed_at| since(failed_at, now) < LOOK_AGAIN_AFTER)
        {
            return Err("the keys could not be read a moment ago".into());
        }
        self.failed_at = Some(now);
        let config = self.start.configured().await;
        self.start.config = config.inspect_err(|error| {
            tracing::error!(?error, "the keys cannot be read");
        })?;
        (self.read_at, self.failed_at) = (now, None);
        Ok(())
    }

    const fn keys(&self) -> &Keys {
        &self.start.config.access_keys
    }
}

fn since(then: Timestamp, now: Timestamp) -> Duration {
    now.duration_since(then).unsigned_abs()
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
        let keys = json!({ "IDWO_ACCESS_KEYS": json!(records).to_string() });
        aws.keep("signing", &keys).await;
    }

    /// Read at second 1000.
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
        let start = Start::of(Variables::new(variables)).unwrap();
        KeyRing::of(start.with_secrets().await.unwrap(), at(1000))
    }

    /// The keys that somebody whom they let in is asked with.
    async fn used(ring: &mut KeyRing, second: i64) -> Result<Keys, Failed> {
        let answer = |keys: &Keys| Ok::<_, ()>(keys.clone());
        Ok(ring.ask(at(second), answer).await?.unwrap())
    }

    #[tokio::test]
    async fn keys_are_read_again_when_they_are_old_enough_and_not_before() {
        let aws = Aws::start().await.unwrap();
        keep(&aws, &["ci", "copilot"]).await;
        let mut ring = ring(&aws).await;
        let both = used(&mut ring, 1000).await.unwrap();
        keep(&aws, &["ci"]).await;
        assert_eq!(used(&mut ring, 1299).await.unwrap(), both);
        assert_ne!(used(&mut ring, 1300).await.unwrap(), both);
    }

    #[tokio::test]
    async fn a_stranger_makes_it_look_and_keys_that_cannot_be_read_let_nobody_in() {
        let aws = Aws::start().await.unwrap();
        keep(&aws, &[]).await;
        let mut ring = ring(&aws).await;
        let is_known = |keys: &Keys| {
            if *keys == Keys::default() {
                Err(())
            } else {
                Ok(())
            }
        };
        keep(&aws, &["ci"]).await;
        assert!(ring.ask(at(1004), is_known).await.unwrap().is_err());
        assert!(ring.ask(at(1005), is_known).await.unwrap().is_ok());

        aws.lose("signing").await;
        assert!(used(&mut ring, 1304).await.is_ok());
        assert!(used(&mut ring, 1305).await.is_err());
        keep(&aws, &["ci"]).await;
        assert!(
            used(&mut ring, 1309).await.is_err(),
            "not asked again so soon"
        );
        assert!(used(&mut ring, 1310).await.is_ok());
    }
}
