//! Answers that cannot be had in the time of a call: they are accepted, and had all the same.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use idwo_core::config::Variables;
use idwo_core::dispatch::Dispatch;
use idwo_history::clones::Clones;
use idwo_local::workshop::Workshop;
use idwo_sandbox::github::{At, Fault, GitHub, Times};
use idwo_sandbox::sample;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::door::Door;
use crate::github::{over, served_from};

/// Of which a service has half a second: the rest is for saying how it ended.
const CALL_TIMEOUT: Duration = Duration::from_secs(2);

/// For calls that are not to be too short.
const LONG: Duration = Duration::from_secs(25);

async fn workshop(served: &GitHub, folder: &Path) -> Workshop {
    let tools: Arc<dyn Dispatch> = Arc::new(over(served));
    let kinds = idwo_workflows::asking(Arc::new(Clones::default()), tools);
    let variables = Variables::new([]);
    Workshop::open(folder, &variables, kinds).await.unwrap()
}

fn question() -> Value {
    json!({ "owner": "sample", "repo": "storefront", "pull_number": sample::RISKY_PULL })
}

async fn told(door: &Door, tool: &str, arguments: Value) -> Value {
    let result = door.call(tool, arguments).await;
    assert_eq!(result["isError"], false, "{result:#}");
    result["structuredContent"].clone()
}

/// All of an answer that no time is part of.
fn timeless(mut answer: Value) -> Value {
    for varying in ["generated_at", "sources", "cost"] {
        answer.as_object_mut().unwrap().remove(varying);
    }
    answer
}

#[tokio::test]
async fn what_takes_longer_than_a_call_is_accepted_and_answered_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let served = served_from(folder.path()).await;
    let workshop = workshop(&served, folder.path()).await;
    let hasty = Door::over_host(over(&served).with(workshop.clone()), CALL_TIMEOUT).await;
    served.breaks(At::Any, Times::Always, Fault::Silence);
    let accepted = told(&hasty, "analyze_pr", question()).await;
    assert_eq!(accepted["status"], "accepted", "{accepted:#}");
    assert_eq!(accepted["result"], Value::Null);
    let id = accepted["workflow_id"].as_str().unwrap();
    assert_eq!(accepted["next"][0]["arguments"]["workflow_id"], id);
    let again = told(&hasty, "analyze_pr", question()).await;
    assert_eq!(again["workflow_id"], id, "the same question is one");
    // The client goes away.
    hasty.close().await;

    served.mends();
    let end = CancellationToken::new();
    let working = tokio::spawn(workshop.work_until(end.clone()));
    let patient = Door::over_host(over(&served).with(workshop), LONG).await;
    let whole = json!({ "workflow_id": id, "detail": "full", "wait_s": 20 });
    let mut ended = told(&patient, "get_workflow", whole.clone()).await;
    while ended["status"] == "accepted" {
        ended = told(&patient, "get_workflow", whole.clone()).await;
    }
    let answer = ended["result"]["workflow"]["outcome"]["output"]["structured"].clone();
    let direct = told(&patient, "analyze_pr", question()).await;
    assert_eq!(timeless(answer), timeless(direct));

    let summary = patient
        .call("get_workflow", json!({ "workflow_id": id }))
        .await;
    let text = summary["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("storefront#"), "{text}");
    let next = &summary["structuredContent"]["next"][0]["arguments"];
    assert_eq!(next["detail"], "full", "{next}");
    end.cancel();
    working.await.unwrap();
    patient.close().await;
}

