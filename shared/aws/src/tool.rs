//! Serving a tool as a function of its own.

use idwo_core::ctx::Ctx;
use idwo_core::dispatch::{Ask, Call, Reply};
use idwo_core::failure::Failure;
use idwo_core::task;
use idwo_core::tool::{self, Tool};
use tokio::runtime::Handle;
use tracing::Span;

use crate::function;
use crate::start::{Failed, Start};

/// Serves `T` until Lambda ends the process. What it sees of the world is made before the first event.
pub fn serve<T: Tool>(seen: impl AsyncFnOnce(&Start) -> Result<Ctx, Failed>) -> Result<(), Failed> {
    function::serve(T::NAME, async |start| {
        let seen = seen(start).await?;
        Ok(move |call| answer::<T>(call, seen.clone()))
    })
}

/// On a thread of its own: a tool computes, and its time-out is looked at beside it.
async fn answer<T: Tool>(call: Call, seen: Ctx) -> Result<Reply, Failure> {
    let arguments = match call.ask {
        Ask::Tool { arguments, .. } => arguments,
        // What of it this function may do is said by its rights.
        Ask::Task { id, wish } => {
            let wish = (&id, &wish);
            return task::answer(&seen.workflows, wish, &call.asker, &call.round).await;
        }
        _ => {
            let what = "a tool was asked for something else";
            return Err(Failure::ours_without_source(what));
        }
    };
    let ctx = Ctx {
        asker: call.asker,
        round: call.round,
        watcher: call.watcher,
        ..seen
    };
    let runtime = Handle::current();
    let call = Span::current();
    let work = move || call.in_scope(|| runtime.block_on(tool::answer::<T>(&ctx, arguments)));
    let ended = tokio::task::spawn_blocking(work).await;
    ended.map_err(|error| Failure::ours("the tool panicked", error))?
}
