//! Exchanges as they are written down for the judge.

use serde_json::{Value, json};

use super::client::{HISTORY, served};
use crate::github::{At, Fault, Times};

#[tokio::test]
async fn exchanges_are_written_down_without_tokens_and_without_what_a_fault_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("exchanges");
    let (github, client, _sample) = served(|world| {
        world.recorded_in(&path);
    })
    .await;
    github.breaks(At::operation("History"), Times::Next(1), Fault::NoData);
    client
        .query("History", HISTORY, json!({ "first": 1 }))
        .await;
    client
        .get("/repos/sample/storefront/compare/a...b?page=1", &[])
        .await;
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains(&github.token()));
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (&lines[0]["operation"], &lines[0]["answer"]),
        (&json!("History"), &Value::Null)
    );
    assert_eq!(lines[0]["request"]["variables"]["first"], 1);
    assert_eq!(
        (&lines[1]["query"], &lines[1]["status"]),
        (&json!({ "page": "1" }), &json!(404))
    );
    assert_eq!(lines[1]["answer"]["message"], "Not Found");
}
