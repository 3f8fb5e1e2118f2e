//! Finds what is due and tells the workers: waits that are over, and whatever a lost message, a crash or
//! a dead worker has left behind.

use std::time::Duration;

use jiff::Timestamp;

use super::rows::{self, Line};
use super::runs::{Runs, RunsFailure, read};
use crate::queue::DELAY_MAX;
use crate::store::Query;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Runs that workers were told of.
    pub told: usize,
    /// Lines that cannot be read.
    pub unreadable: usize,
    /// Whether more were due than this sweep was allowed.
    pub is_cut: bool,
}

/// Which runs a sweep tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Those that have been due for this long: so long whoever made them due, and told the workers, is given.
    For(Duration),
    /// All that a message could have been told of: the queue is lost.
    Soon,
}

/// Tells of at most `runs_max` runs.
pub async fn sweep(runs: &Runs, due: Due, runs_max: usize) -> Result<Swept, RunsFailure> {
    let now = runs.clock.now();
    let due_by = match due {
        Due::For(grace) => now.checked_sub(grace).unwrap_or(now),
        Due::Soon => now.checked_add(DELAY_MAX).unwrap_or(now),
    };
    let mut query = Query::all(rows::due()?, None);
    let mut swept = Swept::default();
    loop {
        let page = runs.store.query(&query).await?;
        for item in &page.items {
            // One that cannot be read hides no other.
            let Ok(line) = read::<Line>(item) else {
                swept.unreadable += 1;
                continue;
            };
            if line.at > due_by {
                return Ok(swept);
            }
            if swept.told == runs_max {
                return Ok(Swept {
                    is_cut: true,
                    ..swept
                });
            }
            if due == Due::Soon || is_told_of(line.at, now) {
                runs.hint(&line.run, Duration::ZERO).await?;
                swept.told += 1;
            }
        }
        let Some(more) = page.more else {
            return Ok(swept);
        };
        query = query.after(more);
    }
}

/// What nobody can do anything about is told ever less often: after an hour every four minutes, after a day every
/// two hours. So a kind that no worker knows cannot fill the dead letters.
fn is_told_of(due_at: Timestamp, now: Timestamp) -> bool {
    let overdue_minutes = now.duration_since(due_at).as_mins();
    let doublings = (overdue_minutes / 10).max(1).ilog2();
    now.as_second().div_euclid(60) % (1 << doublings) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_overdue_for_long_is_told_less_and_less_often() {
        let due_at = Timestamp::from_second(0).unwrap();
        let told = |minutes: std::ops::Range<i64>| {
            let times = minutes.map(|minute| Timestamp::from_second(minute * 60).unwrap());
            times.filter(|now| is_told_of(due_at, *now)).count()
        };
        assert_eq!(told(0..20), 20);
        assert_eq!(told(60..80), 5);
        assert_eq!(told(1440..2880), 10);
    }
}
