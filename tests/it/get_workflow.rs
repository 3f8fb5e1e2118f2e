//! `get_workflow` through the front door: whoever started work that outlasts a call sees how it goes.

use idwo_core::input::WorkflowId;
use idwo_core::workflow::{Event, Fact, Tenant};
use idwo_history::clones::Clones;
use idwo_local::workshop::Workshop;
use idwo_sandbox::sample;
use serde_json::{Value, json};

use crate::door::Door;
use crate::workshop::{Bench, refused, workshop_in};

fn listens(workflow: &Value) -> bool {
    workflow["doing"]["what"] == "callback"
}

#[tokio::test]
async fn who_follows_a_pull_request_sees_it_go_on_to_its_end() {
    let bench = Bench::open().await;
    let id = bench.track(sample::RISKY_PULL.into()).await;
    assert_eq!(id, format!("pr-sample-storefront-{}~1", sample::RISKY_PULL));
    let told = bench.until(&id, listens).await;
    assert_eq!(
        (&told["status"], &told["workflow_id"]),
        (&json!("accepted"), &json!(id))
    );
    let next = json!({ "tool": "get_workflow", "arguments": { "workflow_id": id, "wait_s": 20 } });
    assert_eq!(told["next"], json!([next]));
    let workflow = &told["result"]["workflow"];
    assert_eq!(workflow["steps"]["items"][0]["left"], "done", "{told:#}");
    assert!(workflow["doing"]["until"].is_string() && workflow["state"]["stage"].is_string());
    let events = workflow["history"]["items"].as_array().unwrap();
    let whats: Vec<_> = events
        .iter()
        .map(|event| event["what"].as_str().unwrap())
        .collect();
    assert_eq!(whats, ["started", "step_begun", "step_done", "listening"]);

    let run = id
        .parse::<WorkflowId>()
        .unwrap()
        .run(&Tenant::default())
        .unwrap();
    let cancel = Event::CancelAsked {
        by: "ann\u{200b}".to_owned(),
    };
    bench.runs().happen(&run, cancel, None).await.unwrap();
    let told = bench
        .until(&id, |workflow| workflow["status"] == "cancelled")
        .await;
    assert_eq!(
        told["result"]["workflow"]["outcome"]["by"], "ann",
        "{told:#}"
    );
    assert_eq!((&told["status"], &told["next"]), (&json!("ok"), &json!([])));
    bench.close().await;
}

#[tokio::test]
async fn a_fact_brings_it_to_its_end_and_hides_nothing_in_its_outcome() {
    let bench = Bench::open().await;
    let id = bench.start("errand", "one").await;
    bench.until(&id, listens).await;
    let run = id
        .parse::<WorkflowId>()
        .unwrap()
        .run(&Tenant::default())
        .unwrap();
    let fact = Fact {
        id: "1".to_owned(),
        name: "well".to_owned(),
        with: Value::Null,
    };
    bench
        .runs()
        .happen(&run, Event::Called(fact), None)
        .await
        .unwrap();
    // By its entity alone the newest attempt is meant.
    let told = bench
        .until("one", |workflow| workflow["status"] == "done")
        .await;
    assert_eq!(
        told["result"]["workflow"]["outcome"]["output"], "all is well",
        "{told:#}"
    );
    bench.close().await;
}

#[tokio::test]
async fn without_an_id_the_newest_are_named() {
    let bench = Bench::open().await;
    let none = bench.told("get_workflow", json!({})).await;
    assert_eq!(none["result"]["newest"]["items"], json!([]));
    for nth in 0..12 {
        bench.start("errand", &format!("errand-{nth}")).await;
    }
    let told = bench.told("get_workflow", json!({})).await;
    let newest = told["result"]["newest"]["items"].as_array().unwrap();
    assert_eq!(newest.len(), 10);
    assert_eq!(told["evidence"][0]["id"], "newest");
    bench.close().await;
}

#[tokio::test]
async fn a_long_story_keeps_its_newest_events_within_a_summary() {
    let bench = Bench::open().await;
    let id = bench.start("vain", &"e".repeat(240)).await;
    let told = bench
        .until(&id, |workflow| workflow["status"] == "failed")
        .await;
    assert!(
        told.to_string().len() <= 8 * 1024,
        "{}",
        told.to_string().len()
    );
    let history = &told["result"]["workflow"]["history"];
    let last = history["items"].as_array().unwrap().last().unwrap();
    assert_eq!(
        last["number"],
        history["total"].as_u64().unwrap() - 1,
        "{told:#}"
    );
    assert!(told["result"]["workflow"]["state"]["unknown"].is_string());
    let full = json!({ "workflow_id": id, "detail": "full" });
    let full = bench.told("get_workflow", full).await;
    let history = &full["result"]["workflow"]["history"];
    assert_eq!(history["items"].as_array().unwrap().len(), history["total"]);
    bench.close().await;
}

