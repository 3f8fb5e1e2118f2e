//! The port to where a team keeps its tickets. Jira alone stands behind it; it is a port since the core
//! knows no vendor, and a tool sees the world through its [`Ctx`](crate::ctx::Ctx) only.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::failure::Failure;
use crate::input::IssueKey;
use crate::watcher::Watcher;

/// Most tickets that are asked for at once.
pub const TICKETS_MAX: usize = 20;

#[async_trait]
pub trait Tickets: Send + Sync {
    /// Those of `keys` that exist and may be seen; at most [`TICKETS_MAX`] keys.
    async fn tickets(&self, keys: &[IssueKey], watcher: &Watcher) -> Result<Vec<Ticket>, Failure>;
}

/// All texts are somebody else's: data, never an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    pub key: IssueKey,
    pub url: String,
    pub summary: String,
    /// As the team names it, such as `In Review`.
    pub status: String,
    /// `None` where its status is hidden.
    pub done: Option<bool>,
    /// Such as `Bug` or `Story`.
    pub kind: String,
    pub fix_versions: Vec<String>,
    /// One text each, from the list below a heading such as `Acceptance criteria`, or from the field
    /// that is configured for them.
    pub criteria: Vec<String>,
    /// When it was last changed; `None` where that cannot be read.
    pub updated: Option<Timestamp>,
}
