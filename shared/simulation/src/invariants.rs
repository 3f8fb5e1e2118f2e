//! What has to be true of durable work, whatever goes wrong.

mod family;
mod history;
mod watch;

use std::collections::BTreeSet;

use idwo_core::clock::Clock;
use idwo_core::workflow::{
    Begun, Doing, Job, Kind, Left, OnFailure, Outcome, Record, Run, RunId, Status,
};
use serde_json::Value;

pub use self::watch::{Told, Watch};
use crate::simulate::Play;
use crate::world::World;

/// A run when all is over, and all that was told of it.
struct Story {
    run: Run,
    records: Vec<Record>,
}

/// All that is wrong when all is over.
pub fn broken(world: &World, play: &Play) -> Vec<String> {
    let runs = world.runs_there();
    let mut wrong: Vec<String> = runs
        .iter()
        .flat_map(|run| of_run(world, &runs, run))
        .collect();
    let stories: Vec<Story> = runs.iter().map(|run| Story::of(world, run)).collect();
    wrong.extend(
        stories
            .iter()
            .flat_map(|story| history::broken(world, story)),
    );
    wrong.extend(
        stories
            .iter()
            .flat_map(|story| family::broken(story, &stories)),
    );
    world.watch.seen(|seen| {
        wrong.append(&mut seen.broken);
        let there: BTreeSet<&RunId> = runs.iter().map(|run| &run.id).collect();
        let lost = seen.accepted.iter().filter(|id| !there.contains(id));
        wrong.extend(lost.map(|id| format!("{id} was accepted and is not there")));
        wrong.extend(runs.iter().filter_map(|run| miscounted(run, &seen.told)));
    });
    wrong.extend(runs.iter().filter_map(|run| other_end(run, play)));
    wrong.extend(runs.iter().filter_map(|run| too_slow(run, play)));
    wrong.extend(left_in_flight(world));
    wrong.extend(more_than_once(world));
    wrong.extend(world.elsewhere.late());
    wrong
}

impl Story {
    fn of(world: &World, run: &Run) -> Self {
        let records = world.history_of(&run.id);
        Self {
            run: run.clone(),
            records,
        }
    }
}

fn of_run(world: &World, runs: &[Run], run: &Run) -> Vec<String> {
    let mut wrong = Vec::new();
    if !run.status.has_ended() || run.doing != Doing::Nothing || run.work.lease.is_some() {
        wrong.push(format!("{} has not ended: {:?}", run.id, run.doing));
    }
    // What a later attempt has taken over is its own.
    let later = runs.iter().filter(|other| other.id.entity == run.id.entity);
    let later = later.filter(|other| other.id.attempt > run.id.attempt);
    let taken_over: BTreeSet<_> = later
        .flat_map(|other| &other.begun)
        .map(|begun| &begun.marker)
        .collect();
    let of_this = run
        .begun
        .iter()
        .filter(|begun| !taken_over.contains(&begun.marker));
    let effects = world.elsewhere.effects();
    for begun in of_this {
        let visible = effects
            .get(begun.marker.as_str())
            .map_or(0, |effect| effect.visible);
        let is_right = match begun.left {
            Left::Done => visible == 1,
            Left::Undone => visible == 0,
            Left::Unknown | Left::Stuck => visible <= 1,
        };
        if !is_right {
            wrong.push(format!(
                "{}: {} is {:?} and {visible} can be seen",
                run.id, begun.step, begun.left
            ));
        }
        let is_done = matches!(run.outcome, Some(Outcome::Done { .. }));
        if is_done && begun.left != Left::Done {
            wrong.push(format!(
                "{} is done, but {} is {:?}",
                run.id, begun.step, begun.left
            ));
        }
    }
    wrong.extend(kept_or_taken_back(world, run));
    wrong
}

/// What was stopped has taken back all that it could; what failed and keeps what it has, nothing.
fn kept_or_taken_back(world: &World, run: &Run) -> Vec<String> {
    let Some(kind) = world.kinds.named(&run.kind) else {
        return vec![format!("{} is of no kind", run.id)];
    };
    let keeps = run.status == Status::Failed && kind.on_failure() == OnFailure::Keep;
    let has_stopped = matches!(run.status, Status::Failed | Status::Cancelled);
    let is_wrong = |begun: &&Begun| match begun.left {
        Left::Undone | Left::Stuck => keeps,
        Left::Unknown | Left::Done => has_stopped && !keeps && can_undo(kind.as_ref(), begun),
    };
    let wrong = run.begun.iter().filter(is_wrong);
    let told = |begun: &Begun| {
        format!(
            "{} is {:?}, and {} is {:?}",
            run.id, run.status, begun.step, begun.left
        )
    };
    wrong.map(told).collect()
}

fn can_undo(kind: &dyn Kind, begun: &Begun) -> bool {
    kind.terms(&begun.step).is_some_and(|terms| terms.can_undo)
}

fn other_end(run: &Run, play: &Play) -> Option<String> {
    let is_first = run.parent.is_none() && run.id.attempt == 1;
    let is_right = !is_first || play.ends.is_empty() || play.ends.contains(&run.status);
    (!is_right).then(|| {
        format!(
            "{} is {:?}, and could be {:?}",
            run.id, run.status, play.ends
        )
    })
}

fn too_slow(run: &Run, play: &Play) -> Option<String> {
    let is_first = run.parent.is_none() && run.id.attempt == 1;
    let ended_by = run.started_at + play.within.filter(|_| is_first)?;
    (run.changed_at > ended_by).then(|| format!("{} ended after {ended_by}", run.id))
}

fn miscounted(run: &Run, told: &BTreeSet<(RunId, String)>) -> Option<String> {
    let Some(Outcome::Done {
        output: Value::Array(seen),
    }) = &run.outcome
    else {
        return None;
    };
    let mut seen: Vec<&str> = seen.iter().filter_map(Value::as_str).collect();
    seen.sort_unstable();
    let told = told
        .iter()
        .filter(|(id, name)| *id == run.id && name != "close");
    let told: Vec<&str> = told.map(|(_, name)| name.as_str()).collect();
    (seen != told).then(|| format!("{} was told {told:?} and counted {seen:?}", run.id))
}

fn left_in_flight(world: &World) -> Vec<String> {
    let due = world.due_lines();
    let mut wrong: Vec<String> = due
        .iter()
        .map(|line| format!("still due: {line}"))
        .collect();
    if let Some(at) = world.queue.visible_at() {
        wrong.push(format!(
            "a message waits until {at}, and it is {}",
            world.stage.now()
        ));
    }
    let (good, poison): (Vec<_>, Vec<_>) =
        (world.queue.dead().into_iter()).partition(|message| Job::read(&message.body).is_ok());
    // Where workers die at random, one can die five times over the same message: a sweep finds its run.
    if !world.workers_die_at_random {
        wrong.extend(
            good.iter()
                .map(|message| format!("a good message died: {}", message.body)),
        );
    }
    if poison.len() != world.poison {
        wrong.push(format!(
            "{} of {} poisonous messages died",
            poison.len(),
            world.poison
        ));
    }
    wrong
}

fn more_than_once(world: &World) -> Vec<String> {
    let effects = world.elsewhere.effects().into_iter();
    let twice = effects.filter(|(_, effect)| effect.visible_max > 1);
    twice
        .map(|(marker, effect)| format!("{marker} could be seen {} times", effect.visible_max))
        .collect()
}
