//! What every way of serving shares: the gateway over the tools of this process, and the log.

use std::sync::Arc;

use idwo_core::clock::SystemClock;
use idwo_core::config::{Config, Offers, StateKey};
use mcp::catalogue::Catalogue;
use mcp::gateway::{Gateway, Setup};
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

use crate::in_process::InProcess;
use crate::repositories::Repositories;
use crate::terminal::Failed;

pub(crate) fn dispatch(repositories: &Repositories) -> Arc<InProcess> {
    let clock = Arc::new(SystemClock);
    Arc::new(InProcess::new(repositories.clones.clone(), clock))
}

pub(crate) fn gateway(config: &Config, dispatch: Arc<InProcess>) -> Result<Gateway, Failed> {
    let catalogue = match config.offers {
        Offers::Product => Catalogue::product()?,
        Offers::Conformance => Catalogue::conformance()?,
    };
    let state_key = match &config.request_state_key {
        Some(key) => key.clone(),
        None => own_key()?,
    };
    Ok(Gateway::new(Setup {
        catalogue,
        dispatch,
        ids: Arc::new(Uuid::now_v7),
        call_timeout: config.call_timeout,
        state_key,
    })?)
}

/// One process that nobody shares clients with can make up its key; it lasts as long as itself.
fn own_key() -> Result<StateKey, Failed> {
    let mut key = [0; StateKey::BYTES_MIN];
    getrandom::fill(&mut key)?;
    let text: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(text.parse()?)
}

/// Standard output is what is printed, or the protocol's: the log never goes there.
pub(crate) fn log_to_stderr(config: &Config) -> Result<(), Failed> {
    let filter = config
        .log
        .parse::<EnvFilter>()
        .map_err(|error| format!("IDWO_LOG is not usable: {error}"))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init()
}
