//! The tools whose work can outlast its call, and the one beside them that never does.

use std::time::Duration;

use idwo_core::dispatch::{Call, Reply, TASKS};
use idwo_core::failure::Failure;
use idwo_core::untrusted;
use idwo_core::workflow::Workflows;
use serde_json::{Map, Value, json};

use crate::content::{blocks, text};
use crate::interview::{Interview, Turn};
use crate::jobs::{self, End, Job};
use crate::question::form;
use crate::rounds;

/// Longest argument that is repeated, in characters.
const WORDS_CHARS_MAX: usize = 200;

/// Longest rest, in seconds, of a job and of a call: a call ends after 25.
const JOB_SECONDS_MAX: u64 = 600;
const CALL_SECONDS_MAX: u64 = 20;

/// `None` for a tool of another file.
pub(crate) async fn answer(
    name: &str,
    arguments: &Map<String, Value>,
    call: &Call,
    workflows: &Workflows,
) -> Option<Result<Reply, Failure>> {
    Some(match name {
        "greet" => greeting(arguments),
        "slow_compute" => slowly(arguments, call, workflows).await,
        "failing_job" => started(Job::ending(1, error()), call, workflows).await,
        "protocol_error_job" => started(Job::ending(1, End::Failure), call, workflows).await,
        "confirm_delete" => started(deleting(arguments), call, workflows).await,
        "multi_input" => started(of_two(), call, workflows).await,
        "test_tool_with_task" => named_first(call, workflows).await,
        _ => return None,
    })
}

fn greeting(arguments: &Map<String, Value>) -> Result<Reply, Failure> {
    let name = words(arguments, "name", "stranger");
    Ok(blocks([text(&format!("Hello, {name}!"))]))
}

/// Whoever takes no tasks waits for it.
async fn slowly(
    arguments: &Map<String, Value>,
    call: &Call,
    workflows: &Workflows,
) -> Result<Reply, Failure> {
    let seconds = arguments.get("seconds").and_then(Value::as_u64);
    let seconds = seconds.unwrap_or_default();
    let label = words(arguments, "label", "nothing");
    let done = format!("{label} is computed.");
    if call.round.takes_tasks() {
        let job = Job::ending(seconds.min(JOB_SECONDS_MAX), End::Words(done));
        return jobs::start(&job, call, workflows).await;
    }
    rest(seconds.min(CALL_SECONDS_MAX)).await;
    Ok(blocks([text(&done)]))
}

#[expect(clippy::disallowed_methods, reason = "to be slow is what it is for")]
async fn rest(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

async fn started(job: Job, call: &Call, workflows: &Workflows) -> Result<Reply, Failure> {
    if !call.round.takes_tasks() {
        return Ok(needs_tasks());
    }
    jobs::start(&job, call, workflows).await
}

/// The question goes to whoever calls, before there is a task.
async fn named_first(call: &Call, workflows: &Workflows) -> Result<Reply, Failure> {
    if !call.round.takes_tasks() {
        return Ok(needs_tasks());
    }
    match Interview::without_state(rounds::USER_NAME).turn(&call.round)? {
        Turn::Ask(questions) => Ok(questions),
        Turn::Heard(words) => {
            jobs::start(&Job::ending(1, End::Words(words)), call, workflows).await
        }
    }
}

fn error() -> End {
    End::Error("This job fails on purpose; there is nothing to change.".to_owned())
}

fn deleting(arguments: &Map<String, Value>) -> Job {
    let filename = words(arguments, "filename", "nothing");
    let words = format!("Shall {filename} be deleted?");
    let form = ("confirm".to_owned(), form(&words, "confirm", "boolean"));
    let end = format!("Of {filename} was decided:");
    Job::asking(Map::from_iter([form]), End::Words(end))
}

fn of_two() -> Job {
    let forms = ["first", "second"].map(|nth| {
        let words = format!("What is the {nth} name?");
        (nth.to_owned(), form(&words, "name", "string"))
    });
    Job::asking(
        Map::from_iter(forms),
        End::Words("Two have answered:".to_owned()),
    )
}

fn needs_tasks() -> Reply {
    let extensions = ("extensions".to_owned(), json!({ TASKS: {} }));
    let capabilities = Map::from_iter([extensions]);
    Reply::Needs { capabilities }
}

fn words(arguments: &Map<String, Value>, name: &str, default: &str) -> String {
    let given = arguments.get(name).and_then(Value::as_str);
    untrusted::plain(given.unwrap_or(default), WORDS_CHARS_MAX)
}
