//! Finds what is due and tells the workers: waits that are over, and whatever a lost message, a crash or
//! a dead worker has left behind.

use std::time::Duration;

use super::rows::{self, Line};
use super::runs::{Runs, RunsFailure, read};
use crate::store::Query;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Runs that workers were told of.
    pub told: usize,
    /// Whether more were due than this sweep was allowed.
    pub is_cut: bool,
}

/// Tells of at most `runs_max` runs that have been due for `grace`: so long whoever made them due, and told
/// the workers, is given.
pub async fn sweep(runs: &Runs, grace: Duration, runs_max: usize) -> Result<Swept, RunsFailure> {
    let now = runs.clock.now();
    let due_by = now.checked_sub(grace).unwrap_or(now);
    let mut query = Query::all(rows::due()?, None);
    let mut swept = Swept::default();
    loop {
        let page = runs.store.query(&query).await?;
        for item in &page.items {
            let line: Line = read(item)?;
            if line.at > due_by {
                return Ok(swept);
            }
            if swept.told == runs_max {
                return Ok(Swept {
                    is_cut: true,
                    ..swept
                });
            }
            runs.hint(&line.run, Duration::ZERO).await?;
            swept.told += 1;
        }
        let Some(more) = page.more else {
            return Ok(swept);
        };
        query = query.after(more);
    }
}
