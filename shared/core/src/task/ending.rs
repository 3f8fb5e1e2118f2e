//! How a run ended, as its call would have.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Stands;
use crate::dispatch::Reply;
use crate::envelope::{TEXT_BYTES_MAX, shown};
use crate::input::WorkflowId;
use crate::tool::{Answer, at_most};
use crate::untrusted::visible;
use crate::wire::Returned;
use crate::workflow::{Outcome, Run};

/// The output of a run that goes on with a call.
#[derive(Deserialize)]
#[serde(untagged)]
enum OfCall {
    Answer(Answer),
    Returned(Returned),
}

pub(super) fn of(run: &Run, outcome: &Outcome) -> Stands {
    let returned = match outcome {
        Outcome::Cancelled { .. } => return Stands::Cancelled,
        Outcome::Done { output } => returned(output),
        Outcome::Failed { what } => failed(run, what),
    };
    let returned = Box::new(returned);
    Stands::Ended { returned }
}

fn returned(output: &Value) -> Returned {
    let reply = match OfCall::deserialize(output) {
        Ok(OfCall::Returned(returned)) => return returned,
        Ok(OfCall::Answer(answer)) => Reply::Answer(answer),
        Err(_) => Reply::Answer(told(output)),
    };
    Returned::Replied { reply }
}

/// A failure of the work is for who asked for it to read, whoever's fault it is: what is not told is told apart
/// by the run itself, with [`Returned::Failed`].
fn failed(run: &Run, what: &str) -> Returned {
    let id = WorkflowId::of(&run.id);
    Returned::Refused {
        what: format!("the work on it has failed: {what}"),
        change: format!("get_workflow tells the whole story of {id}"),
    }
}

/// What no call would have been answered: as it is, but for what a reader cannot see.
fn told(output: &Value) -> Answer {
    let text = at_most(TEXT_BYTES_MAX, &output.to_string());
    let structured = match output {
        Value::Object(_) => output.clone(),
        // The protocol wants an object.
        other => json!({ "output": other }),
    };
    Answer {
        structured: shown(structured),
        text: visible(&text).into_owned(),
    }
}
