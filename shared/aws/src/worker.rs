//! Serving a function that works on a queue: each message asks for the next step of a run.
//!
//! What is answered names those messages that SQS has to deliver again, and no others. A panic ends the
//! process, and so the whole batch is delivered again; whatever was done by then is found done.

mod batch;
#[cfg(test)]
mod tests;

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use idwo_core::chance::Chance;
use idwo_core::clock::{Clock, SystemClock};
use idwo_core::failure::chain;
use idwo_core::workflow::{Advanced, Job, Kinds, RunsFailure, Unfinished, Worker};
use lambda_runtime::{LambdaEvent, service_fn};
use tokio::time::Instant;

use self::batch::{Answer, Batch, Message, NotDone};
use crate::start::{self, Failed, Start};
use crate::{deadline, runs};

/// Least time in which a message is taken up: the longest step that there is, 35 s, and what is asked of
/// the store and the queue around it, where all is well.
const TAKEN_UP_WITHIN: Duration = Duration::from_secs(50);

/// What became of a message.
enum Came {
    Advanced(Advanced),
    Failed(Unfinished),
    /// Its time was over. What it was at is found by its lease.
    CutOff,
    /// Too little time was left.
    NotTakenUp,
}

/// Serves until Lambda ends the process. `known` gives the workflows that there are, before the first event.
///
/// # Errors
/// Whatever ends it before it serves.
pub fn serve(known: impl AsyncFnOnce(&Start) -> Result<Kinds, Failed>) -> Result<(), Failed> {
    let runtime = start::runtime()?;
    let worker = runtime.block_on(async {
        let start = Start::here().await?;
        let kinds = known(&start).await?;
        one_of_several(&start, kinds)
    })?;
    let worker = Rc::new(worker);
    let answer = move |event: LambdaEvent<Batch>| {
        let worker = Rc::clone(&worker);
        async move {
            let ends_at = deadline::of(&event.context);
            let take = async |message: &str| worker.take(message).await;
            Ok::<_, Failed>(answered(&event.payload, ends_at, take).await)
        }
    };
    runtime.block_on(lambda_runtime::run(service_fn(answer)))
}

fn one_of_several(start: &Start, kinds: Kinds) -> Result<Worker, Failed> {
    let holder = Chance::of_machine().id(SystemClock.now())?;
    Ok(Worker::new(Arc::new(runs::of(start, kinds)?), holder))
}

/// One after the other: two that ask for the same run would be in each other's way.
async fn answered(
    batch: &Batch,
    ends_at: Instant,
    take: impl AsyncFn(&str) -> Result<Advanced, Unfinished>,
) -> Answer {
    let mut answer = Answer::default();
    for message in &batch.messages {
        let begun = Instant::now();
        let came = came_of(message, ends_at, &take).await;
        log(message, &came, begun.elapsed());
        if !matches!(came, Came::Advanced(_)) {
            let item_identifier = message.id.clone();
            answer.batch_item_failures.push(NotDone { item_identifier });
        }
    }
    answer
}

async fn came_of(
    message: &Message,
    ends_at: Instant,
    take: impl AsyncFn(&str) -> Result<Advanced, Unfinished>,
) -> Came {
    if ends_at.saturating_duration_since(Instant::now()) < TAKEN_UP_WITHIN {
        return Came::NotTakenUp;
    }
    match tokio::time::timeout_at(ends_at, take(&message.body)).await {
        Ok(Ok(advanced)) => Came::Advanced(advanced),
        Ok(Err(failure)) => Came::Failed(failure),
        Err(_) => Came::CutOff,
    }
}

fn log(message: &Message, came: &Came, took: Duration) {
    let run = match Job::read(&message.body) {
        Ok(Job::Advance { run }) => run.to_string(),
        Err(_) => "none".to_owned(),
    };
    let ms = took.as_millis();
    let received = message.attributes.received.as_str();
    match came {
        Came::Advanced(Advanced::PutOff(error)) => {
            tracing::warn!(run, ms, received, error, "a message was put off");
        }
        Came::Advanced(came) => tracing::info!(run, ms, received, ?came, "a message was done"),
        Came::Failed(why) => {
            let error = told(why);
            tracing::warn!(run, ms, received, error, "a message could not be done");
        }
        Came::CutOff => tracing::warn!(run, ms, received, "a message took too long"),
        Came::NotTakenUp => tracing::warn!(run, ms, received, "a message was not taken up"),
    }
}

/// What JSON is wrong with quotes what it has read, so its causes are left out.
fn told(why: &RunsFailure) -> String {
    match why {
        RunsFailure::Poison(_) | RunsFailure::Unreadable(_) => why.to_string(),
        _ => chain(why),
    }
}
