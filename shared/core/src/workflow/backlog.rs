//! How much there is to do, for whoever looks whether all is well.

use super::rows::{self, Line};
use super::runs::{Runs, RunsFailure, read};
use crate::store::Query;

/// Of all tenants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Runs that somebody has to look at some day.
    pub open: usize,
    /// Those of them whose time has come.
    pub due: usize,
    /// Whether there are more than were counted.
    pub is_cut: bool,
}

/// Counts at most `runs_max` runs.
pub async fn backlog(runs: &Runs, runs_max: usize) -> Result<Backlog, RunsFailure> {
    let now = runs.clock.now();
    let query = Query::all(rows::due()?, None);
    let items = runs.items(query, runs_max.saturating_add(1)).await?;
    let lines: Vec<Line> = items.iter().map(read).collect::<Result<_, _>>()?;
    let counted = lines.iter().take(runs_max);
    Ok(Backlog {
        open: counted.len(),
        due: counted.filter(|line| line.at <= now).count(),
        is_cut: lines.len() > runs_max,
    })
}
