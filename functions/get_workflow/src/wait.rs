//! Waiting for a workflow to go on.

use std::time::Duration;

use idwo_core::ctx::Ctx;
use idwo_core::envelope::WAIT_S_MAX;
use idwo_core::failure::Failure;
use idwo_core::input::WorkflowId;
use idwo_core::workflow::Loaded;
use serde::Deserialize;
use tokio::time::Instant;

/// How often the store is asked, which tells nobody by itself: at most 40 reads of one item in a call.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// What is left of a call's time for its answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(try_from = "u64")]
pub(crate) struct WaitS(u8);

impl WaitS {
    pub(crate) const fn is_none(self) -> bool {
        self.0 == 0
    }
}

impl TryFrom<u64> for WaitS {
    type Error = String;

    fn try_from(seconds: u64) -> Result<Self, String> {
        let fits = u8::try_from(seconds).ok().filter(|s| *s <= WAIT_S_MAX);
        fits.map(Self)
            .ok_or_else(|| format!("expected a whole number from 0 to {WAIT_S_MAX}"))
    }
}

/// The workflow as it is once it has changed, has ended, or the time is over.
pub(crate) async fn found(ctx: &Ctx, id: &WorkflowId, wait: WaitS) -> Result<Loaded, Failure> {
    let first = ctx.workflows.find(id).await?;
    let wait = Duration::from_secs(wait.0.into());
    let wait = wait.min(ctx.watcher.left().saturating_sub(ANSWER_WITHIN));
    let end = Instant::now() + wait;
    let mut found = first.clone();
    while is_same(&first, &found) && Instant::now() < end {
        rest_until(end).await;
        ctx.watcher.go_on()?;
        found = ctx.workflows.find(id).await?;
    }
    Ok(found)
}

/// And may still become another.
fn is_same(first: &Loaded, found: &Loaded) -> bool {
    let is_same = first.version == found.version && first.run.id == found.run.id;
    is_same && !found.run.status.has_ended()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a store has no condition that could be waited for"
)]
async fn rest_until(end: Instant) {
    let left = end.saturating_duration_since(Instant::now());
    tokio::time::sleep(LOOK_EVERY.min(left)).await;
}
