//! Tasks in the protocol's words.

use std::time::Duration;

use idwo_core::failure::Failure;
use idwo_core::task::{Stands, Task};
use idwo_core::wire::Returned;
use rmcp::model::{self, ErrorData, JsonObject, TaskPayload, TaskStatus};
use serde::Serialize;
use serde_json::{Value, json};

use crate::results;

/// How often a client should look, in milliseconds: work that outlasts a call takes 25 s and more, and each look
/// is two invocations.
const LOOK_EVERY_MS: u64 = 2000;

pub(super) fn described(handle: String, task: &Task, status: TaskStatus) -> model::Task {
    let (started_at, changed_at) = (task.started_at.to_string(), task.changed_at.to_string());
    let kept_ms = u64::try_from(kept_for(task).as_millis()).unwrap_or(u64::MAX);
    model::Task::new(handle, status, started_at, changed_at)
        .with_ttl_ms(kept_ms)
        .with_poll_interval_ms(LOOK_EVERY_MS)
}

/// From its beginning, as the protocol counts.
pub(super) fn kept_for(task: &Task) -> Duration {
    let kept = task.kept_until.duration_since(task.started_at);
    Duration::try_from(kept).unwrap_or_default()
}

pub(super) fn payload(stands: &Stands) -> Result<TaskPayload, ErrorData> {
    Ok(match stands {
        Stands::Working => TaskPayload::Working,
        Stands::Cancelled => TaskPayload::Cancelled,
        Stands::Ended { returned } => ended(returned.as_ref().clone()),
        Stands::Asking { questions } => {
            let requests = serde_json::from_value(Value::Object(questions.clone()));
            let input_requests = requests.map_err(|_| unreadable())?;
            TaskPayload::InputRequired { input_requests }
        }
    })
}

/// As the call itself would have ended: what a model can act on is a result, and only what it cannot is an error.
fn ended(returned: Returned) -> TaskPayload {
    let outcome: Result<_, Failure> = returned.into();
    let result = match outcome.and_then(results::tool) {
        Ok(result) => result,
        Err(Failure::Ours { .. } | Failure::Stopped) => return failed(),
        Err(theirs) => results::told_of(&theirs),
    };
    object(&result).map_or_else(failed, |result| TaskPayload::Completed { result })
}

fn failed() -> TaskPayload {
    let error = ErrorData::internal_error("the work on it has failed", None);
    let error = object(&error).unwrap_or_default();
    TaskPayload::Failed { error }
}

fn object(of: &impl Serialize) -> Option<JsonObject> {
    json!(of).as_object().cloned()
}

fn unreadable() -> ErrorData {
    ErrorData::internal_error("a question is not in the protocol's words", None)
}
