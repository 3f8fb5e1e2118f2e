//! Calling tools in this process, each with the clones of this machine as its forge.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use idwo_core::clock::Clock;
use idwo_core::ctx::Ctx;
use idwo_core::failure::Failure;
use idwo_core::tool::Answer;
use idwo_history::clones::Clones;
use mcp::dispatch::{Dispatch, ToolCall};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::tools::{Offered, TOOLS};

/// Calls that run at the same time: each can hold some 100 MB and a processor for seconds.
const CALLS_AT_ONCE_MAX: usize = 8;

/// How long a call waits for a place before it is told to come back.
const PLACE_TIMEOUT: Duration = Duration::from_secs(3);

/// When to come back, in seconds: most calls take less than one.
const COME_BACK_IN_S: u32 = 5;

pub struct InProcess {
    clones: Clones,
    clock: Arc<dyn Clock>,
    places: Arc<Semaphore>,
}

impl InProcess {
    pub fn new(clones: Clones, clock: Arc<dyn Clock>) -> Self {
        Self {
            clones,
            clock,
            places: Arc::new(Semaphore::new(CALLS_AT_ONCE_MAX)),
        }
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let place =
            tokio::time::timeout(PLACE_TIMEOUT, Arc::clone(&self.places).acquire_owned()).await;
        let place = place.map_err(|_| Failure::busy(CALLS_AT_ONCE_MAX, COME_BACK_IN_S))?;
        place.map_err(|error| Failure::ours("no more calls are taken", error))
    }
}

#[async_trait]
impl Dispatch for InProcess {
    /// Tools read disks and compute: each runs on a thread of its own, so that whoever else is
    /// served, and the call's own time-out, do not wait for it. It holds its place until it has
    /// really ended, whether somebody still waits or not.
    async fn call(&self, call: ToolCall) -> Result<Answer, Failure> {
        let tool = find(&call.tool)?;
        let place = self.place().await?;
        let ctx = Ctx {
            forge: Arc::new(self.clones.clone()),
            clock: Arc::clone(&self.clock),
            watcher: call.watcher,
        };
        let work = move || {
            let _place = place;
            Handle::current().block_on((tool.answer)(ctx, call.arguments))
        };
        let ended = tokio::task::spawn_blocking(work).await;
        ended.map_err(|error| Failure::ours("the tool panicked", error))?
    }
}

fn find(name: &str) -> Result<&'static Offered, Failure> {
    TOOLS.iter().find(|tool| tool.name == name).ok_or_else(|| {
        let names: Vec<_> = TOOLS.iter().map(|tool| tool.name).collect();
        Failure::caller(
            format!("there is no tool `{name}`"),
            format!("call one of: {}", names.join(", ")),
        )
    })
}
