//! `resolve_approval` through the front door: what cannot be taken back waits until a person has agreed to it.

use serde_json::{Value, json};

use crate::workshop::Bench;

/// Of a client that shows forms to its user.
fn with_forms() -> Value {
    json!({ "elicitation": { "form": {} } })
}

/// A workflow that waits for an approval, and the approval's id.
async fn guarded(bench: &Bench) -> (String, String) {
    let id = bench.start("guarded", "release-1").await;
    let told = bench
        .until(&id, |workflow| workflow["approvals"].is_array())
        .await;
    let approval = &told["result"]["workflow"]["approvals"][0];
    assert_eq!(told["status"], "needs_approval", "{told:#}");
    assert_eq!(approval["state"], "pending");
    assert_eq!(told["next"][0]["tool"], "resolve_approval");
    let approval = &told["next"][0]["arguments"]["approval_id"];
    (id, approval.as_str().unwrap().to_owned())
}

/// What the client of now gets that asks for `approval` to be approved.
async fn approve(bench: &Bench, approval: &str, brought: Value, capabilities: Value) -> Value {
    let arguments = json!({ "approval_id": approval, "decision": "approve" });
    let mut params = json!({ "name": "resolve_approval", "arguments": arguments });
    for (key, value) in brought.as_object().unwrap() {
        params[key] = value.clone();
    }
    let reply = bench
        .door
        .ask_of_2026("tools/call", params, capabilities, &[])
        .await;
    reply.json()
}

fn filled_in(question: &Value, content: Value) -> Value {
    let answer = json!({ "action": "accept", "content": content });
    let state = &question["result"]["requestState"];
    json!({ "inputResponses": { "decision": answer }, "requestState": state })
}

/// What stands in the story of a workflow.
async fn story(bench: &Bench, id: &str) -> Vec<String> {
    let told = bench
        .told("get_workflow", json!({ "workflow_id": id }))
        .await;
    let events = told["result"]["workflow"]["history"]["items"].clone();
    let events = events.as_array().unwrap().iter();
    events
        .map(|event| format!("{} {}", event["what"], event["about"]))
        .collect()
}

#[tokio::test]
async fn a_person_approves_in_a_form_that_shows_the_plan() {
    let bench = Bench::open().await;
    let (id, approval) = guarded(&bench).await;
    let question = approve(&bench, &approval, json!({}), with_forms()).await;
    assert_eq!(
        question["result"]["resultType"], "input_required",
        "{question:#}"
    );
    let form = &question["result"]["inputRequests"]["decision"]["params"];
    let message = form["message"].as_str().unwrap();
    for said in [
        "ann",
        "release v2.4.0",
        "acme/storefront",
        "1. tag v2.4.0",
        "open until",
    ] {
        assert!(message.contains(said), "{message}");
    }
    assert!(!message.contains('\u{202e}'));

    let brought = filled_in(&question, json!({ "decision": "approve" }));
    let told = approve(&bench, &approval, brought, with_forms()).await;
    let result = &told["result"]["structuredContent"]["result"];
    assert_eq!(result["state"], "approved", "{told:#}");
    assert_eq!(result["decided"]["through"], "elicitation");
    let ended = bench
        .until(&id, |workflow| workflow["status"] == "done")
        .await;
    assert_eq!(ended["result"]["workflow"]["outcome"]["output"], "released");
    bench.close().await;
}

#[tokio::test]
async fn an_answer_that_is_brought_again_decides_nothing_and_stands_in_the_story() {
    let bench = Bench::open().await;
    let (_, approval) = guarded(&bench).await;
    let question = approve(&bench, &approval, json!({}), with_forms()).await;
    let declined = filled_in(&question, json!({ "decision": "decline" }));
    approve(&bench, &approval, declined, with_forms()).await;
    let replayed = filled_in(&question, json!({ "decision": "approve" }));
    let told = approve(&bench, &approval, replayed, with_forms()).await;
    let reply = &told["result"]["structuredContent"];
    assert_eq!(reply["status"], "refused", "{told:#}");
    assert_eq!(reply["result"]["state"], "declined");
    let story = story(&bench, &approval).await;
    let is_noted = |event: &String| event.contains("noted") && event.contains("decided before");
    assert!(story.iter().any(is_noted), "{story:#?}");
    bench.close().await;
}

