//! Serving a function that a schedule calls. Of the event it needs to know nothing.

use std::rc::Rc;

use idwo_core::failure::chain;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::de::IgnoredAny;
use tokio::time::Instant;

use crate::deadline;
use crate::start::{self, Failed, Start};

/// Serves until Lambda ends the process. `made` gives what is to be done each time, before the first event.
///
/// # Errors
/// Whatever ends it before it serves.
pub fn serve<D, E>(made: impl AsyncFnOnce(&Start) -> Result<D, Failed>) -> Result<(), Failed>
where
    D: AsyncFn() -> Result<(), E>,
    E: Into<Failed>,
{
    let runtime = start::runtime()?;
    let due = runtime.block_on(async {
        let start = Start::here().await?;
        made(&start).await
    })?;
    let due = Rc::new(due);
    let answer = move |event: LambdaEvent<IgnoredAny>| {
        let due = Rc::clone(&due);
        async move { done(deadline::of(&event.context), due.as_ref()).await }
    };
    runtime.block_on(lambda_runtime::run(service_fn(answer)))
}

async fn done<E: Into<Failed>>(
    ends_at: Instant,
    due: impl AsyncFn() -> Result<(), E>,
) -> Result<(), Failed> {
    let begun = Instant::now();
    let done = tokio::time::timeout_at(ends_at, due()).await;
    let ms = begun.elapsed().as_millis();
    match done {
        Ok(Ok(())) => {
            tracing::info!(ms, "done for this time");
            Ok(())
        }
        Ok(Err(error)) => {
            let failed: Failed = error.into();
            tracing::error!(ms, error = chain(failed.as_ref()), "not done");
            Err(failed)
        }
        Err(_) => Err(format!("not done within {ms} ms").into()),
    }
}
