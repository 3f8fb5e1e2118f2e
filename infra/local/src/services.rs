//! Outside services, each switched on by its own variables; without them nothing leaves this machine.

use std::sync::Arc;

use idwo_clients::github::GitHub;
use idwo_core::llm::Llm;
use idwo_core::tickets::Tickets;

#[derive(Clone, Default)]
pub struct Services {
    /// For repositories of which no clone is offered.
    pub github: Option<Arc<GitHub>>,
    /// Where the team keeps its tickets.
    pub tickets: Option<Arc<dyn Tickets>>,
    pub llm: Option<Arc<dyn Llm>>,
}
