//! Secrets: each is a JSON object of variables and their values, so that one secret holds all of one
//! kind and costs what one costs. They change while a function runs.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::account::{Account, Ask, Json, Unanswered};
use crate::start::{Failed, Start};

/// How long what they hold is used without a look whether it changed.
pub const AGE_MAX: Duration = Duration::from_secs(300);

/// How soon after a look, or one that failed, there can be another.
pub(crate) const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Longest wait for one secret: a start that hangs is worse than one that fails, and Lambda starts
/// another.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// What a function starts with, as the secrets have it now. They are read when somebody asks, and only then:
/// Lambda freezes a function between its events.
pub struct Secrets {
    start: Start,
    read_at: Timestamp,
    failed_at: Option<Timestamp>,
}

impl Secrets {
    pub const fn of(start: Start, read_at: Timestamp) -> Self {
        Self {
            start,
            read_at,
            failed_at: None,
        }
    }

    /// Not older than [`AGE_MAX`].
    ///
    /// # Errors
    /// Secrets that cannot be read, or that hold what is not usable: nothing old is used in their place.
    pub async fn start(&mut self, now: Timestamp) -> Result<&Start, Failed> {
        self.start_of_age(now, AGE_MAX).await
    }

    /// Read again once it is of this age.
    pub(crate) async fn start_of_age(
        &mut self,
        now: Timestamp,
        age: Duration,
    ) -> Result<&Start, Failed> {
        if since(self.read_at, now) < age {
            return Ok(&self.start);
        }
        let failed_at = self.failed_at;
        if failed_at.is_some_and(|failed_at| since(failed_at, now) < LOOK_AGAIN_AFTER) {
            return Err("the secrets could not be read a moment ago".into());
        }
        self.failed_at = Some(now);
        let read = self.start.read_secrets().await;
        read.inspect_err(|error| tracing::error!(?error, "the secrets cannot be read"))?;
        (self.read_at, self.failed_at) = (now, None);
        Ok(&self.start)
    }
}

fn since(then: Timestamp, now: Timestamp) -> Duration {
    now.duration_since(then).unsigned_abs()
}

/// All that the secrets of these names or ARNs hold; of two values the first counts.
pub(crate) async fn read(
    account: &Account,
    names: &[String],
) -> Result<BTreeMap<String, String>, Failed> {
    let mut all = BTreeMap::new();
    for name in names {
        for (variable, value) in one(account, name).await? {
            all.entry(variable).or_insert(value);
        }
    }
    Ok(all)
}

/// Lambda logs what ends a start with all its causes.
#[derive(Debug, thiserror::Error)]
#[error("the secret {name} cannot be read")]
struct Unread {
    name: String,
    source: Unanswered,
}

/// An error names the secret and nothing of what is in it.
async fn one(account: &Account, name: &str) -> Result<BTreeMap<String, String>, Failed> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Secret {
        secret_string: String,
    }
    let target = "secretsmanager.GetSecretValue";
    let body = json!({ "SecretId": name }).to_string();
    let ask = Ask::operation("secretsmanager", Json::V1_1, target, body, READ_TIMEOUT);
    let answer = account.post(ask).await;
    let answer = answer.map_err(|source| Unread {
        name: name.to_owned(),
        source,
    })?;
    let unfit = |_| format!("the secret {name} is no JSON object of texts");
    let secret: Secret = serde_json::from_slice(&answer.body).map_err(unfit)?;
    Ok(serde_json::from_str(&secret.secret_string).map_err(unfit)?)
}

#[cfg(test)]
mod tests {
    use idwo_sandbox::aws::Aws;

    use super::*;
    use crate::stand_in::function_at;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    async fn token(secrets: &mut Secrets, second: i64) -> Option<String> {
        let start = secrets.start(at(second)).await.ok()?;
        start.variables.optional("GITHUB_TOKEN").unwrap()
    }

    #[tokio::test]
    async fn a_credential_that_was_changed_is_used_within_five_minutes() {
        let aws = Aws::start().await.unwrap();
        aws.keep("vendors", &json!({ "GITHUB_TOKEN": "old" })).await;
        let mut start = function_at(&aws.url(), &[("IDWO_SECRETS", "vendors")]);
        start.read_secrets().await.unwrap();
        let mut secrets = Secrets::of(start, at(1000));
        aws.keep("vendors", &json!({ "GITHUB_TOKEN": "new" })).await;
        assert_eq!(token(&mut secrets, 1299).await.as_deref(), Some("old"));
        assert_eq!(token(&mut secrets, 1300).await.as_deref(), Some("new"));
        aws.lose("vendors").await;
        assert_eq!(token(&mut secrets, 1599).await.as_deref(), Some("new"));
        assert_eq!(token(&mut secrets, 1600).await, None);
    }
}
