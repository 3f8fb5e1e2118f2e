//! The authorizer as the process that Lambda starts, asked as API Gateway asks.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use idwo_core::access::{AccessKey, KEY_BYTES};
use idwo_sandbox::aws::{Aws, Outcome, Process};
use serde_json::{Value, json};

async fn start(aws: &Aws, secrets: &str) -> std::io::Result<Process> {
    let program = env!("CARGO_BIN_EXE_authorizer");
    let variables = [("IDWO_SECRETS", secrets)];
    aws.run("authorizer", program, &variables).await
}

async fn ask(aws: &Aws, headers: Value) -> Outcome {
    let event = include_str!("../../../events/authorizer.json");
    let mut event: Value = serde_json::from_str(event).unwrap();
    *event.pointer_mut("/headers").unwrap() = headers;
    aws.invoke("authorizer", event).await.unwrap()
}

#[tokio::test]
async fn who_holds_a_key_is_let_into_the_whole_stage() {
    let key = AccessKey::of_random([7; KEY_BYTES]);
    let scopes = vec!["repository:read".to_owned(), "issues:read".to_owned()];
    let record = key.record(
        "ci".to_owned(),
        scopes,
        "2100-01-01T00:00:00Z".parse().unwrap(),
    );
    let aws = Aws::start().await.unwrap();
    let keys = json!([record]).to_string();
    let secret = json!({ "IDWO_ACCESS_KEYS": keys });
    aws.keep("idwo/signing", &secret).await;
    let _process = start(&aws, "idwo/signing").await.unwrap();
    let headers = json!({ "authorization": format!("Bearer {}", key.expose()) });
    let admitted = ask(&aws, headers).await.unwrap();
    let statement = &admitted["policyDocument"]["Statement"][0];
    assert_eq!(statement["Effect"], "Allow", "{admitted}");
    assert_eq!(
        statement["Resource"],
        "arn:aws:execute-api:eu-central-1:123456789012:abc123/v1/*"
    );
    assert_eq!(admitted["context"]["scopes"], "repository:read issues:read");

    for headers in [json!({}), json!({ "Authorization": "Bearer idwo_0" })] {
        let refused = ask(&aws, headers).await.unwrap_err();
        assert_eq!(refused["errorMessage"], "Unauthorized", "{refused}");
    }
}

#[tokio::test]
async fn without_keys_nobody_is_let_in() {
    let aws = Aws::start().await.unwrap();
    let _process = start(&aws, "").await.unwrap();
    let key = AccessKey::of_random([7; KEY_BYTES]);
    let headers = json!({ "Authorization": format!("Bearer {}", key.expose()) });
    let refused = ask(&aws, headers).await.unwrap_err();
    assert_eq!(refused["errorMessage"], "Unauthorized", "{refused}");
}

#[tokio::test]
async fn with_a_secret_that_cannot_be_read_it_does_not_start() {
    let aws = Aws::start().await.unwrap();
    aws.keep("idwo/odd", &json!(["no object"])).await;
    for secret in ["idwo/missing", "idwo/odd"] {
        let mut process = start(&aws, secret).await.unwrap();
        let ended = tokio::task::spawn_blocking(move || process.ended_well().unwrap());
        assert!(!ended.await.unwrap(), "{secret}");
    }
}
