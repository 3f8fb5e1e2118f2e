//! Serving one client on standard input and output.

use std::sync::Arc;

use idwo_core::config::{Config, Variables};
use mcp::pipe;
use tokio_util::sync::CancellationToken;

use crate::args::Args;
use crate::host;
use crate::own_keys;
use crate::repositories::Repositories;
use crate::terminal::Failed;

/// Until the client has closed its side and has its answers, or a signal ends it.
pub async fn run(args: &Args, variables: &Variables) -> Result<(), Failed> {
    let config = Config::read(variables)?;
    host::log_to_stderr(&config)?;
    let end = host::asked_to_end()?;
    let repositories = Repositories::open(args)?;
    let config = own_keys::signing(config, &repositories.data)?;
    let dispatch = host::working_dispatch(&repositories, variables).await?;
    let gateway = host::gateway(&config, Arc::clone(&dispatch))?;
    let ended = CancellationToken::new();
    let working = dispatch.workshop().work_until(ended.clone());
    let served = tokio::select! {
        served = pipe::converse(gateway, tokio::io::stdin(), tokio::io::stdout()) => served,
        () = end => Ok(()),
    };
    ended.cancel();
    working.await;
    Ok(served?)
}
