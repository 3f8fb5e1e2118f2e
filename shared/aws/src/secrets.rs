//! Secrets: each is a JSON object of variables and their values, so that one secret holds all of one
//! kind and costs what one costs.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use crate::account::{Account, Ask, Json, Unanswered};
use crate::start::Failed;

/// Longest wait for one secret: a start that hangs is worse than one that fails, and Lambda starts
/// another.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

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