#[tokio::test]
async fn a_client_that_takes_tasks_gets_one_and_its_end_is_the_answer() {
    let folder = tempfile::tempdir().unwrap();
    let served = served_from(folder.path()).await;
    let workshop = workshop(&served, folder.path()).await;
    let hasty = Door::over_host(over(&served).with(workshop.clone()), CALL_TIMEOUT).await;
    served.breaks(At::Any, Times::Always, Fault::Silence);
    let call = json!({ "name": "analyze_pr", "arguments": question() });
    let task = of_tasks(&hasty, "tools/call", call).await;
    assert_eq!(
        (&task["resultType"], &task["status"]),
        (&json!("task"), &json!("working"))
    );
    hasty.close().await;

    served.mends();
    let end = CancellationToken::new();
    let working = tokio::spawn(workshop.work_until(end.clone()));
    // Another process: all that is known of the task stands in the store.
    let patient = Door::over_host(over(&served).with(workshop), LONG).await;
    let id = json!({ "taskId": task["taskId"] });
    let mut now = of_tasks(&patient, "tasks/get", id.clone()).await;
    while now["status"] == "working" {
        let newest = json!({ "workflow_id": newest(&patient).await, "wait_s": 5 });
        told(&patient, "get_workflow", newest).await;
        now = of_tasks(&patient, "tasks/get", id.clone()).await;
    }
    assert_eq!(now["status"], "completed", "{now:#}");
    let direct = told(&patient, "analyze_pr", question()).await;
    let answer = now["result"]["structuredContent"].clone();
    assert_eq!(timeless(answer), timeless(direct));
    end.cancel();
    working.await.unwrap();
    patient.close().await;
}

/// What a client gets that declares tasks.
async fn of_tasks(door: &Door, method: &str, params: Value) -> Value {
    let declared = json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } });
    let reply = door.ask_of_2026(method, params, declared, &[]).await.json();
    assert!(reply["result"].is_object(), "{reply:#}");
    reply["result"].clone()
}

async fn newest(door: &Door) -> Value {
    let told = told(door, "get_workflow", json!({})).await;
    told["result"]["newest"]["items"][0]["workflow_id"].clone()
}

#[tokio::test]
async fn where_nobody_goes_on_with_it_the_failure_says_when_to_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let served = served_from(folder.path()).await;
    let door = Door::over_host(over(&served), CALL_TIMEOUT).await;
    served.breaks(At::Any, Times::Always, Fault::Silence);
    let refused = door.call("analyze_pr", question()).await;
    assert_eq!(refused["isError"], true, "{refused:#}");
    let said = refused["content"][0]["text"].as_str().unwrap();
    assert!(said.contains("call again in 30 s"), "{said}");
    door.close().await;
}

#[tokio::test]
async fn what_is_wrong_with_the_call_is_not_put_off() {
    let folder = tempfile::tempdir().unwrap();
    let served = served_from(folder.path()).await;
    let workshop = workshop(&served, folder.path()).await;
    let door = Door::over_host(over(&served).with(workshop), LONG).await;
    served.breaks(At::Any, Times::Always, Fault::status(401));
    for arguments in [json!({ "owner": "sample" }), question()] {
        let refused = door.call("analyze_pr", arguments).await;
        assert_eq!(refused["isError"], true, "{refused:#}");
    }
    let newest = told(&door, "get_workflow", json!({})).await;
    assert_eq!(newest["result"]["newest"]["items"], json!([]));
    door.close().await;
}

#[tokio::test]
async fn more_than_an_hour_takes_are_not_put_off_and_those_that_were_are_still_known() {
    /// What `docs/architecture.md` says.
    const IN_AN_HOUR: u64 = 10;
    let folder = tempfile::tempdir().unwrap();
    let served = served_from(folder.path()).await;
    let workshop = workshop(&served, folder.path()).await;
    let door = Door::over_host(over(&served).with(workshop), LONG).await;
    let limited = Fault::status(429).with("retry-after", "3600");
    served.breaks(At::Any, Times::Always, limited);
    let asked = |pull: u64| json!({ "owner": "sample", "repo": "storefront", "pull_number": pull });
    let mut accepted = Vec::new();
    for pull in 1..=IN_AN_HOUR {
        let told = told(&door, "analyze_pr", asked(pull)).await;
        assert_eq!(told["status"], "accepted", "{pull}: {told:#}");
        accepted.push(told["workflow_id"].clone());
    }
    let refused = door.call("analyze_pr", asked(IN_AN_HOUR + 1)).await;
    assert_eq!(refused["isError"], true, "{refused:#}");
    let again = told(&door, "analyze_pr", asked(1)).await;
    assert_eq!(again["workflow_id"], accepted[0], "{again:#}");
    door.close().await;
}
