//! All outside services together, each switched on by its own variables: on a laptop from the environment,
//! on AWS from the secret `vendors` beside it.

use std::sync::Arc;
use std::time::Duration;

use idwo_core::cache::Cache;
use idwo_core::clock::{Clock, SystemClock};
use idwo_core::config::{ConfigError, Variables};
use idwo_core::ctx::Ctx;
use idwo_core::dispatch::{Asker, Round};
use idwo_core::health::{Component, State};
use idwo_core::llm::Llm;
use idwo_core::tickets::Tickets;
use idwo_core::watcher::Watcher;
use idwo_core::workflow::Workflows;

use crate::connect::{self, Unconnected};
use crate::github::GitHub;
use crate::jira::Jira;
use crate::llm::Models;
use crate::memory::Memory;
use crate::nowhere::Nowhere;

/// How long a service rests after failures, in milliseconds, where `CIRCUIT_BREAKER_TIMEOUT` says nothing.
const REST_MS: u32 = 5_000;

/// Longest rest, in milliseconds: after ten minutes somebody else has mended it.
const REST_MS_MAX: u32 = 600_000;

/// Longest look at GitHub in a start, of which Lambda ends those that take 10 s.
const WARM_UP_TIMEOUT: Duration = Duration::from_secs(5);

/// Of a function that reaches for none.
const NO_WORKFLOWS: &str = "this function was given none";

#[derive(Clone, Default)]
pub struct Services {
    pub github: Option<Arc<GitHub>>,
    /// Where the team keeps its tickets.
    pub tickets: Option<Arc<dyn Tickets>>,
    pub llm: Option<Arc<dyn Llm>>,
}

/// What is set and cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Misconfigured {
    #[error(transparent)]
    Variable(#[from] ConfigError),
    #[error("no connections can be made")]
    Connections(#[from] Unconnected),
}

/// What a function of its own sees of the world: made before its first event, with the first connection.
/// What it keeps lasts as long as its process.
pub async fn of_function(variables: &Variables) -> Result<Ctx, Misconfigured> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let cache: Arc<dyn Cache> = Arc::new(Memory::default());
    let services = Services::configured(variables, &clock, &cache)?;
    services.warm_up().await;
    Ok(services.ctx(clock))
}

impl Services {
    /// Those that `variables` switch on, none without any.
    pub fn configured(
        variables: &Variables,
        clock: &Arc<dyn Clock>,
        cache: &Arc<dyn Cache>,
    ) -> Result<Self, Misconfigured> {
        let more: Option<String> = variables.optional("SSL_CERT_FILE")?;
        let pool = connect::pool(more.as_deref())?;
        let rest_ms = variables.number("CIRCUIT_BREAKER_TIMEOUT", 1..=REST_MS_MAX, REST_MS)?;
        let rest = Duration::from_millis(rest_ms.into());
        let [for_github, for_jira] = [pool.clone(), pool.clone()];
        let github = GitHub::configured(variables, for_github, rest, clock.clone(), cache.clone())?;
        let jira = Jira::configured(variables, for_jira, rest, clock.clone(), cache.clone())?;
        let models = Models::configured(variables, pool, Arc::clone(clock))?;
        Ok(Self {
            github: github.map(Arc::new),
            tickets: jira.map(|jira| Arc::new(jira) as Arc<dyn Tickets>),
            llm: models.map(|models| Arc::new(models) as Arc<dyn Llm>),
        })
    }

    /// What a tool gets that looks at GitHub alone.
    fn ctx(self, clock: Arc<dyn Clock>) -> Ctx {
        Ctx {
            forge: match self.github {
                Some(github) => github,
                None => Arc::new(Nowhere),
            },
            tickets: self.tickets,
            llm: self.llm,
            workflows: Workflows::NotHere(NO_WORKFLOWS.to_owned()),
            links: None,
            clock,
            asker: Asker::default(),
            round: Round::default(),
            watcher: Watcher::silent(),
        }
    }

    /// Makes the first connection, and says in the log when GitHub does not take the credential: before the
    /// first event this costs nobody time, and it takes less than Lambda gives a start.
    async fn warm_up(&self) {
        if let Some(github) = &self.github {
            let watcher = Watcher::silent().within(WARM_UP_TIMEOUT);
            let Component { state, found, .. } = github.component(&watcher).await;
            if state != State::Ok {
                tracing::warn!(found, "GitHub looked at");
            }
        }
    }

    /// How each is. A model is not asked for it: every question costs.
    pub async fn components(&self, watcher: &Watcher) -> Vec<Component> {
        let github = match &self.github {
            Some(github) => github.component(watcher).await,
            None => {
                Component::not_configured("github", "GITHUB_TOKEN is not set: only clones are read")
            }
        };
        let jira = match &self.tickets {
            Some(_) => Component::ok("jira", "configured"),
            None => Component::not_configured(
                "jira",
                "JIRA_URL, JIRA_USERNAME, JIRA_API_TOKEN are not set",
            ),
        };
        let models = match &self.llm {
            Some(_) => Component::ok("models", "configured"),
            None => Component::not_configured("models", "no key is set, and none is needed"),
        };
        vec![github, jira, models]
    }
}
