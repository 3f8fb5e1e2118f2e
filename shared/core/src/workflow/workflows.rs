//! A tenant's workflows, as its tools reach them.

use std::borrow::Cow;
use std::sync::Arc;

use uuid::Uuid;

use super::event::Event;
use super::id::Tenant;
use super::run::Run;
use super::runs::{Loaded, Runs, RunsFailure};
use crate::failure::{Failure, Retry};
use crate::input::WorkflowId;
use crate::store::StoreFailure;

/// When a store that was busy is asked again, in seconds: it has tried for longer than that already.
const AGAIN_AFTER_S: u32 = 5;

/// Of the tenant for whom a call is.
#[derive(Clone)]
pub enum Workflows {
    Kept {
        runs: Arc<Runs>,
        tenant: Tenant,
    },
    /// This process has none, for a reason that names who can act.
    NotHere(String),
}

impl Workflows {
    /// # Errors
    /// Where there are none, who can act.
    pub fn kept(&self) -> Result<(&Arc<Runs>, &Tenant), Failure> {
        match self {
            Self::Kept { runs, tenant } => Ok((runs, tenant)),
            Self::NotHere(why) => Err(not_here(why)),
        }
    }

    /// The run of this id, or the entity's newest one where the id does not say which.
    ///
    /// # Errors
    /// The caller's where there is none: another tenant's reads exactly so.
    pub async fn find(&self, id: &WorkflowId) -> Result<Loaded, Failure> {
        let (runs, tenant) = self.kept()?;
        let found = match (id.run(tenant), id.entity()) {
            (Some(run), _) => runs.get(&run).await?,
            (None, Some(entity)) => runs.newest(tenant, &entity).await?,
            (None, None) => None,
        };
        found.ok_or_else(|| unknown(id))
    }

    /// Asks a run to stop; one that has ended, or is about to, stays as it is. `correlation` is of the call that
    /// is the cause.
    pub async fn cancel(
        &self,
        run: &Run,
        by: &str,
        correlation: Option<Uuid>,
    ) -> Result<(), Failure> {
        if run.status.has_ended() || run.stop.is_some() {
            return Ok(());
        }
        let (runs, _) = self.kept()?;
        let by = by.to_owned();
        let event = Event::CancelAsked { by };
        RunsFailure::unless_untold(runs.happen(&run.id, event, correlation).await)?;
        Ok(())
    }
}

fn unknown(id: &WorkflowId) -> Failure {
    let change = "call get_workflow without `workflow_id`: it names the newest";
    Failure::caller(format!("there is no workflow `{id}`"), change)
}

fn not_here(why: &str) -> Failure {
    Failure::Upstream {
        service: Cow::Borrowed("the store of workflows"),
        what: why.to_owned(),
        retry: Retry::Pointless,
        source: None,
    }
}

impl From<RunsFailure> for Failure {
    fn from(failure: RunsFailure) -> Self {
        let what = match &failure {
            RunsFailure::Store(StoreFailure::Busy | StoreFailure::Conflict { .. })
            | RunsFailure::Contended => "it is busy",
            RunsFailure::Store(StoreFailure::Unanswered(_)) => "it did not answer",
            _ => return Self::ours("a workflow could not be read or written", failure),
        };
        Self::Upstream {
            service: Cow::Borrowed("the store of workflows"),
            what: what.to_owned(),
            retry: Retry::AfterSeconds(AGAIN_AFTER_S),
            source: Some(failure.into()),
        }
    }
}
