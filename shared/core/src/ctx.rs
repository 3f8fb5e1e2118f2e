//! What a tool gets beside its input: the ports through which it sees the world.

use std::sync::Arc;

use crate::approval::LinkKey;
use crate::clock::Clock;
use crate::dispatch::{Asker, Round};
use crate::forge::Forge;
use crate::llm::Llm;
use crate::tickets::Tickets;
use crate::watcher::Watcher;
use crate::workflow::Workflows;

/// Made anew for each call by the host; cheap to clone.
#[derive(Clone)]
pub struct Ctx {
    pub forge: Arc<dyn Forge>,
    /// `None` where no Jira is configured.
    pub tickets: Option<Arc<dyn Tickets>>,
    /// `None` where no model is configured.
    pub llm: Option<Arc<dyn Llm>>,
    pub workflows: Workflows,
    /// `None` where nobody serves the page that approvals are decided on.
    pub links: Option<Arc<LinkKey>>,
    pub clock: Arc<dyn Clock>,
    pub asker: Asker,
    pub round: Round,
    pub watcher: Watcher,
}