#[tokio::test]
async fn who_waits_takes_no_place_of_those_who_compute() {
    let bench = Bench::open().await;
    let id = bench.start("errand", "one").await;
    bench.until(&id, listens).await;
    let waiting = (0..12).map(|_| {
        let arguments = json!({ "workflow_id": id, "wait_s": 20 });
        bench.told("get_workflow", arguments)
    });
    let others = async {
        bench
            .door
            .analyze(sample::NAME, sample::RISKY_PULL.into())
            .await;
        bench
            .told("cancel_workflow", json!({ "workflow_id": id }))
            .await;
    };
    let (waited, ()) = tokio::join!(futures::future::join_all(waiting), others);
    assert_eq!(waited.len(), 12);
    bench.close().await;
}

#[tokio::test]
async fn another_tenants_workflow_reads_like_one_that_never_was() {
    let bench = Bench::open().await;
    let id = bench.start("errand", "theirs").await;
    let workshop = Workshop::Open {
        work: bench.work.clone(),
        tenant: "others".parse().unwrap(),
    };
    let door = Door::over_workshop(bench.clones.clone(), workshop).await;
    for tool in ["get_workflow", "cancel_workflow"] {
        let said = refused(&door, tool, json!({ "workflow_id": id })).await;
        let never = refused(&door, tool, json!({ "workflow_id": "never~1" })).await;
        assert_eq!(said.replace(&id, "never~1"), never);
    }
    let newest = door.call("get_workflow", json!({})).await;
    assert_eq!(newest["structuredContent"]["result"]["newest"]["total"], 0);
    door.close().await;
    bench.close().await;
}

#[tokio::test]
async fn the_resource_says_what_the_tool_says() {
    let bench = Bench::open().await;
    let id = bench.start("errand", "one").await;
    bench.until(&id, listens).await;
    let templates = bench.door.ask("resources/templates/list", json!({})).await;
    let named = "orchestrator://workflows/{id}";
    assert!(templates.to_string().contains(named), "{templates}");
    let uri = json!({ "uri": format!("orchestrator://workflows/{id}") });
    let read = bench.door.ask("resources/read", uri.clone()).await;
    let text = read["result"]["contents"][0]["text"].as_str().unwrap();
    let told = bench
        .told("get_workflow", json!({ "workflow_id": id }))
        .await;
    let read: Value = serde_json::from_str(text).unwrap();
    assert_eq!(read["result"], told["result"]);
    let unknown = json!({ "uri": "orchestrator://workflows/never~1" });
    let unknown = bench.door.ask("resources/read", unknown).await;
    assert_eq!(unknown["error"]["code"], -32002, "{unknown}");
    let without = [("x-mcp-exclude-tools", "get_workflow")];
    let door = &bench.door;
    let hidden = door
        .ask_of_2026("resources/read", uri, json!({}), &without)
        .await;
    assert!(hidden.body.contains("no such resource"), "{}", hidden.body);
    bench.close().await;
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_with_what_can() {
    let bench = Bench::open().await;
    for (arguments, expected) in [
        (
            json!({ "workflow_id": "../x" }),
            "such as pr-rust-lang-cargo-123~1",
        ),
        (
            json!({ "workflow_id": "a~1", "wait_s": 21 }),
            "from 0 to 20",
        ),
        (json!({ "wait_s": 1 }), "set `workflow_id`"),
        (
            json!({ "workflow_id": "a~1" }),
            "there is no workflow `a~1`",
        ),
    ] {
        let said = bench.refused("get_workflow", arguments.clone()).await;
        assert!(said.contains(expected), "{arguments}: {said}");
    }
    bench.close().await;
}

#[tokio::test]
async fn where_the_store_is_held_all_else_goes_on_and_it_says_who_can_act() {
    let folder = tempfile::tempdir().unwrap();
    let clones = Clones::default();
    let first = workshop_in(folder.path(), &clones).await;
    let second = workshop_in(folder.path(), &clones).await;
    let door = Door::over_workshop(clones, second).await;
    let said = refused(&door, "get_workflow", json!({})).await;
    assert!(
        said.contains("another idwo-local") && said.contains("--data"),
        "{said}"
    );
    let health = json!({ "uri": "orchestrator://health" });
    let health = door.ask("resources/read", health).await.to_string();
    assert!(health.contains("another idwo-local holds"), "{health}");
    drop(first);
    door.close().await;
}
