//! How long a caller waits who wants to know when a workflow goes on.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;
use std::time::Duration;

use get_workflow::GetWorkflow;
use idwo_clients::services;
use idwo_core::config::Variables;
use idwo_core::ctx::Ctx;
use idwo_core::dispatch::Reply;
use idwo_core::tool;
use idwo_core::watcher::Watcher;
use idwo_core::workflow::{
    Event, Fact, Happened, Kinds, Move, OnFailure, Runs, Started, Step, Then, Workflow, kind,
};
use idwo_simulation::office::Office;
use serde_json::{Value, json};
use tokio::time::Instant;

/// Ends with the first fact that it hears.
struct Listener;

impl Workflow for Listener {
    const NAME: &'static str = "listener";
    const STEPS: &'static [Step<()>] = &[];
    const ON_FAILURE: OnFailure = OnFailure::Keep;
    const LIFE: Duration = Duration::from_secs(3600);

    type Hands = ();
    type Input = ();
    type State = ();

    fn begin((): ()) -> Move<()> {
        Move::to((), Then::Callback(Duration::from_secs(600)))
    }

    fn next((): (), _: Happened<'_>) -> Move<()> {
        Move::to((), Then::End(Value::Null))
    }
}

/// With one listener under way, by whose id `listener~1` it goes.
async fn ctx() -> (Ctx, Arc<Runs>) {
    let office = Office::open(Kinds::of([kind::<Listener>(())]));
    let start = Office::asked("listener", Listener::NAME, Value::Null).unwrap();
    let started = office.runs.start(start).await.unwrap();
    assert!(matches!(started, Started::New(_)), "{started:?}");
    let ctx = Ctx {
        workflows: office.workflows(),
        clock: office.clock.clone(),
        ..services::of_function(&Variables::new([])).await.unwrap()
    };
    (ctx, office.runs)
}

/// What is answered, and after how many seconds.
async fn waited(ctx: &Ctx, wait_s: u8) -> (Value, f64) {
    let began = Instant::now();
    let arguments = json!({ "workflow_id": "listener~1", "wait_s": wait_s });
    let Value::Object(arguments) = arguments else {
        panic!("no object")
    };
    let reply = tool::answer::<GetWorkflow>(ctx, arguments).await.unwrap();
    let Reply::Answer(answer) = reply else {
        panic!("a question: {reply:?}")
    };
    (answer.structured, began.elapsed().as_secs_f64())
}

async fn tell_after(seconds: u64, runs: &Runs) {
    let never = std::future::pending::<()>();
    let _ = tokio::time::timeout(Duration::from_secs(seconds), never).await;
    let fact = Fact {
        id: "1".to_owned(),
        name: "told".to_owned(),
        with: Value::Null,
    };
    let id = "listener~1"
        .parse::<idwo_core::input::WorkflowId>()
        .unwrap();
    let id = id.run(&"team".parse().unwrap()).unwrap();
    runs.happen(&id, Event::Called(fact), None).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_told_as_soon_as_something_changes() {
    let (ctx, runs) = ctx().await;
    let ((told, took), ()) = tokio::join!(waited(&ctx, 20), tell_after(7, &runs));
    assert_eq!(told["result"]["workflow"]["status"], "done", "{told:#}");
    assert!((7.0..8.0).contains(&took), "{took}");
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_nothing_is_told_so_in_time() {
    let (ctx, _) = ctx().await;
    let (told, took) = waited(&ctx, 20).await;
    assert_eq!(told["result"]["workflow"]["doing"]["what"], "callback");
    assert_eq!(told["next"][0]["arguments"]["wait_s"], 20, "{told:#}");
    assert!((20.0..20.5).contains(&took), "{took}");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_what_has_ended() {
    let (ctx, runs) = ctx().await;
    tell_after(0, &runs).await;
    let (told, took) = waited(&ctx, 20).await;
    assert_eq!(
        told["result"]["workflow"]["outcome"]["ended"], "done",
        "{told:#}"
    );
    assert!(
        took < 0.1 && told["next"].as_array().unwrap().is_empty(),
        "{took}"
    );
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_beyond_the_end_of_the_call() {
    let (ctx, _) = ctx().await;
    let watcher = Watcher::silent().within(Duration::from_secs(5));
    let (_, took) = waited(&Ctx { watcher, ..ctx }, 20).await;
    assert!(took < 3.1, "{took}");
}
