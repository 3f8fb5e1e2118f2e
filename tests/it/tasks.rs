//! Tasks through the front door, over the fixture of the conformance tests: work that outlasts its call is handed
//! over to who takes it, and to nobody else; its name is good in every process, and for nobody else.

use std::slice::from_ref;
use std::time::Duration;

use http::Method;
use http_body_util::BodyExt;
use idwo_core::access::{Caller, Principal};
use idwo_core::config::Variables;
use idwo_local::workshop::Workshop;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::door::{ACCEPT, Door, fixture_of, of_2026};

/// Longest wait for workers.
const PATIENCE: Duration = Duration::from_secs(20);

/// Two gateways without a common memory, before one store.
struct Both {
    one: Door,
    two: Door,
    workshop: Workshop,
    _folder: TempDir,
}

impl Both {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (variables, kinds) = (Variables::new([]), conformance::kinds());
        let workshop = Workshop::open(folder.path(), &variables, kinds);
        let workshop = workshop.await.unwrap();
        Self {
            one: Door::over_fixture_of(workshop.clone()).await,
            two: Door::over_fixture_of(workshop.clone()).await,
            workshop,
            _folder: folder,
        }
    }

    async fn close(self) {
        self.one.close().await;
        self.two.close().await;
    }
}

fn with_tasks() -> Value {
    json!({ "elicitation": {}, "extensions": { "io.modelcontextprotocol/tasks": {} } })
}

async fn asked(door: &Door, method: &str, params: Value, capabilities: Value) -> Value {
    let reply = door.ask_of_2026(method, params, capabilities, &[]);
    reply.await.json()
}

async fn call(door: &Door, tool: &str, arguments: Value, capabilities: Value) -> Value {
    let params = json!({ "name": tool, "arguments": arguments });
    asked(door, "tools/call", params, capabilities).await
}

/// Calls a tool; gives the handle of its task.
async fn handed_over(door: &Door, tool: &str, arguments: Value) -> String {
    let created = call(door, tool, arguments, with_tasks()).await;
    assert_eq!(created["result"]["resultType"], "task", "{created}");
    created["result"]["taskId"].as_str().unwrap().to_owned()
}

async fn of_task(door: &Door, method: &str, handle: &str) -> Value {
    asked(door, method, json!({ "taskId": handle }), with_tasks()).await
}

async fn answer(door: &Door, handle: &str, answers: Value) -> Value {
    let params = json!({ "taskId": handle, "inputResponses": answers });
    asked(door, "tasks/update", params, with_tasks()).await
}

fn accepted(content: Value) -> Value {
    json!({ "action": "accept", "content": content })
}

fn questions(task: &Value) -> Vec<String> {
    let questions = task["inputRequests"].as_object().unwrap();
    questions.keys().cloned().collect()
}

#[tokio::test]
async fn work_is_handed_over_to_who_takes_it_and_seen_from_every_process() {
    let both = Both::open().await;
    let handle = handed_over(&both.one, "slow_compute", json!({ "seconds": 0 })).await;
    let seen = of_task(&both.two, "tasks/get", &handle).await["result"].clone();
    assert_eq!(
        (&seen["status"], &seen["taskId"]),
        (&json!("completed"), &json!(handle))
    );
    assert_eq!(seen["result"]["content"][0]["text"], "nothing is computed.");
    let (kept, every) = (seen["ttlMs"].as_u64(), seen["pollIntervalMs"].as_u64());
    assert!(
        kept.unwrap() > 24 * 3_600_000 && every.unwrap() >= 1000,
        "{seen}"
    );
    both.close().await;
}

#[tokio::test]
async fn who_takes_no_tasks_gets_none() {
    let both = Both::open().await;
    let plain = call(&both.one, "slow_compute", json!({}), json!({})).await;
    assert_eq!(plain["result"]["resultType"], "complete", "{plain}");
    let needed = call(&both.one, "failing_job", json!({}), json!({})).await;
    assert_eq!(needed["error"]["code"], -32021, "{needed}");
    let before = both.one.call("slow_compute", json!({})).await;
    assert_eq!(before["content"][0]["text"], "nothing is computed.");
    let handle = handed_over(&both.one, "confirm_delete", json!({})).await;
    for method in ["tasks/get", "tasks/cancel"] {
        let refused = asked(&both.one, method, json!({ "taskId": handle }), json!({})).await;
        assert_eq!(refused["error"]["code"], -32021, "{refused}");
    }
    both.close().await;
}

#[tokio::test]
async fn a_handle_that_was_altered_or_made_up_is_refused() {
    let both = Both::open().await;
    let handle = handed_over(&both.one, "confirm_delete", json!({})).await;
    let first = call(
        &both.one,
        "test_input_required_result_request_state",
        json!({}),
        with_tasks(),
    );
    let state = first.await["result"]["requestState"].clone();
    let made_up = [
        handle.replacen('.', "", 1),
        format!("{handle}A"),
        format!("A{handle}"),
        state.as_str().unwrap().to_owned(),
        "conformance~1".to_owned(),
        String::new(),
    ];
    for bad in made_up {
        for method in ["tasks/get", "tasks/cancel"] {
            let refused = of_task(&both.one, method, &bad).await;
            assert_eq!(
                refused["error"]["code"], -32602,
                "{method} {bad}: {refused}"
            );
        }
        let refused = answer(&both.one, &bad, json!({})).await;
        assert_eq!(refused["error"]["code"], -32602, "{bad}: {refused}");
    }
    assert_eq!(
        of_task(&both.two, "tasks/get", &handle).await["result"]["status"],
        "input_required"
    );
    both.close().await;
}

