//! The authorizer as the process that Lambda starts, asked as API Gateway asks.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::process::{Child, Command, Stdio};

use idwo_core::access::{AccessKey, KEY_BYTES};
use idwo_sandbox::lambda::{Lambda, Outcome};
use serde_json::{Value, json};

/// The function's process; ends with the test.
struct Process(Child);

impl Process {
    #[expect(clippy::disallowed_methods, reason = "the process is what is tested")]
    async fn start(lambda: &Lambda, keys: &str) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_authorizer"))
            .env_clear()
            .env(
                "AWS_LAMBDA_RUNTIME_API",
                lambda.runtime_api("authorizer").await,
            )
            .env("AWS_LAMBDA_FUNCTION_NAME", "authorizer")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "g")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "s")
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .env("IDWO_ACCESS_KEYS", keys)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn ask(lambda: &Lambda, headers: Value) -> Outcome {
    let arn = "arn:aws:execute-api:eu-central-1:123456789012:abc123/prod/POST/mcp";
    let event = json!({ "type": "REQUEST", "methodArn": arn, "headers": headers });
    lambda.invoke("authorizer", event).await.unwrap()
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
    let lambda = Lambda::start().await.unwrap();
    let _process = Process::start(&lambda, &json!([record]).to_string()).await;
    let headers = json!({ "authorization": format!("Bearer {}", key.expose()) });
    let admitted = ask(&lambda, headers).await.unwrap();
    let statement = &admitted["policyDocument"]["Statement"][0];
    assert_eq!(statement["Effect"], "Allow", "{admitted}");
    assert_eq!(
        statement["Resource"],
        "arn:aws:execute-api:eu-central-1:123456789012:abc123/prod/*"
    );
    assert_eq!(admitted["context"]["scopes"], "repository:read issues:read");

    for headers in [json!({}), json!({ "Authorization": "Bearer idwo_0" })] {
        let refused = ask(&lambda, headers).await.unwrap_err();
        assert_eq!(refused["errorMessage"], "Unauthorized", "{refused}");
    }
}

#[tokio::test]
async fn without_keys_nobody_is_let_in() {
    let lambda = Lambda::start().await.unwrap();
    let _process = Process::start(&lambda, "").await;
    let key = AccessKey::of_random([7; KEY_BYTES]);
    let headers = json!({ "Authorization": format!("Bearer {}", key.expose()) });
    let refused = ask(&lambda, headers).await.unwrap_err();
    assert_eq!(refused["errorMessage"], "Unauthorized", "{refused}");
}
