//! The keys as the secrets have them, read again while a function runs. API Gateway keeps the authorizer's
//! answer for as long as secrets are used without a look ([`AGE_MAX`](crate::secrets::AGE_MAX)), so that a
//! key that was taken back works for twice as long at most: ten minutes.

use std::sync::Arc;

use async_trait::async_trait;
use idwo_core::access::{Denied, Doorkeeper, Keys, Principal};
use idwo_core::clock::{Clock, SystemClock};
use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::secrets::{LOOK_AGAIN_AFTER, Secrets};
use crate::start::{Failed, Start};

/// Somebody whom no key lets in makes us look again: a new key works within [`LOOK_AGAIN_AFTER`], and
/// strangers cost one process at most twelve looks a minute ($0.09 a day).
pub(crate) struct KeyRing(Secrets);

impl KeyRing {
    pub(crate) const fn of(start: Start, read_at: Timestamp) -> Self {
        Self(Secrets::of(start, read_at))
    }

    /// What `answer` says of the keys, and of newer ones where it does not like those. Nobody is let in by
    /// keys that can no longer be read.
    pub(crate) async fn ask<R, N>(
        &mut self,
        now: Timestamp,
        answer: impl Fn(&Keys) -> Result<R, N>,
    ) -> Result<Result<R, N>, Failed> {
        let first = answer(&self.0.start(now).await?.config.access_keys);
        if first.is_ok() {
            return Ok(first);
        }
        let start = self.0.start_of_age(now, LOOK_AGAIN_AFTER).await?;
        Ok(answer(&start.config.access_keys))
    }
}

struct AtTheDoor(Mutex<KeyRing>);

/// The keys that `start` has, and those that its secrets have later on.
pub fn at_the_door(start: &Start) -> Arc<dyn Doorkeeper> {
    let ring = KeyRing::of(start.clone(), SystemClock.now());
    Arc::new(AtTheDoor(Mutex::new(ring)))
}

#[async_trait]
impl Doorkeeper for AtTheDoor {
    async fn admit(
        &self,
        authorization: Option<&str>,
        now: Timestamp,
    ) -> Result<Principal, Denied> {
        let mut ring = self.0.lock().await;
        let asked = ring.ask(now, |keys| keys.admit(authorization, now)).await;
        asked.unwrap_or(Err(Denied::Unreadable))
    }
}

#[cfg(test)]
mod tests {
    use idwo_sandbox::aws::Aws;
    use serde_json::json;

    use super::*;
    use crate::stand_in::function_at;

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
        let mut start = function_at(&aws.url(), &[("IDWO_SECRETS", "signing")]);
        start.read_secrets().await.unwrap();
        KeyRing::of(start, at(1000))
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
