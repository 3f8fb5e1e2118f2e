//! Serving a function that the endpoint calls: one call, one answer, and nothing works on after it.

use std::rc::Rc;
use std::time::Duration;

use idwo_core::dispatch::{Call, Reply};
use idwo_core::failure::Failure;
use idwo_core::watcher::{HURRY_AFTER, Watcher};
use idwo_core::wire::{Returned, Sent};
use lambda_runtime::{LambdaEvent, service_fn};
use tokio::time::Instant;
use tracing::Instrument;

use crate::start::{self, Failed, Start};

/// Serves the function `name` until Lambda ends the process. `made` gives what answers, before the
/// first event.
pub fn serve<H, A>(
    name: &'static str,
    made: impl AsyncFnOnce(&Start) -> Result<H, Failed>,
) -> Result<(), Failed>
where
    H: Fn(Call) -> A,
    A: Future<Output = Result<Reply, Failure>>,
{
    let runtime = start::runtime()?;
    let answer = runtime.block_on(async {
        let start = Start::here().await?;
        made(&start).await
    })?;
    let answer = Rc::new(answer);
    let answer = move |event: LambdaEvent<Sent>| {
        let answer = Rc::clone(&answer);
        async move { Ok::<_, Failed>(answered(name, event.payload, answer.as_ref()).await) }
    };
    runtime.block_on(lambda_runtime::run(service_fn(answer)))
}

/// Every line that is logged meanwhile has the endpoint's id of the call, and the last one says how
/// it ended.
async fn answered<A>(name: &'static str, sent: Sent, answer: impl Fn(Call) -> A) -> Returned
where
    A: Future<Output = Result<Reply, Failure>>,
{
    let correlation_id = sent.correlation_id();
    let span = tracing::info_span!("call", %correlation_id, name);
    let asked = Instant::now();
    async {
        let outcome = in_time(name, sent, answer).await;
        let ms = asked.elapsed().as_millis();
        match &outcome {
            Err(failure @ Failure::Ours { .. }) => {
                tracing::error!(ms, error = failure.chain(), "{name} failed");
            }
            _ => tracing::info!(ms, "{name} ended"),
        }
        outcome.into()
    }
    .instrument(span)
    .await
}

async fn in_time<A>(
    name: &'static str,
    sent: Sent,
    answer: impl Fn(Call) -> A,
) -> Result<Reply, Failure>
where
    A: Future<Output = Result<Reply, Failure>>,
{
    let (call, within) = sent.taken_up(name, Watcher::silent())?;
    let call = Call {
        watcher: call.watcher.within(within),
        ..call
    };
    let _stop = call.watcher.stop_on_drop();
    let watcher = call.watcher.clone();
    let mut answering = std::pin::pin!(answer(call));
    let patience = within.mul_f64(HURRY_AFTER);
    let mut answered = tokio::time::timeout(patience, &mut answering).await;
    if answered.is_err() {
        watcher.hurry();
        answered = tokio::time::timeout(within.saturating_sub(patience), answering).await;
    }
    answered.unwrap_or_else(|_| Err(too_late(within)))
}

fn too_late(within: Duration) -> Failure {
    Failure::ours_without_source(format!("it took longer than {} ms", within.as_millis()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use idwo_core::dispatch::{Ask, Asker, Round};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn who_works_long_is_told_to_hurry_while_there_is_time_to_answer() {
        let ask = Ask::Resource {
            uri: "u".to_owned(),
        };
        let call = Call {
            function: "t".to_owned(),
            ask,
            asker: Asker::default(),
            round: Round::default(),
            correlation_id: Uuid::nil(),
            watcher: Watcher::silent(),
        };
        let sent = Sent::of(call, Duration::from_millis(200));
        let work = |call: Call| async move {
            while !call.watcher.is_hurried() {
                tokio::task::yield_now().await;
            }
            Err(Failure::caller("told to hurry in time", "nothing"))
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let ended = runtime.block_on(in_time("t", sent, work)).unwrap_err();
        assert!(ended.to_string().contains("told to hurry"), "{ended}");
    }
}
