//! What has to be true of durable work, whatever goes wrong.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use idwo_core::clock::Clock;
use idwo_core::store::{Batch, Item, Write};
use idwo_core::workflow::{Doing, Job, Left, Outcome, Run, RunId};
use serde_json::Value;

use crate::model::Model;
use crate::simulate::Play;
use crate::world::World;

/// Looks on while things are written, and once more when all is over.
#[derive(Debug, Default)]
pub struct Watch(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    broken: Vec<String>,
    accepted: BTreeSet<RunId>,
    /// Facts that counted, by their names.
    told: BTreeSet<(RunId, String)>,
}

impl Watch {
    pub fn accepted(&self, run: &RunId) {
        self.seen(|seen| seen.accepted.insert(run.clone()));
    }

    pub fn told(&self, run: &RunId, fact: &str) {
        self.seen(|seen| seen.told.insert((run.clone(), fact.to_owned())));
    }

    pub fn broken(&self, what: String) {
        self.seen(|seen| seen.broken.push(what));
    }

    /// What a batch tells of a run, such as `step_done+waiting`.
    pub fn what(&self, batch: &Batch) -> String {
        let records = batch.writes().iter().filter(|write| is_of(write, "record"));
        let whats = records.filter_map(|write| {
            let record: Value = body(write)?;
            Some(record.get("what")?.as_str()?.to_owned())
        });
        whats.collect::<Vec<_>>().join("+")
    }

    /// Looks at what will be written, if it will be.
    pub fn writes(&self, batch: &Batch, model: &Model) {
        let found = batch.writes().iter().map(|write| model.item(write.key()));
        let found: Vec<(&Write, Option<Item>)> = batch.writes().iter().zip(found).collect();
        let fits = |(write, found): &(&Write, Option<Item>)| {
            write.fits(found.as_ref(), jiff::Timestamp::MIN)
        };
        if !found.iter().all(fits) {
            return;
        }
        for (write, found) in found {
            let is_history = ["record", "effect", "heard"]
                .iter()
                .any(|kind| is_of(write, kind));
            if is_history && !matches!(write, Write::Insert { .. }) {
                self.broken(format!("history was changed: {}", write.key()));
            }
            if let Some(before) = found.filter(|_| is_of(write, "run")) {
                self.moves(&before, write, batch);
            }
        }
    }

    /// Only who holds the newest lease says how a step went.
    fn moves(&self, before: &Item, write: &Write, batch: &Batch) {
        let before: Option<Run> = serde_json::from_str(&before.value.body).ok();
        let (Some(before), Some(after)) = (before, body::<Run>(write)) else {
            return self.broken("a run cannot be read".to_owned());
        };
        if after.epoch < before.epoch || after.records < before.records {
            self.broken(format!("{} went back", after.id));
        }
        if before.status.has_ended() && after.status != before.status {
            self.broken(format!("{} ended twice", after.id));
        }
        for record in batch.writes().iter().filter(|write| is_of(write, "record")) {
            let Some(record) = body::<Value>(record) else {
                continue;
            };
            let what = record
                .get("what")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let epoch = record.get("epoch").and_then(Value::as_u64);
            let says_how = matches!(what, "step_done" | "undone");
            if says_how && epoch != Some(before.epoch) {
                self.broken(format!(
                    "{}: {what} of epoch {epoch:?} in {}",
                    after.id, before.epoch
                ));
            }
        }
    }

    fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// All that is wrong when all is over.
pub fn broken(world: &World, play: &Play) -> Vec<String> {
    let runs = world.runs_there();
    let mut wrong: Vec<String> = runs
        .iter()
        .flat_map(|run| of_run(world, &runs, run))
        .collect();
    world.watch.seen(|seen| {
        wrong.append(&mut seen.broken);
        let there: BTreeSet<&RunId> = runs.iter().map(|run| &run.id).collect();
        let lost = seen.accepted.iter().filter(|id| !there.contains(id));
        wrong.extend(lost.map(|id| format!("{id} was accepted and is not there")));
        wrong.extend(runs.iter().filter_map(|run| miscounted(run, &seen.told)));
    });
    wrong.extend(runs.iter().filter_map(|run| other_end(run, play)));
    wrong.extend(left_in_flight(world));
    wrong.extend(more_than_once(world));
    wrong
}

fn of_run(world: &World, runs: &[Run], run: &Run) -> Vec<String> {
    let mut wrong = Vec::new();
    if !run.status.has_ended() || run.doing != Doing::Nothing || run.work.lease.is_some() {
        wrong.push(format!("{} has not ended: {:?}", run.id, run.doing));
    }
    let records = world.records_of(&run.id);
    if !records.iter().copied().eq(0..run.records) {
        wrong.push(format!("{} has a history with gaps: {records:?}", run.id));
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
    wrong
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

fn is_of(write: &Write, kind: &str) -> bool {
    write.key().sort.as_str().starts_with(&format!("{kind}#"))
}

fn body<T: serde::de::DeserializeOwned>(write: &Write) -> Option<T> {
    serde_json::from_str(&write.value()?.body).ok()
}
