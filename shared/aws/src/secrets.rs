//! Secrets: each is a JSON object of variables and their values, so that one secret holds all of one
//! kind and costs what one costs.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::timeout::TimeoutConfig;
use aws_types::SdkConfig;

use crate::start::Failed;

/// Longest wait for one secret, retries included: a start that hangs is worse than one that fails.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// All that the secrets of these names or ARNs hold; of two values the first counts.
pub(crate) async fn read(
    account: &SdkConfig,
    names: &[String],
) -> Result<BTreeMap<String, String>, Failed> {
    let client = client(account);
    let mut all = BTreeMap::new();
    for name in names {
        for (variable, value) in one(&client, name).await? {
            all.entry(variable).or_insert(value);
        }
    }
    Ok(all)
}

fn client(account: &SdkConfig) -> Client {
    let patience = TimeoutConfig::builder().operation_timeout(READ_TIMEOUT);
    let settings = aws_sdk_secretsmanager::config::Builder::from(account)
        .timeout_config(patience.build())
        .build();
    Client::from_conf(settings)
}

/// The error names the secret and nothing of what is in it.
async fn one(client: &Client, name: &str) -> Result<BTreeMap<String, String>, Failed> {
    let secret = client.get_secret_value().secret_id(name).send().await;
    let secret = secret.map_err(|_| format!("the secret {name} cannot be read"))?;
    let text = secret.secret_string.unwrap_or_default();
    let values = serde_json::from_str(&text);
    values.map_err(|_| format!("the secret {name} is no JSON object of texts").into())
}
