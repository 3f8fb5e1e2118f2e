//! `IDWO_FAULT_PLAN`: what goes wrong in a process that is tried. Builds without the feature `rehearsal` know
//! no faults and say so.

use std::sync::Arc;

use idwo_core::config::Variables;
use idwo_core::queue::Queue;
use idwo_core::store::Store;

use crate::terminal::Failed;

type Ports = (Arc<dyn Store>, Arc<dyn Queue>);

/// The ports as they are, or with what is planned around them.
#[cfg(feature = "rehearsal")]
pub(crate) fn around((store, queue): Ports, variables: &Variables) -> Result<Ports, Failed> {
    use futures::future::BoxFuture;
    use idwo_simulation::fault_plan::{FaultPlan, Faults, FaultyQueue, FaultyStore};

    let Some(plan) = variables.optional::<String>("IDWO_FAULT_PLAN")? else {
        return Ok((store, queue));
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "the plan says for how long, and there is no condition"
    )]
    let wait = Arc::new(|time| -> BoxFuture<'static, ()> { Box::pin(tokio::time::sleep(time)) });
    let faults = Faults::new(FaultPlan::written(&plan)?, std::process::abort, wait);
    let faults = Arc::new(faults);
    let store = FaultyStore {
        inner: store,
        faults: Arc::clone(&faults),
    };
    Ok((Arc::new(store), Arc::new(FaultyQueue::new(queue, faults))))
}

#[cfg(not(feature = "rehearsal"))]
pub(crate) fn around(ports: Ports, variables: &Variables) -> Result<Ports, Failed> {
    match variables.optional::<String>("IDWO_FAULT_PLAN")? {
        Some(_) => Err("IDWO_FAULT_PLAN is set, and this build knows no faults".into()),
        None => Ok(ports),
    }
}
