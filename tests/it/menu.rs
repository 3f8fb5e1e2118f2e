//! What a person finds in a client's menu: prompts, resources, completion.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use idwo_core::dispatch::{Call, Dispatch, Reply};
use idwo_core::failure::Failure;
use idwo_core::health::Component;
use idwo_history::clones::Clones;
use serde_json::{Value, json};

use crate::door::Door;

async fn read(door: &Door, uri: &str) -> Value {
    let reply = door.ask("resources/read", json!({ "uri": uri })).await;
    let contents = &reply["result"]["contents"][0];
    assert_eq!(
        (&contents["uri"], &contents["mimeType"]),
        (&json!(uri), &json!("application/json")),
        "{reply}"
    );
    serde_json::from_str(contents["text"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn a_prompt_names_the_tools_that_are_there_and_no_others() {
    let door = Door::over(Clones::default()).await;
    let list = door.ask("prompts/list", json!({})).await;
    let names = list["result"]["prompts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|prompt| prompt["name"].as_str().unwrap());
    assert_eq!(
        names.collect::<Vec<_>>(),
        ["build_fullstack_app", "debug_and_fix"]
    );
    let arguments =
        json!({ "error_message": "NameError: name 'x' is not defined", "language": "python" });
    let get = json!({ "name": "debug_and_fix", "arguments": arguments });
    let prompt = door.ask("prompts/get", get.clone()).await;
    let text = prompt["result"]["messages"][0]["content"]["text"]
        .as_str()
        .unwrap();
    assert!(
        text.contains("call analyze_pr") && text.contains("NameError"),
        "{text}"
    );
    assert!(
        !text.contains("auto_fix_code") && !text.contains("generate_tests"),
        "{text}"
    );
    let without = door
        .ask_of_2026(
            "prompts/get",
            get,
            json!({}),
            &[("x-mcp-exclude-tools", "analyze_pr")],
        )
        .await;
    assert!(!without.body.contains("analyze_pr"), "{}", without.body);
    door.close().await;
}

#[tokio::test]
async fn a_prompt_without_what_it_needs_says_so() {
    let door = Door::over(Clones::default()).await;
    let reply = door
        .ask("prompts/get", json!({ "name": "build_fullstack_app" }))
        .await;
    assert_eq!(reply["error"]["code"], -32602);
    assert!(
        reply["error"]["message"]
            .as_str()
            .unwrap()
            .contains("`project_description`"),
        "{reply}"
    );
    door.close().await;
}

#[tokio::test]
async fn arguments_are_completed() {
    let door = Door::over(Clones::default()).await;
    for (reference, argument, value, values) in [
        (
            json!({ "type": "ref/prompt", "name": "debug_and_fix" }),
            "language",
            "ru",
            json!(["ruby", "rust"]),
        ),
        (
            json!({ "type": "ref/resource", "uri": "orchestrator://schemas/{tool}" }),
            "tool",
            "an",
            json!(["analyze_pr"]),
        ),
    ] {
        let argument = json!({ "name": argument, "value": value });
        let reply = door
            .ask(
                "completion/complete",
                json!({ "ref": reference, "argument": argument }),
            )
            .await;
        assert_eq!(reply["result"]["completion"]["values"], values, "{reply}");
    }
    door.close().await;
}

#[tokio::test]
async fn a_tools_contract_is_the_published_one() {
    let door = Door::over(Clones::default()).await;
    let templates = door.ask("resources/templates/list", json!({})).await;
    assert_eq!(
        templates["result"]["resourceTemplates"][0]["uriTemplate"],
        "orchestrator://schemas/{tool}"
    );
    let published: Value =
        serde_json::from_str(include_str!("../contract/analyze_pr.json")).unwrap();
    assert_eq!(
        read(&door, "orchestrator://schemas/analyze_pr").await,
        published
    );
    door.close().await;
}

#[tokio::test]
async fn capabilities_name_what_is_on_offer_to_this_client() {
    let door = Door::over(Clones::default()).await;
    let capabilities = read(&door, "orchestrator://capabilities").await;
    assert_eq!(capabilities["tools"][0]["name"], "analyze_pr");
    assert_eq!(capabilities["limits"]["request_bytes"], 1_048_576);
    let uri = json!({ "uri": "orchestrator://capabilities" });
    let less = door
        .ask_of_2026(
            "resources/read",
            uri,
            json!({}),
            &[("x-mcp-toolsets", "none")],
        )
        .await;
    assert!(
        less.json()["result"]["contents"][0]["text"]
            .as_str()
            .unwrap()
            .contains("\"tools\":[]"),
        "{}",
        less.body
    );
    door.close().await;
}

#[tokio::test]
async fn health_is_looked_at_when_it_is_read() {
    let (door, folder) = Door::over_sample().await;
    let health = read(&door, "orchestrator://health").await;
    assert_eq!(health["state"], "ok", "{health:#}");
    std::fs::remove_dir_all(folder.path().join("sample.git")).unwrap();
    let health = read(&door, "orchestrator://health").await;
    assert_eq!(health["state"], "down", "{health:#}");
    let repository = health["components"]
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["name"] == "repository sample/storefront")
        .unwrap();
    assert_eq!(repository["state"], "down");
    assert!(repository["mend"].is_string());
    let folder = folder.path().to_str().unwrap();
    assert!(!health.to_string().contains(folder), "{health:#}");
    door.close().await;
}

/// Whose parts do not answer.
struct Silent;

#[async_trait]
impl Dispatch for Silent {
    async fn call(&self, _: Call) -> Result<Reply, Failure> {
        std::future::pending().await
    }

    async fn components(&self) -> Vec<Component> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn parts_that_do_not_answer_are_down() {
    let door = Door::before(Arc::new(Silent), Duration::from_millis(50)).await;
    let health = read(&door, "orchestrator://health").await;
    assert_eq!(health["state"], "down", "{health:#}");
    door.close().await;
}
