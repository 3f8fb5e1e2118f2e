//! How many runs a tenant has, how they stand and what their steps have left, for whoever wants to know
//! whether anything was lost or done twice.

use serde::Serialize;

use super::id::Tenant;
use super::rows::{self, EffectRow, Line};
use super::run::{Doing, Left, Run, Status};
use super::runs::{Runs, RunsFailure, read};
use crate::store::{Item, Query};

/// Rows of effects that are counted of one run: a run has at most 250 steps, each with at most four rows.
const EFFECT_ROWS_MAX: usize = 1000;

/// Of all that are kept, ended ones too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Census {
    /// All of them.
    pub accepted: usize,
    pub done: usize,
    pub failed: usize,
    pub cancelled: usize,
    pub open: Open,
    /// Those that cannot be read.
    pub unreadable: usize,
    pub effects: Effects,
    /// Whether there are more than were counted.
    pub is_cut: bool,
}

/// Runs that have not ended, by what they are at or wait for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Open {
    pub step: usize,
    pub undo: usize,
    pub wait: usize,
    pub callback: usize,
    pub children: usize,
}

/// Rows that were ever written: a step that was done and taken back counts as intended, done and undone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Effects {
    pub intended: usize,
    pub done: usize,
    pub undone: usize,
    /// Could not be taken back, or nobody knows.
    pub stuck: usize,
}

/// Counts at most `runs_max` runs, those that were started first.
pub async fn census(runs: &Runs, tenant: &Tenant, runs_max: usize) -> Result<Census, RunsFailure> {
    let query = Query::all(rows::list_of(tenant)?, None);
    let items = runs.items(query, runs_max.saturating_add(1)).await?;
    let mut census = Census {
        is_cut: items.len() > runs_max,
        ..Census::default()
    };
    for item in items.iter().take(runs_max) {
        match run(runs, item).await {
            Ok(Some(run)) => census.count(runs, &run).await?,
            // Its time was over meanwhile.
            Ok(None) => {}
            // One that is bad hides no other.
            Err(RunsFailure::Unreadable(_)) => census.unreadable += 1,
            Err(failure) => return Err(failure),
        }
    }
    census.accepted = census.ended() + census.open.total() + census.unreadable;
    Ok(census)
}

async fn run(runs: &Runs, listed: &Item) -> Result<Option<Run>, RunsFailure> {
    let line: Line = read(listed)?;
    Ok(runs.get(&line.run).await?.map(|loaded| loaded.run))
}

impl Census {
    pub const fn ended(&self) -> usize {
        self.done + self.failed + self.cancelled
    }

    async fn count(&mut self, runs: &Runs, run: &Run) -> Result<(), RunsFailure> {
        match run.status {
            Status::Done => self.done += 1,
            Status::Failed => self.failed += 1,
            Status::Cancelled => self.cancelled += 1,
            Status::Running | Status::Undoing => self.open.count(&run.doing),
        }
        let (partition, under) = rows::effects_of(&run.id)?;
        let query = Query::all(partition, Some(under));
        let items = runs.items(query, EFFECT_ROWS_MAX + 1).await?;
        self.is_cut |= items.len() > EFFECT_ROWS_MAX;
        for item in items.iter().take(EFFECT_ROWS_MAX) {
            let row: EffectRow = read(item)?;
            self.effects.count(row.begun.left);
        }
        Ok(())
    }
}

impl Open {
    pub const fn total(&self) -> usize {
        self.step + self.undo + self.wait + self.callback + self.children
    }

    fn count(&mut self, doing: &Doing) {
        let of = match doing {
            Doing::Step { .. } => &mut self.step,
            Doing::Undo { .. } => &mut self.undo,
            Doing::Wait { .. } => &mut self.wait,
            Doing::Callback { .. } => &mut self.callback,
            Doing::StartChildren { .. }
            | Doing::AwaitChildren { .. }
            | Doing::StopChildren { .. } => &mut self.children,
            // Only what has ended is at these.
            Doing::TellParent | Doing::Nothing => return,
        };
        *of += 1;
    }
}

impl Effects {
    fn count(&mut self, left: Left) {
        let of = match left {
            Left::Unknown => &mut self.intended,
            Left::Done => &mut self.done,
            Left::Undone => &mut self.undone,
            Left::Stuck => &mut self.stuck,
        };
        *of += 1;
    }
}
