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
use idwo_core::dispatch::{Asker, Reply};
use idwo_core::later::{self, Question};
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

/// What somebody sees who holds `scopes`; `None` on a laptop, where there are no keys.
async fn seen_with(scopes: Option<&[&str]>) -> Answer {
    seen(scopes, 0, "full").await
}

async fn seen(scopes: Option<&[&str]>, bytes: u64, detail: &str) -> Answer {
    let office = Office::open(Kinds::of([kind::<Answered>(())]));
    let question = Question {
        tool: "analyze_pr".to_owned(),
        arguments: Map::from_iter([("bytes".to_owned(), json!(bytes))]),
        scopes: vec!["repository:read".to_owned()],
    };
    let start = Office::asked("asked", Answered::NAME, json!(question)).unwrap();
    office.runs.start(start).await.unwrap();
    office.work().await.unwrap();
    let principal = scopes.map(|scopes| Principal {
        name: "ci".to_owned(),
        scopes: scopes.iter().map(ToString::to_string).collect(),
    });
    let ctx = Ctx {
        workflows: office.workflows(),
        clock: office.clock.clone(),
        asker: Asker {
            principal,
            ..Asker::default()
        },
        watcher: Watcher::silent(),
        ..services::of_function(&Variables::new([])).await.unwrap()
    };
    let arguments = [("workflow_id", json!("asked~1")), ("detail", json!(detail))];
    let arguments = arguments.map(|(name, value)| (name.to_owned(), value));
    let reply = tool::answer::<GetWorkflow>(&ctx, arguments.into_iter().collect()).await;
    let Reply::Answer(answer) = reply.unwrap() else {
        panic!("a question")
    };
    answer
}

fn outcome(answer: &Answer) -> &Value {
    let outcome = answer.structured.pointer("/result/workflow/outcome");
    outcome.unwrap()
}

#[tokio::test]
async fn who_may_call_the_tool_reads_its_answer() {
    let both: &[&str] = &["workflows:read", "repository:read"];
    for scopes in [None, Some(both)] {
        let answer = seen_with(scopes).await;
        let text = outcome(&answer).pointer("/output/text");
        assert_eq!(text, Some(&json!(SECRET)), "{answer:?}");
        assert!(answer.text.contains(SECRET), "{answer:?}");
    }
}

#[tokio::test]
async fn who_may_only_look_at_workflows_sees_that_it_has_ended() {
    let answer = seen_with(Some(&["workflows:read"])).await;
    let told = json!(answer).to_string();
    assert!(!told.contains(SECRET), "{told}");
    let status = answer.structured.pointer("/result/workflow/status");
    assert_eq!(status, Some(&json!("done")));
    let why = json!(outcome(&answer)["unknown"]);
    assert!(why.to_string().contains("may call the tool"), "{why}");
    assert_eq!(answer.structured["next"], json!([]), "there is no more");
}

#[tokio::test]
async fn all_of_an_answer_is_offered_where_it_fits_and_was_not_given() {
    for (bytes, detail, offered) in [
        (
            0,
            "summary",
            json!([{ "workflow_id": "asked~1", "detail": "full" }]),
        ),
        (0, "full", json!([])),
        (70_000, "summary", json!([])),
    ] {
        let answer = seen(None, bytes, detail).await;
        let next = answer.structured.get("next").and_then(Value::as_array);
        let next = next.unwrap().iter().map(|call| call["arguments"].clone());
        assert_eq!(json!(next.collect::<Vec<_>>()), offered, "{bytes} {detail}");
    }
}
