//! Whether all is still: nothing goes on unless somebody tells a fact, or time passes.

use std::time::Duration;

use jiff::Timestamp;

use super::rows::{self, Line};
use super::run::Run;
use super::runs::{Runs, RunsFailure, read};
use super::todo::Todo;
use crate::store::{Item, Query};

/// Of all tenants: whether no run is at anything now, or will be within `soon` by itself. A run that no
/// worker of this version can go on with is still. With more than `runs_max` open runs it is not known, and
/// they count as not still.
pub async fn is_still(runs: &Runs, soon: Duration, runs_max: usize) -> Result<bool, RunsFailure> {
    let now = runs.clock.now();
    let by = now.checked_add(soon).unwrap_or(Timestamp::MAX);
    let query = Query::all(rows::due()?, None);
    // All lines before any run: what one run does to another is seen at one of the two.
    let lines = runs.items(query, runs_max.saturating_add(1)).await?;
    if lines.len() > runs_max {
        return Ok(false);
    }
    for line in &lines {
        if moves(runs, line, now, by).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn moves(
    runs: &Runs,
    line: &Item,
    now: Timestamp,
    by: Timestamp,
) -> Result<bool, RunsFailure> {
    let Ok(line) = read::<Line>(line) else {
        return Ok(false);
    };
    let run = match runs.get(&line.run).await {
        Ok(Some(loaded)) => loaded.run,
        Ok(None) | Err(RunsFailure::Unreadable(_)) => return Ok(false),
        Err(failure) => return Err(failure),
    };
    // Somebody has gone on with it since the line was read. Lines are moved by whole milliseconds.
    let due_at = run.due_at().map(Timestamp::as_millisecond);
    let has_changed = due_at != Some(line.at.as_millisecond());
    Ok(has_changed || moves_by(runs, &run, now, by))
}

fn moves_by(runs: &Runs, run: &Run, now: Timestamp, by: Timestamp) -> bool {
    let Ok(kind) = runs.kind_of(run) else {
        return false;
    };
    match run.todo(kind.as_ref(), now, None) {
        Todo::Nothing => false,
        Todo::Later(at) => run.work.lease.is_some() || at <= by,
        _ => true,
    }
}
