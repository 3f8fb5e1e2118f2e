//! Progress, for clients that ask for it.

use serde_json::json;

use crate::door::Door;

#[tokio::test]
async fn a_client_that_asks_hears_how_far_its_call_is() {
    let (door, _folder) = Door::over_sample().await;
    let call = json!({
        "name": "analyze_pr",
        "arguments": { "owner": "sample", "repo": "storefront", "pull_number": 71 },
        "_meta": { "progressToken": "mine" },
    });
    let reply = door.ask_of_2026("tools/call", call, json!({}), &[]).await;
    assert_eq!(reply.headers["content-type"], "text/event-stream");
    let events = reply.events();
    let (answer, notes) = events.split_last().unwrap();
    assert_eq!(answer["result"]["isError"], false);
    assert!(
        !notes.is_empty()
            && notes
                .iter()
                .all(|note| note["params"]["progressToken"] == "mine")
    );
    let counts: Vec<_> = notes
        .iter()
        .map(|note| note["params"]["progress"].as_f64().unwrap())
        .collect();
    assert!(
        counts.windows(2).all(|pair| pair[0] < pair[1]),
        "{counts:?}"
    );
    door.close().await;
}

#[tokio::test]
async fn a_client_that_does_not_ask_gets_one_answer() {
    let (door, _folder) = Door::over_sample().await;
    let call = json!({
        "name": "analyze_pr",
        "arguments": { "owner": "sample", "repo": "storefront", "pull_number": 71 },
    });
    let reply = door.ask_of_2026("tools/call", call, json!({}), &[]).await;
    assert_eq!(reply.headers["content-type"], "application/json");
    assert_eq!(reply.json()["result"]["isError"], false);
    door.close().await;
}

#[tokio::test]
async fn what_was_reported_at_the_very_end_is_told_before_the_answer() {
    let door = Door::over_fixture().await;
    let call = json!({ "name": "test_tool_with_progress", "arguments": {}, "_meta": { "progressToken": 7 } });
    let reply = door.ask_of_2026("tools/call", call, json!({}), &[]).await;
    let events = reply.events();
    let told: Vec<_> = events
        .iter()
        .filter_map(|event| event["params"]["progress"].as_f64())
        .collect();
    assert_eq!(told, [0.0, 50.0, 100.0], "{events:?}");
    assert!(events.last().unwrap()["result"].is_object());
    door.close().await;
}