#[tokio::test]
async fn an_answer_to_one_approval_is_none_to_another() {
    let bench = Bench::open().await;
    let (_, approval) = guarded(&bench).await;
    let question = approve(&bench, &approval, json!({}), with_forms()).await;
    let brought = filled_in(&question, json!({ "decision": "approve" }));
    let elsewhere = approve(&bench, "release-1", brought.clone(), with_forms()).await;
    assert_eq!(elsewhere["error"]["code"], -32602, "{elsewhere}");

    let mut altered = brought;
    let state = altered["requestState"].as_str().unwrap().to_owned();
    altered["requestState"] = json!(format!("A{state}"));
    let refused = approve(&bench, &approval, altered, with_forms()).await;
    assert_eq!(refused["error"]["code"], -32602, "{refused}");
    let never_asked = json!({ "inputResponses": { "decision": {
        "action": "accept", "content": { "decision": "approve" } } } });
    let asked = approve(&bench, &approval, never_asked, with_forms()).await;
    assert_eq!(asked["result"]["resultType"], "input_required", "{asked}");
    bench.close().await;
}

#[tokio::test]
async fn a_form_that_is_closed_decides_nothing() {
    let bench = Bench::open().await;
    let (_, approval) = guarded(&bench).await;
    let question = approve(&bench, &approval, json!({}), with_forms()).await;
    for answer in [
        json!({ "action": "cancel" }),
        json!({ "action": "accept", "content": { "decision": "yes" } }),
        json!({ "action": "accept" }),
    ] {
        let state = &question["result"]["requestState"];
        let brought = json!({ "inputResponses": { "decision": answer }, "requestState": state });
        let told = approve(&bench, &approval, brought, with_forms()).await;
        assert_eq!(told["result"]["isError"], true, "{told:#}");
    }
    let told = bench
        .told("get_workflow", json!({ "workflow_id": approval }))
        .await;
    assert_eq!(
        told["result"]["workflow"]["approvals"][0]["state"],
        "pending"
    );
    bench.close().await;
}

#[tokio::test]
async fn a_client_without_forms_gets_a_link_and_cannot_approve_by_itself() {
    let bench = Bench::open().await;
    let (id, approval) = guarded(&bench).await;
    let arguments = json!({ "approval_id": approval, "decision": "approve" });
    for told in [
        bench.told("resolve_approval", arguments).await,
        approve(&bench, &approval, json!({}), json!({})).await["result"]["structuredContent"]
            .clone(),
    ] {
        assert_eq!(told["status"], "needs_approval", "{told:#}");
        let link = told["result"]["link"].as_str().unwrap();
        let page = format!("http://{}/approvals/{approval}/", bench.door.address());
        assert!(link.starts_with(&page), "{link}");
        assert_eq!(told["result"]["plan"][0], "tag v2.4.0");
    }

    let arguments = json!({ "approval_id": approval, "decision": "decline" });
    let told = bench.told("resolve_approval", arguments).await;
    assert_eq!(told["result"]["decided"]["through"], "tool", "{told:#}");
    let ended = bench
        .until(&id, |workflow| workflow["status"] == "failed")
        .await;
    assert_eq!(
        ended["result"]["workflow"]["steps"]["total"], 0,
        "{ended:#}"
    );
    bench.close().await;
}

#[tokio::test]
async fn what_is_no_approval_cannot_be_decided() {
    let bench = Bench::open().await;
    let id = bench.start("errand", "one").await;
    for (approval, why) in [(id.as_str(), "is no approval"), ("never~1", "no workflow")] {
        let arguments = json!({ "approval_id": approval, "decision": "decline" });
        let said = bench.refused("resolve_approval", arguments).await;
        assert!(said.contains(why), "{said}");
    }
    bench.close().await;
}
