//! Secrets, read once before the first event: each is a JSON object of variables and their values,
//! so that one secret holds all of one kind and costs what one costs.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::timeout::TimeoutConfig;
use idwo_core::config::Variables;

use crate::start::Failed;

/// Longest wait for one secret, retries included: a start that hangs is worse than one that fails.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// `variables`, and beside them what the secrets hold that `IDWO_SECRETS` names, between commas. What
/// is set in the environment stays as it is there.
pub(crate) async fn beside(variables: Variables) -> Result<Variables, Failed> {
    let names: Vec<String> = variables.list("IDWO_SECRETS")?;
    if names.is_empty() {
        return Ok(variables);
    }
    let shared = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let client = client(&shared);
    let mut all = variables;
    for name in names {
        all = all.or(read(&client, &name).await?);
    }
    Ok(all)
}

fn client(shared: &SdkConfig) -> Client {
    let patience = TimeoutConfig::builder().operation_timeout(READ_TIMEOUT);
    let settings = aws_sdk_secretsmanager::config::Builder::from(shared)
        .timeout_config(patience.build())
        .build();
    Client::from_conf(settings)
}

/// The error names the secret and nothing of what is in it.
async fn read(client: &Client, name: &str) -> Result<BTreeMap<String, String>, Failed> {
    let secret = client.get_secret_value().secret_id(name).send().await;
    let secret = secret.map_err(|_| format!("the secret {name} cannot be read"))?;
    let text = secret.secret_string.unwrap_or_default();
    let values = serde_json::from_str(&text);
    values.map_err(|_| format!("the secret {name} is no JSON object of texts").into())
}
