//! Where this process works on workflows, and what it says of them: or why it does not.

use std::path::Path;
use std::sync::Arc;

use idwo_core::config::{Config, Variables};
use idwo_core::health::{Component, State};
use idwo_core::workflow::{Backlog, Kinds, Tenant, Workflows, backlog};
use idwo_embedded::store::OpenError;
use tokio_util::sync::CancellationToken;

use crate::terminal::{self, Failed};
use crate::work::Work;

/// Runs that a look at them counts: more are said to be more.
const COUNTED_MAX: usize = 1000;

const NAME: &str = "workflows";

/// Neither names a folder: what is said of it goes to clients too.
pub(crate) const HELD: &str = "another idwo-local holds the store of this folder";
const UNUSABLE: &str = "their store cannot be opened";

#[derive(Clone)]
pub enum Workshop {
    Open {
        work: Arc<Work>,
        tenant: Tenant,
    },
    /// Nothing is worked on here; all else goes on without.
    Closed {
        why: &'static str,
        mend: &'static str,
    },
    /// Nobody has asked for it.
    Unopened,
}

impl Workshop {
    /// Over the store in `data`, unless somebody else holds it or it cannot be used.
    ///
    /// # Errors
    /// Variables that are not usable.
    pub async fn open(data: &Path, variables: &Variables, kinds: Kinds) -> Result<Self, Failed> {
        let tenant = Config::read(variables)?.tenant;
        let work = match Work::open(data, variables, kinds).await {
            Ok(work) => Arc::new(work),
            Err(error) => return Ok(Self::closed(error.downcast::<OpenError>()?.as_ref())),
        };
        Ok(Self::Open { work, tenant })
    }

    fn closed(error: &OpenError) -> Self {
        if let OpenError::Held { .. } = error {
            let mend =
                "ask that one, or end it and start this one again, or give this one its own --data";
            return Self::Closed { why: HELD, mend };
        }
        let error = terminal::with_causes(error);
        tracing::error!(error, "no workflow can be worked on");
        let mend = "look at what `idwo-local doctor` says of it";
        Self::Closed {
            why: UNUSABLE,
            mend,
        }
    }

    /// That one works on what is in it, and can be asked.
    pub(crate) fn is_held_by_another(&self) -> bool {
        matches!(self, Self::Closed { why, .. } if *why == HELD)
    }

    pub(crate) fn workflows(&self) -> Workflows {
        match self {
            Self::Open { work, tenant } => Workflows::Kept {
                runs: Arc::clone(&work.runs),
                tenant: tenant.clone(),
            },
            Self::Closed { why, mend } => Workflows::NotHere(format!("{why}; {mend}")),
            Self::Unopened => Workflows::NotHere("this process has opened none".to_owned()),
        }
    }

    /// Works in the background from now on. What comes back is over as soon as all has ended in order.
    pub fn work_until(&self, end: CancellationToken) -> impl Future<Output = ()> + use<> {
        let working = match self {
            Self::Open { work, .. } => {
                let work = Arc::clone(work);
                Some(tokio::spawn(async move { work.go_on(&end).await }))
            }
            Self::Closed { .. } | Self::Unopened => None,
        };
        async move {
            if let Some(working) = working
                && let Err(error) = working.await
            {
                tracing::error!(%error, "the workers panicked");
            }
        }
    }

    pub(crate) async fn component(&self) -> Option<Component> {
        match self {
            Self::Open { work, .. } => Some(of_open(work).await),
            Self::Closed { why, mend } => {
                Some(Component::wrong(NAME, State::Degraded, *why, *mend))
            }
            Self::Unopened => None,
        }
    }
}

async fn of_open(work: &Work) -> Component {
    let dead = work.queue.dead_letters().len();
    let Backlog { open, due, is_cut } = match backlog(&work.runs, COUNTED_MAX).await {
        Ok(backlog) => backlog,
        Err(error) => {
            tracing::warn!(%error, "the workflows could not be counted");
            let mend = "look whether the disk is full or broken, then start idwo-local again";
            return Component::wrong(NAME, State::Down, "their store does not answer", mend);
        }
    };
    let more = if is_cut { " or more" } else { "" };
    let found = format!("{open}{more} open, {due} due, {dead} dead letters");
    if dead == 0 {
        return Component::ok(NAME, found);
    }
    let mend = "look into the log for why; a restart tries them again";
    Component::wrong(NAME, State::Degraded, found, mend)
}
