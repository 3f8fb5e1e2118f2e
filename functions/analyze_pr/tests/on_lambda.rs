//! `analyze_pr` as the process that Lambda starts.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use idwo_sandbox::aws::Aws;
use idwo_sandbox::github;
use serde_json::{Value, json};

const ID: &str = "00000000-0000-0000-0000-000000000007";

fn sent(arguments: Value) -> Value {
    let event = include_str!("../../../events/analyze_pr.json");
    let mut event: Value = serde_json::from_str(event).unwrap();
    event["ask"]["arguments"] = arguments;
    event["correlation_id"] = json!(ID);
    event
}

#[tokio::test]
async fn it_answers_one_event_after_another_and_survives_a_bad_one() {
    let aws = Aws::start().await.unwrap();
    let program = env!("CARGO_BIN_EXE_analyze_pr");
    let folder = tempfile::tempdir().unwrap();
    let world = github::sample(folder.path()).await.unwrap();
    let github = github::GitHub::start(world).unwrap();
    let keys = json!({ "GITHUB_TOKEN": github.token(), "GITHUB_API_URL": github.url() });
    aws.keep("vendors", &keys).await;
    let secrets = [("IDWO_SECRETS", "vendors")];
    let process = aws.run("analyze_pr", program, &secrets).await.unwrap();
    let pull = json!({ "owner": "sample", "repo": "storefront", "pull_number": 71 });
    let returned = aws
        .invoke("analyze_pr", sent(pull.clone()))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(returned["outcome"], "replied", "{returned}");
    let result = &returned["reply"]["structured"]["result"];
    assert_eq!(result["secret_like"]["total"], 1, "{returned}");

    let refused = aws
        .invoke("analyze_pr", sent(json!({})))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(refused["outcome"], "refused", "{refused}");

    let mut newer = sent(pull.clone());
    newer["version"] = json!(2);
    let failed = aws.invoke("analyze_pr", newer).await.unwrap().unwrap();
    assert_eq!(failed, json!({ "outcome": "failed" }));

    let garbage = aws
        .invoke("analyze_pr", json!({ "hello": 1 }))
        .await
        .unwrap();
    assert!(garbage.is_err(), "{garbage:?}");

    let again = aws.invoke("analyze_pr", sent(pull)).await.unwrap().unwrap();
    assert_eq!(again["outcome"], "replied", "{again}");

    let log = process.end();
    let ended = log.iter().filter(|line| line.contains("analyze_pr ended"));
    assert!(
        ended.clone().all(|line| line.contains(ID)) && ended.count() == 3,
        "{log:?}"
    );
    let said = log.concat();
    assert!(
        !said.contains("storefront") && !said.contains(&github.token()),
        "{log:?}"
    );
}

#[tokio::test]
async fn without_a_credential_it_says_who_has_to_give_one() {
    let aws = Aws::start().await.unwrap();
    let program = env!("CARGO_BIN_EXE_analyze_pr");
    let _process = aws.run("analyze_pr", program, &[]).await.unwrap();
    let pull = json!({ "owner": "sample", "repo": "storefront", "pull_number": 71 });
    let returned = aws.invoke("analyze_pr", sent(pull)).await.unwrap().unwrap();
    assert!(returned.to_string().contains("GITHUB_TOKEN"), "{returned}");
}
