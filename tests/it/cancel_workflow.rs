//! `cancel_workflow` through the front door: work that nobody wants any more is stopped and taken back.

use serde_json::json;

use crate::workshop::Bench;

#[tokio::test]
async fn what_it_did_is_taken_back_and_asked_again_it_stays_so() {
    let bench = Bench::open().await;
    let id = bench.start("errand", "one").await;
    bench
        .until(&id, |workflow| workflow["doing"]["what"] == "callback")
        .await;
    let told = bench
        .told("cancel_workflow", json!({ "workflow_id": id }))
        .await;
    let result = &told["result"];
    assert_eq!(result["was"], "running", "{told:#}");
    assert!(["undoing", "cancelled"].contains(&result["status"].as_str().unwrap()));
    assert_eq!(told["evidence"][0]["id"], result["evidence"]);
    if told["status"] == "accepted" {
        assert_eq!(told["next"][0]["tool"], "get_workflow", "{told:#}");
    }

    let ended = bench
        .until(&id, |workflow| workflow["status"] == "cancelled")
        .await;
    let workflow = &ended["result"]["workflow"];
    assert_eq!(workflow["steps"]["items"][0]["left"], "undone", "{ended:#}");
    assert_eq!(workflow["outcome"]["by"], "cancel_workflow");

    let again = bench
        .told("cancel_workflow", json!({ "workflow_id": id }))
        .await;
    let result = &again["result"];
    assert_eq!(
        (&result["was"], &result["not_taken_back"]),
        (&json!("cancelled"), &json!(0))
    );
    assert_eq!(
        (&again["status"], &again["next"]),
        (&json!("ok"), &json!([]))
    );
    let later = bench
        .told("get_workflow", json!({ "workflow_id": id }))
        .await;
    assert_eq!(later["result"]["workflow"]["history"], workflow["history"]);
    bench.close().await;
}

#[tokio::test]
async fn it_stops_one_workflow_by_name_and_no_others() {
    let bench = Bench::open().await;
    for arguments in [
        json!({}),
        json!({ "workflow_id": "never~1" }),
        json!({ "workflow_id": "a b" }),
    ] {
        bench.refused("cancel_workflow", arguments).await;
    }
    bench.close().await;
}
