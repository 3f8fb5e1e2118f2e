//! Serving a tool as a function of its own.

use std::sync::Arc;

use idwo_core::clock::SystemClock;
use idwo_core::ctx::Ctx;
use idwo_core::dispatch::{Ask, Call, Reply};
use idwo_core::failure::Failure;
use idwo_core::forge::Forge;
use idwo_core::tool::{self, Tool};
use tokio::runtime::Handle;
use tracing::Span;

use crate::function;
use crate::start::Failed;

/// Serves `T` until Lambda ends the process. `forge` is opened before the first event.
pub fn serve<T: Tool>(
    forge: impl FnOnce() -> Result<Arc<dyn Forge>, Failed>,
) -> Result<(), Failed> {
    function::serve(T::NAME, || {
        let forge = forge()?;
        Ok(move |call| answer::<T>(call, Arc::clone(&forge)))
    })
}

/// On a thread of its own: a tool computes, and its time-out is looked at beside it.
async fn answer<T: Tool>(call: Call, forge: Arc<dyn Forge>) -> Result<Reply, Failure> {
    let Ask::Tool { arguments, .. } = call.ask else {
        return Err(Failure::ours_without_source(
            "a tool was asked for something else",
        ));
    };
    let ctx = Ctx {
        forge,
        tickets: None,
        llm: None,
        clock: Arc::new(SystemClock),
        watcher: call.watcher,
    };
    let runtime = Handle::current();
    let call = Span::current();
    let work = move || call.in_scope(|| runtime.block_on(tool::answer::<T>(&ctx, arguments)));
    let ended = tokio::task::spawn_blocking(work).await;
    let answer = ended.map_err(|error| Failure::ours("the tool panicked", error))?;
    answer.map(Reply::Answer)
}