#[tokio::test]
async fn a_handle_is_good_for_whom_it_was_made() {
    let both = Both::open().await;
    let params = json!({ "name": "confirm_delete", "arguments": {} });
    let created = asked_by("ann", &both, "tools/call", params).await;
    let anns = json!({ "taskId": created["result"]["taskId"] });
    for method in ["tasks/get", "tasks/cancel"] {
        let refused = asked_by("bob", &both, method, anns.clone()).await;
        assert_eq!(refused["error"]["code"], -32602, "{refused}");
        let refused = asked(&both.one, method, anns.clone(), with_tasks()).await;
        assert_eq!(refused["error"]["code"], -32602, "{refused}");
    }
    let seen = asked_by("ann", &both, "tasks/get", anns).await;
    assert_eq!(seen["result"]["status"], "input_required", "{seen}");
    both.close().await;
}

/// As a host asks the endpoint that knows who it is.
async fn asked_by(name: &str, both: &Both, method: &str, params: Value) -> Value {
    let request = both.one.request(Method::POST, "/mcp", ACCEPT);
    let mut request = of_2026(request, method, params, with_tasks(), &[]);
    let principal = Principal {
        name: name.to_owned(),
        scopes: Default::default(),
    };
    request.extensions_mut().insert(Caller::Admitted(principal));
    let endpoint = fixture_of(both.workshop.clone());
    let body = endpoint.answer(request).await.into_body().collect().await;
    serde_json::from_slice(&body.unwrap().to_bytes()).unwrap()
}

#[tokio::test]
async fn its_user_answers_one_thing_after_the_other() {
    let both = Both::open().await;
    let handle = handed_over(&both.one, "multi_input", json!({})).await;
    let asking = of_task(&both.two, "tasks/get", &handle).await;
    let open = questions(&asking["result"]);
    let [first, second] = open.as_slice() else {
        panic!("{asking}")
    };
    let said = json!({ first: accepted(json!({ "name": "Alice" })), "unknown": {}, second: { "action": "cancel" } });
    let told = answer(&both.one, &handle, said).await;
    assert_eq!(told["result"], json!({ "resultType": "complete" }));
    let asking = of_task(&both.two, "tasks/get", &handle).await;
    assert_eq!(questions(&asking["result"]), from_ref(second));
    answer(
        &both.two,
        &handle,
        json!({ second: accepted(json!({ "name": "Bob" })) }),
    )
    .await;
    let ended = of_task(&both.one, "tasks/get", &handle).await["result"].clone();
    let words = ended["result"]["content"][0]["text"].as_str().unwrap();
    assert!(words.contains("Alice") && words.contains("Bob"), "{words}");
    both.close().await;
}

#[tokio::test]
async fn what_its_client_shows_no_forms_for_is_not_asked() {
    let both = Both::open().await;
    let handle = handed_over(&both.one, "confirm_delete", json!({})).await;
    let without_forms = json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } });
    let params = json!({ "taskId": handle });
    let seen = asked(&both.one, "tasks/get", params, without_forms).await;
    assert_eq!(seen["result"]["status"], "working", "{seen}");
    assert_eq!(seen["result"].get("inputRequests"), None);
    both.close().await;
}

#[tokio::test]
async fn who_cancels_stops_it_once_and_for_all() {
    let both = Both::open().await;
    let handle = handed_over(&both.one, "slow_compute", json!({ "seconds": 60 })).await;
    for door in [&both.two, &both.one] {
        let told = of_task(door, "tasks/cancel", &handle).await;
        assert_eq!(told["result"], json!({ "resultType": "complete" }));
        let seen = of_task(door, "tasks/get", &handle).await;
        assert_eq!(seen["result"]["status"], "cancelled");
    }
    both.close().await;
}

/// Nobody asks about it meanwhile, and the workers of this machine go on with it.
#[tokio::test]
async fn a_client_that_goes_away_stops_nothing() {
    let both = Both::open().await;
    let end = CancellationToken::new();
    let working = tokio::spawn(both.workshop.work_until(end.clone()));
    let leaving = Door::over_fixture_of(both.workshop.clone()).await;
    let handle = handed_over(&leaving, "slow_compute", json!({ "seconds": 0 })).await;
    leaving.close().await;
    let Workshop::Open { work, tenant } = &both.workshop else {
        panic!("it is not open")
    };
    let ended = async {
        while work.runs.recent(tenant, 1).await.unwrap()[0]
            .outcome
            .is_none()
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, ended).await.unwrap();
    end.cancel();
    working.await.unwrap();
    let seen = of_task(&both.one, "tasks/get", &handle).await;
    assert_eq!(seen["result"]["status"], "completed");
    both.close().await;
}
