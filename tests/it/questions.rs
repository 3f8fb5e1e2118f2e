//! Calls that are answered with a question, over the fixture of the conformance tests: what the
//! client brings back is good in every process, for the same call, and for nobody's invention.

use serde_json::{Value, json};

use crate::door::Door;

/// Asks twice in a row, and remembers the first answer.
const TOOL: &str = "test_input_required_result_multi_round";

async fn call(door: &Door, tool: &str, brought: Value) -> Value {
    let mut params = json!({ "name": tool, "arguments": {} });
    for (key, value) in brought.as_object().unwrap() {
        params[key] = value.clone();
    }
    let capabilities = json!({ "elicitation": {}, "sampling": {}, "roots": {} });
    door.ask_of_2026("tools/call", params, capabilities, &[])
        .await
        .json()
}

fn accepted(question: &Value, content: Value) -> Value {
    let key = question["result"]["inputRequests"]
        .as_object()
        .unwrap()
        .keys()
        .next()
        .unwrap();
    let answer = json!({ "action": "accept", "content": content });
    json!({ "inputResponses": { key: answer }, "requestState": question["result"]["requestState"] })
}

#[tokio::test]
async fn each_round_can_reach_another_process() {
    let (one, two) = (Door::over_fixture().await, Door::over_fixture().await);
    let first = call(&one, TOOL, json!({})).await;
    assert_eq!(first["result"]["resultType"], "input_required", "{first}");
    let second = call(&two, TOOL, accepted(&first, json!({ "name": "Alice" }))).await;
    assert_eq!(second["result"]["resultType"], "input_required", "{second}");
    assert_ne!(
        first["result"]["requestState"],
        second["result"]["requestState"]
    );
    let last = call(&one, TOOL, accepted(&second, json!({ "color": "blue" }))).await;
    assert_eq!(last["result"]["resultType"], "complete", "{last}");
    assert!(
        last.to_string().contains("Alice"),
        "what was said first was kept: {last}"
    );
    one.close().await;
    two.close().await;
}

#[tokio::test]
async fn a_state_is_good_for_the_call_it_was_made_for_only() {
    let door = Door::over_fixture().await;
    let first = call(&door, TOOL, json!({})).await;
    let brought = accepted(&first, json!({ "name": "Alice" }));
    let elsewhere = call(
        &door,
        "test_input_required_result_request_state",
        brought.clone(),
    )
    .await;
    assert_eq!(elsewhere["error"]["code"], -32602, "{elsewhere}");
    for (from, to) in [("rs", "xx"), (".", ""), ("", "A")] {
        let mut forged = brought.clone();
        let state = forged["requestState"]
            .as_str()
            .unwrap()
            .replacen(from, to, 1);
        forged["requestState"] = json!(state);
        let refused = call(&door, TOOL, forged).await;
        assert_eq!(refused["error"]["code"], -32602, "{refused}");
    }
    door.close().await;
}

#[tokio::test]
async fn a_client_is_not_asked_what_it_cannot_answer() {
    let door = Door::over_fixture().await;
    let params = json!({ "name": "test_missing_capability", "arguments": {} });
    let refused = door
        .ask_of_2026("tools/call", params.clone(), json!({}), &[])
        .await;
    assert_eq!(
        (refused.status, &refused.json()["error"]["code"]),
        (400, &json!(-32021))
    );
    let legacy = door.ask("tools/call", params).await;
    assert_eq!(legacy["error"]["code"], -32600, "{legacy}");
    door.close().await;
}
