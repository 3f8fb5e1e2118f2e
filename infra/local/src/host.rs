//! What every way of serving shares: the gateway over the tools of this process, and the log.

use std::path::Path;
use std::sync::Arc;

use approval_page::ApprovalPage;
use idwo_clients::services::{Misconfigured, Services};
use idwo_core::approval::LinkKey;
use idwo_core::cache::Cache;
use idwo_core::clock::{Clock, SystemClock};
use idwo_core::config::{Config, ConfigError, Served, Variables};
use idwo_core::ended::Ended;
use idwo_core::workflow::Kinds;
use mcp::catalogue::Catalogue;
use mcp::gateway::{Gateway, GatewayError};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::in_process::InProcess;
use crate::kept::Kept;
use crate::kinds;
use crate::own_keys;
use crate::repositories::Repositories;
use crate::terminal::Failed;
use crate::workshop::Workshop;

/// The tools over the clones that are offered, and over the services that `variables` switch on.
pub(crate) fn dispatch(
    repositories: &Repositories,
    variables: &Variables,
) -> Result<InProcess, Misconfigured> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let cache: Arc<dyn Cache> = Arc::new(Kept::in_folder(repositories.data.join("cache")));
    let services = Services::configured(variables, &clock, &cache)?;
    let clones = repositories.clones.clone();
    Ok(InProcess::new(clones, services, clock))
}

/// The same, with the workflows that are kept beside them.
pub(crate) async fn working_dispatch(
    repositories: &Repositories,
    variables: &Variables,
) -> Result<Arc<InProcess>, Failed> {
    let dispatch = dispatch(repositories, variables)?;
    let config = own_keys::signing(Config::read(variables)?, &repositories.data)?;
    let mut kinds = kinds(&dispatch, repositories);
    if config.serves == Served::Conformance {
        kinds = kinds.and(conformance::kinds());
    }
    let workshop = Workshop::open(&repositories.data, variables, kinds).await?;
    let key = config.request_state_key.ok_or(GatewayError::NoKey)?;
    Ok(Arc::new(
        dispatch.with(workshop).linked_by(LinkKey::of(&key)?),
    ))
}

/// All that this process can work on.
pub(crate) fn kinds(dispatch: &InProcess, repositories: &Repositories) -> Kinds {
    let tools = Arc::new(dispatch.for_workflows());
    kinds::all(dispatch.forge(), tools, &repositories.data)
}

pub(crate) fn gateway(config: &Config, dispatch: Arc<InProcess>) -> Result<Gateway, Failed> {
    let catalogue = Catalogue::of(config.serves)?;
    let count = Arc::new(|_: &Ended<'_>| ());
    Ok(Gateway::configured(config, catalogue, dispatch, count)?)
}

/// The pages of approvals, on which the owner of the folder for data approves.
pub(crate) fn approvals(
    config: &Config,
    dispatch: &InProcess,
    data: &Path,
) -> Result<ApprovalPage, Failed> {
    let (workflows, keys) = (dispatch.workshop().workflows(), own_keys::approver(data)?);
    Ok(ApprovalPage::configured(config, workflows, Arc::new(keys))?)
}

/// Ctrl-C, SIGTERM or SIGHUP.
pub(crate) fn asked_to_end() -> std::io::Result<impl Future<Output = ()>> {
    let [mut interrupt, mut terminate, mut hangup] = [
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
        signal(SignalKind::hangup())?,
    ];
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => (),
            _ = terminate.recv() => (),
            _ = hangup.recv() => (),
        }
    })
}

/// Standard output is what is printed, or the protocol's: the log never goes there.
pub(crate) fn log_to_stderr(config: &Config) -> Result<(), Failed> {
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let log = tracing_subscriber::registry()
        .with(log_filter(config)?)
        .with(lines);
    Ok(log.try_init()?)
}

pub(crate) fn log_filter(config: &Config) -> Result<Targets, ConfigError> {
    config.log.parse().map_err(|_| ConfigError::Bad {
        name: "IDWO_LOG",
        expected: "a filter such as info or warn,mcp=debug".to_owned(),
    })
}
