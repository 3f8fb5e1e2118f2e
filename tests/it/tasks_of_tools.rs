//! Tasks over the tools of this project: when there is one, and which function is asked what of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use idwo_core::dispatch::{Ask, Call, Dispatch, Reply};
use idwo_core::failure::Failure;
use idwo_core::health::Component;
use idwo_core::task::{Stands, Task};
use idwo_core::tool::Answer;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use crate::door::Door;
use crate::workshop::Bench;

/// Starts work for whatever tool, and remembers who was asked of it.
#[derive(Default)]
struct Functions(Mutex<Vec<String>>);

#[async_trait]
impl Dispatch for Functions {
    async fn call(&self, call: Call) -> Result<Reply, Failure> {
        let Ask::Task { id, .. } = call.ask else {
            let structured = json!({ "status": "accepted", "workflow_id": "call-1~1" });
            let text = "It goes on.".to_owned();
            return Ok(Reply::Answer(Answer { structured, text }));
        };
        self.0
            .lock()
            .unwrap()
            .push(format!("{} {id}", call.function));
        if call.function == "resolve_approval" {
            let questions = Vec::new();
            return Ok(Reply::Heard { questions });
        }
        let kept_until = Timestamp::UNIX_EPOCH + 24.hours();
        Ok(Reply::Task(Task {
            id,
            stands: Stands::Working,
            started_at: Timestamp::UNIX_EPOCH,
            changed_at: Timestamp::UNIX_EPOCH,
            kept_until,
        }))
    }

    async fn components(&self) -> Vec<Component> {
        Vec::new()
    }
}

const PULL: &str = r#"{"owner":"a","repo":"b","pull_number":1}"#;

async fn open() -> (Door, Arc<Functions>) {
    let functions = Arc::new(Functions::default());
    let door = Door::before(functions.clone(), Duration::from_secs(25)).await;
    (door, functions)
}

async fn asked(door: &Door, method: &str, params: Value, lines: &[(&str, &str)]) -> Value {
    let capabilities = json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } });
    let reply = door.ask_of_2026(method, params, capabilities, lines);
    reply.await.json()
}

async fn analyze(door: &Door, lines: &[(&str, &str)]) -> Value {
    let arguments: Value = serde_json::from_str(PULL).unwrap();
    let params = json!({ "name": "analyze_pr", "arguments": arguments });
    asked(door, "tools/call", params, lines).await["result"].clone()
}

#[tokio::test]
async fn each_wish_goes_to_the_function_that_may() {
    let (door, functions) = open().await;
    let created = analyze(&door, &[]).await;
    assert_eq!(
        (&created["resultType"], &created["ttlMs"]),
        (&json!("task"), &json!(86_400_000))
    );
    let named = json!({ "taskId": created["taskId"] });
    let mut answering = named.clone();
    answering["inputResponses"] = json!({});
    for (method, params) in [
        ("tasks/get", &named),
        ("tasks/update", &answering),
        ("tasks/cancel", &named),
    ] {
        let told = asked(&door, method, params.clone(), &[]).await;
        assert_eq!(told["result"]["resultType"], "complete", "{told}");
    }
    let asked = functions.0.lock().unwrap().clone();
    let each = [
        "get_workflow",
        "get_workflow",
        "resolve_approval",
        "cancel_workflow",
    ];
    assert_eq!(asked, each.map(|function| format!("{function} call-1~1")));
    door.close().await;
}

#[tokio::test]
async fn who_takes_no_tasks_has_the_tools_own_answer() {
    let (door, functions) = open().await;
    let arguments: Value = serde_json::from_str(PULL).unwrap();
    let before = door.call("analyze_pr", arguments.clone()).await;
    let params = json!({ "name": "analyze_pr", "arguments": arguments });
    let now = door.ask_of_2026("tools/call", params, json!({}), &[]).await;
    for told in [&before, &now.json()["result"]] {
        assert_eq!(
            told["structuredContent"]["workflow_id"], "call-1~1",
            "{told}"
        );
    }
    assert!(functions.0.lock().unwrap().is_empty());
    door.close().await;
}

#[tokio::test]
async fn who_may_not_look_has_no_task_and_who_only_reads_stops_none() {
    let (door, functions) = open().await;
    let plain = analyze(&door, &[("x-mcp-toolsets", "pull_requests")]).await;
    assert_eq!(
        plain["structuredContent"]["workflow_id"], "call-1~1",
        "{plain}"
    );
    let reading = [("x-mcp-readonly", "true")];
    let created = analyze(&door, &reading).await;
    let params = json!({ "taskId": created["taskId"], "inputResponses": {} });
    for method in ["tasks/cancel", "tasks/update"] {
        let refused = asked(&door, method, params.clone(), &reading).await;
        assert_eq!(refused["error"]["code"], -32602, "{refused}");
    }
    let asked = functions.0.lock().unwrap().clone();
    assert_eq!(asked, ["get_workflow call-1~1"]);
    door.close().await;
}

#[tokio::test]
async fn who_asks_where_work_stands_is_told_at_once() {
    let bench = Bench::open().await;
    let id = bench.start("errand", "one").await;
    for tool in ["get_workflow", "cancel_workflow"] {
        let params = json!({ "name": tool, "arguments": { "workflow_id": id } });
        let told = asked(&bench.door, "tools/call", params, &[]).await;
        assert_eq!(told["result"]["resultType"], "complete", "{told}");
    }
    bench.close().await;
}
