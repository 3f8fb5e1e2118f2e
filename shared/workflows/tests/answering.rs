//! A tool that could not answer in time is asked until it does, by runs in a store.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::executor::block_on;
use idwo_core::dispatch::{Call, Dispatch, Reply};
use idwo_core::failure::{Failure, Retry};
use idwo_core::health::Component;
use idwo_core::later::Question;
use idwo_core::tool::Answer;
use idwo_core::workflow::{Kinds, Outcome, Run, RunId, Started, Status, What, Workflow, kind};
use idwo_simulation::every_workflow::{
    Setting, Trial, nothing_is_done_twice, nothing_is_left_behind,
};
use idwo_simulation::office::Office;
use idwo_workflows::answer_later::AnswerLater;
use serde_json::{Map, Value, json};

fn answer() -> Answer {
    Answer {
        structured: json!({ "risk": "low" }),
        text: "low".to_owned(),
    }
}

/// Fails in these ways, and then answers.
#[derive(Default)]
struct Tool {
    failures: Mutex<VecDeque<Failure>>,
    asked: Mutex<Vec<Call>>,
}

#[async_trait]
impl Dispatch for Tool {
    async fn call(&self, call: Call) -> Result<Reply, Failure> {
        self.asked.lock().unwrap().push(call);
        let failure = self.failures.lock().unwrap().pop_front();
        failure.map_or_else(|| Ok(Reply::Answer(answer())), Err)
    }

    async fn components(&self) -> Vec<Component> {
        Vec::new()
    }
}

fn upstream(retry: Retry) -> Failure {
    Failure::Upstream {
        service: "GitHub".into(),
        what: "it is down".to_owned(),
        retry,
        source: None,
    }
}

fn question() -> Value {
    let arguments = Map::from_iter([("pull_number".to_owned(), json!(7))]);
    let tool = "analyze_pr".to_owned();
    let scopes = vec!["repository:read".to_owned()];
    json!(Question {
        tool,
        arguments,
        scopes
    })
}

/// The run that has asked the tool, whatever pauses it took, and what happened to it.
fn ended(failures: impl IntoIterator<Item = Failure>) -> (Run, Vec<What>, Arc<Tool>) {
    let failures = Mutex::new(failures.into_iter().collect());
    let tool = Arc::new(Tool {
        failures,
        ..Tool::default()
    });
    let office = Office::open(Kinds::of([kind::<AnswerLater>(tool.clone())]));
    let start = Office::asked("analyze_pr-1", AnswerLater::NAME, question()).unwrap();
    let Started::New(loaded) = block_on(office.runs.start(start)).unwrap() else {
        panic!("not started")
    };
    let id: RunId = loaded.run.id;
    loop {
        block_on(office.work()).unwrap();
        let run = block_on(office.runs.get(&id)).unwrap().unwrap().run;
        if run.status.has_ended() {
            let history = block_on(office.runs.history(&id)).unwrap();
            return (
                run,
                history.into_iter().map(|record| record.what).collect(),
                tool,
            );
        }
        block_on(office.pass_until(run.due_at().unwrap())).unwrap();
    }
}

#[test]
fn it_ends_with_what_the_tool_answers_once_the_service_is_well_again() {
    let (run, story, tool) = ended([
        upstream(Retry::AfterSeconds(2400)),
        Failure::ours_without_source("it crashed"),
    ]);
    let output = json!(answer());
    assert_eq!(run.outcome, Some(Outcome::Done { output }));
    let asked = tool.asked.lock().unwrap();
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|call| call.asker.is_workflow));
    let again = story.iter().find_map(|what| match what {
        What::StepFailed { again_at, .. } => *again_at,
        _ => None,
    });
    let waited = again.unwrap().duration_since(run.started_at).as_secs();
    assert!(waited >= 2400, "GitHub had said when: {waited}");
}

#[test]
fn what_the_caller_has_to_change_is_not_asked_again() {
    let (run, _, tool) = ended([Failure::caller("no such pull request", "name another")]);
    assert_eq!(run.status, Status::Failed);
    assert_eq!(tool.asked.lock().unwrap().len(), 1);
    match run.outcome {
        Some(Outcome::Failed { what }) => assert!(what.contains("no such pull request"), "{what}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_service_that_is_never_well_again_is_given_up() {
    let down = (0..100).map(|_| upstream(Retry::AfterSeconds(30)));
    let (run, _, tool) = ended(down);
    assert_eq!(run.status, Status::Failed);
    assert_eq!(tool.asked.lock().unwrap().len(), 20);
}

#[test]
fn it_comes_to_the_same_end_or_to_none_whoever_dies_meanwhile() {
    let trial = Trial {
        kind: AnswerLater::NAME,
        input: question(),
        facts: Vec::new(),
        setting: |_| Setting {
            kinds: vec![kind::<AnswerLater>(Arc::new(Tool::default()))],
            visible: Box::new(Default::default),
        },
    };
    let tried = nothing_is_done_twice(&trial).unwrap_or_else(|broken| panic!("{broken}"));
    assert_eq!((tried.acts, tried.disturbed), (1, 2));
    nothing_is_left_behind(&trial).unwrap_or_else(|broken| panic!("{broken}"));
}
