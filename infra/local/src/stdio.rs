//! Serving one client on standard input and output.

use idwo_core::config::{Config, Variables};
use mcp::pipe;

use crate::args::Args;
use crate::host;
use crate::repositories::Repositories;
use crate::terminal::Failed;

/// Until the client has closed its side and has its answers, or a signal ends it.
pub async fn run(args: &Args, variables: &Variables) -> Result<(), Failed> {
    let config = Config::read(variables)?;
    host::log_to_stderr(&config)?;
    let end = host::asked_to_end()?;
    let repositories = Repositories::open(args)?;
    let gateway = host::gateway(&config, host::dispatch(&repositories, variables)?)?;
    tokio::select! {
        ended = pipe::converse(gateway, tokio::io::stdin(), tokio::io::stdout()) => Ok(ended?),
        () = end => Ok(()),
    }
}
