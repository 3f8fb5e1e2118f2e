//! `reconciler`: once a minute, tells the workers of what is due and nobody has told: waits that are over, lost
//! messages, steps whose worker died.

use std::time::Duration;

use idwo_core::workflow::{Due, Runs, RunsFailure, Swept, sweep};

/// How long whoever made a run due is given to tell of it, as on a laptop.
const GRACE: Duration = Duration::from_secs(30);

/// Most runs that are told of at once: each is a call of the queue, and all have to fit into the function's 50 s
/// at 100 ms a call. The next minute goes on.
const RUNS_MAX: usize = 500;

/// # Errors
/// The store or the queue did not answer. What is told by then is told.
pub async fn reconcile(runs: &Runs) -> Result<(), RunsFailure> {
    let swept = sweep(runs, Due::For(GRACE), RUNS_MAX).await?;
    let Swept {
        told,
        unreadable,
        is_cut,
    } = swept;
    tracing::info!(told, unreadable, is_cut, "looked for what is due");
    Ok(())
}
