//! Workflows as functions reach them: in the table of the deployment, where it has one.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use idwo_core::approval::LinkKey;
use idwo_core::ctx::Ctx;
use idwo_core::forge::Forge;
use idwo_core::queue::{Queue, QueueFailure};
use idwo_core::workflow::{Kinds, Workflows};

use crate::runs;
use crate::start::{Failed, Start};

/// What `ctx` sees, and the workflows of the deployment's tenant. Those that `kinds` does not name can be looked
/// at and not be changed.
///
/// # Errors
/// Variables that are not usable.
pub fn beside(
    ctx: Ctx,
    start: &Start,
    kinds: impl FnOnce(Arc<dyn Forge>) -> Kinds,
) -> Result<Ctx, Failed> {
    let kinds = kinds(Arc::clone(&ctx.forge));
    let workflows = of(start, kinds)?;
    Ok(Ctx { workflows, ..ctx })
}

/// The same, with the key that signs links to approvals.
///
/// # Errors
/// `IDWO_REQUEST_STATE_KEY`, where it is missing or cannot sign.
pub fn with_links(ctx: Ctx, start: &Start) -> Result<Ctx, Failed> {
    let key = start.config.request_state_key.as_ref();
    let links = key.map(LinkKey::of).transpose()?.map(Arc::new);
    Ok(Ctx { links, ..ctx })
}

/// The workflows of the deployment's tenant, for whoever sees nothing else.
///
/// # Errors
/// Variables that are not usable.
pub fn of(start: &Start, kinds: Kinds) -> Result<Workflows, Failed> {
    let table: Option<String> = start.variables.optional("IDWO_STATE_TABLE")?;
    let queue: Option<String> = start.variables.optional("IDWO_QUEUE_URL")?;
    if table.is_none() || queue.is_none() {
        let why = "this deployment keeps none; deploy it with KeepsState=yes";
        return Ok(Workflows::NotHere(why.to_owned()));
    }
    Ok(Workflows::Kept {
        runs: Arc::new(runs::of(start, kinds)?),
        tenant: start.config.tenant.clone(),
    })
}

/// The workflows of a function that goes on with them itself, whenever it is asked about one: nobody is told.
///
/// # Errors
/// Variables that are not usable.
pub fn without_workers(start: &Start, kinds: Kinds) -> Result<Workflows, Failed> {
    if start
        .variables
        .optional::<String>("IDWO_STATE_TABLE")?
        .is_none()
    {
        let why = "this function has no table; set IDWO_STATE_TABLE";
        return Ok(Workflows::NotHere(why.to_owned()));
    }
    Ok(Workflows::Kept {
        runs: Arc::new(runs::told_to(Arc::new(Nobody), start, kinds)?),
        tenant: start.config.tenant.clone(),
    })
}

struct Nobody;

#[async_trait]
impl Queue for Nobody {
    async fn send(&self, _: String, _: Duration) -> Result<(), QueueFailure> {
        Ok(())
    }
}
