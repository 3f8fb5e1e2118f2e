//! Serving a tool as a function of its own: one call, one answer, and nothing works on after that.

use std::sync::Arc;
use std::time::Duration;

use idwo_core::clock::SystemClock;
use idwo_core::ctx::Ctx;
use idwo_core::dispatch::{Ask, Call, Reply};
use idwo_core::failure::Failure;
use idwo_core::forge::Forge;
use idwo_core::tool::{self, Tool};
use idwo_core::watcher::Watcher;
use idwo_core::wire::{Returned, Sent};
use lambda_runtime::{LambdaEvent, service_fn};

use crate::start::{self, Failed};

/// Serves `T` until Lambda ends the process. `forge` is opened before the first event.
pub fn serve<T: Tool>(
    forge: impl FnOnce() -> Result<Arc<dyn Forge>, Failed>,
) -> Result<(), Failed> {
    start::configured()?;
    let forge = forge()?;
    let answer = move |event: LambdaEvent<Sent>| {
        let forge = Arc::clone(&forge);
        async move { Ok::<_, Failed>(answered::<T>(event.payload, forge).await) }
    };
    start::runtime()?.block_on(lambda_runtime::run(service_fn(answer)))
}

/// The one place where this function logs how a call ended; the endpoint logs it under the same id.
async fn answered<T: Tool>(sent: Sent, forge: Arc<dyn Forge>) -> Returned {
    let correlation_id = sent.correlation_id();
    let outcome = call::<T>(sent, forge).await;
    if let Err(failure @ Failure::Ours { .. }) = &outcome {
        let error = failure.chain();
        tracing::error!(%correlation_id, tool = T::NAME, error, "{} failed", T::NAME);
    }
    outcome.into()
}

async fn call<T: Tool>(sent: Sent, forge: Arc<dyn Forge>) -> Result<Reply, Failure> {
    let (call, within) = sent.taken_up(T::NAME, Watcher::silent())?;
    let _stop = call.watcher.stop_on_drop();
    let Call { ask, watcher, .. } = call;
    let Ask::Tool { arguments, .. } = ask else {
        return Err(Failure::ours_without_source(
            "a tool was asked for something else",
        ));
    };
    let ctx = Ctx {
        forge,
        clock: Arc::new(SystemClock),
        watcher,
    };
    // On a thread of its own: a tool computes, and its time-out is looked at beside it.
    let runtime = tokio::runtime::Handle::current();
    let work = move || runtime.block_on(tool::answer::<T>(&ctx, arguments));
    let work = tokio::task::spawn_blocking(work);
    let ended = tokio::time::timeout(within, work).await;
    let ended = ended.map_err(|_| too_late(within))?;
    let answer = ended.map_err(|error| Failure::ours("the tool panicked", error))?;
    answer.map(Reply::Answer)
}

fn too_late(within: Duration) -> Failure {
    Failure::ours_without_source(format!(
        "the tool took longer than {} ms",
        within.as_millis()
    ))
}
