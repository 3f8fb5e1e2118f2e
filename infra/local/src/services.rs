//! Outside services, each switched on by its own variables; without them nothing leaves this machine.

use std::sync::Arc;

use idwo_clients::connect;
use idwo_clients::github::GitHub;
use idwo_clients::llm::Models;
use idwo_core::clock::SystemClock;
use idwo_core::config::Variables;
use idwo_core::health::{Component, State};
use idwo_core::llm::Llm;
use idwo_core::tickets::Tickets;

use crate::terminal::Failed;

#[derive(Clone, Default)]
pub struct Services {
    /// For repositories of which no clone is offered.
    pub github: Option<Arc<GitHub>>,
    /// Where the team keeps its tickets.
    pub tickets: Option<Arc<dyn Tickets>>,
    pub llm: Option<Arc<dyn Llm>>,
}

impl Services {
    /// Those that `variables` switch on. What is set and cannot be used is an error that names it.
    pub fn configured(variables: &Variables) -> Result<Self, Failed> {
        let more: Option<String> = variables.optional("SSL_CERT_FILE")?;
        let pool = connect::pool(more.as_deref())?;
        let models = Models::configured(variables, pool, Arc::new(SystemClock))?;
        let llm = models.map(|models| Arc::new(models) as Arc<dyn Llm>);
        Ok(Self {
            github: None,
            tickets: None,
            llm,
        })
    }

    /// Whether a model may be asked. None is asked to tell.
    pub(crate) fn models(&self) -> Component {
        if self.llm.is_some() {
            return Component::ok("models", "configured");
        }
        let found = "no key is set, and none is needed";
        Component {
            state: State::NotConfigured,
            ..Component::ok("models", found)
        }
    }
}
