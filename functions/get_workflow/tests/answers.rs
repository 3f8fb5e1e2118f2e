//! Who may read what a tool has answered later.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::time::Duration;

use get_workflow::GetWorkflow;
use idwo_clients::services;
use idwo_core::access::Principal;
use idwo_core::config::Variables;
use idwo_core::ctx::Ctx;
use idwo_core::dispatch::{Asker, Reply, Round};
use idwo_core::failure::Failure;
use idwo_core::input::WorkflowId;
use idwo_core::later::{self, Question};
use idwo_core::task::{self, Wish};
use idwo_core::tool::{self, Answer};
use idwo_core::watcher::Watcher;
use idwo_core::workflow::{Happened, Kinds, Move, OnFailure, Step, Then, Workflow, kind};
use idwo_simulation::office::Office;
use serde_json::{Map, Value, json};

const SECRET: &str = "the plan of a private repository";

/// Has asked, and was answered.
struct Answered;

impl Workflow for Answered {
    const NAME: &'static str = later::WORKFLOW;
    const STEPS: &'static [Step<()>] = &[];
    const ON_FAILURE: OnFailure = OnFailure::Keep;
    const LIFE: Duration = Duration::from_secs(3600);

    type Hands = ();
    type Input = Question;
    type State = ();

    /// With as many bytes more as it was asked for.
    fn begin(question: Question) -> Move<()> {
        let bytes = question.arguments.get("bytes").and_then(Value::as_u64);
        let bytes = usize::try_from(bytes.unwrap_or_default()).unwrap();
        let answer = Answer {
            structured: json!({ "said": SECRET, "more": "x".repeat(bytes) }),
            text: SECRET.to_owned(),
        };
        Move::to((), Then::End(json!(answer)))
    }

    fn next((): (), _: Happened<'_>) -> Move<()> {
        panic!("it had ended")
    }
}

/// Somebody who holds `scopes`; `None` on a laptop, where there are no keys.
fn asker(scopes: Option<&[&str]>) -> Asker {
    let principal = scopes.map(|scopes| Principal {
        name: "ci".to_owned(),
        scopes: scopes.iter().map(ToString::to_string).collect(),
    });
    Asker {
        principal,
        ..Asker::default()
    }
}

/// With the answer of `bytes` more, under `asked~1`.
async fn office(bytes: u64) -> Office {
    let office = Office::open(Kinds::of([kind::<Answered>(())]));
    let question = Question {
        tool: "analyze_pr".to_owned(),
        arguments: Map::from_iter([("bytes".to_owned(), json!(bytes))]),
        scopes: vec!["repository:read".to_owned()],
    };
    let start = Office::asked("asked", Answered::NAME, json!(question)).unwrap();
    office.runs.start(start).await.unwrap();
    office.work().await.unwrap();
    office
}

/// What `get_workflow` says.
async fn seen(asker: Asker, bytes: u64, detail: &str) -> Result<Answer, Failure> {
    let office = office(bytes).await;
    let ctx = Ctx {
        workflows: office.workflows(),
        clock: office.clock.clone(),
        asker,
        watcher: Watcher::silent(),
        ..services::of_function(&Variables::new([])).await.unwrap()
    };
    let arguments = [("workflow_id", json!("asked~1")), ("detail", json!(detail))];
    let arguments = arguments.map(|(name, value)| (name.to_owned(), value));
    match tool::answer::<GetWorkflow>(&ctx, arguments.into_iter().collect()).await? {
        Reply::Answer(answer) => Ok(answer),
        other => panic!("no answer: {other:?}"),
    }
}

/// What a client is told that has it as a task.
async fn seen_as_task(asker: Asker) -> Result<Reply, Failure> {
    let (office, round) = (office(0).await, Round::default());
    let id: WorkflowId = "asked~1".parse().unwrap();
    task::answer(&office.workflows(), (&id, &Wish::Look), &asker, &round).await
}

const BOTH: &[&str] = &["workflows:read", "repository:read"];

#[tokio::test]
async fn who_may_call_the_tool_reads_its_answer() {
    for scopes in [None, Some(BOTH)] {
        let answer = seen(asker(scopes), 0, "full").await.unwrap();
        let text = answer
            .structured
            .pointer("/result/workflow/outcome/output/text");
        assert_eq!(text, Some(&json!(SECRET)), "{answer:?}");
        assert!(answer.text.contains(SECRET), "{answer:?}");
        let task = seen_as_task(asker(scopes)).await.unwrap();
        assert!(json!(task).to_string().contains(SECRET), "{task:?}");
    }
}

#[tokio::test]
async fn who_may_only_look_at_workflows_does_not() {
    let only: Option<&[&str]> = Some(&["workflows:read"]);
    let refused = seen(asker(only), 0, "full").await.unwrap_err();
    assert!(matches!(refused, Failure::Caller { .. }), "{refused:?}");
    let refused = seen_as_task(asker(only)).await.unwrap_err();
    assert!(matches!(refused, Failure::Caller { .. }), "{refused:?}");
}

#[tokio::test]
async fn all_of_an_answer_is_offered_where_it_fits_and_was_not_given() {
    let whole = json!([{ "workflow_id": "asked~1", "detail": "full" }]);
    let nothing = json!([]);
    for (bytes, detail, offered) in [
        (0, "summary", &nothing),
        (5_000, "summary", &whole),
        (5_000, "full", &nothing),
        (70_000, "summary", &nothing),
    ] {
        let answer = seen(asker(None), bytes, detail).await.unwrap();
        let next = answer.structured.get("next").and_then(Value::as_array);
        let next = next.unwrap().iter().map(|call| call["arguments"].clone());
        let next = json!(next.collect::<Vec<_>>());
        assert_eq!(next, *offered, "{bytes} {detail}");
    }
}
