//! All that there is in one simulation, and who plays in it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use idwo_core::chance::Chance;
use idwo_core::clock::Clock;
use idwo_core::store::{Item, Key};
use idwo_core::workflow::{Due, Kinds, Record, Run, RunId, Runs, Swept, Worker, kind, sweep};
use jiff::Timestamp;
use serde_json::Value;

use crate::elsewhere::Elsewhere;
use crate::invariants::Watch;
use crate::model::Model;
use crate::script::{Script, client};
use crate::simulate::Play;
use crate::stage::{Actor, Chaos, Stage};
use crate::staged::{StagedQueue, StagedStore};
use crate::voyage::{Leg, Survey, Tally, Voyage};

/// How long whoever made a run due is given before a sweep tells of it.
pub const GRACE: Duration = Duration::from_secs(30);

/// How long each sweep tells of what is due.
const OFTEN_FOR: Duration = Duration::from_secs(19 * 60);

const SWEEP_EVERY: Duration = Duration::from_secs(60);
const SWEEP_RUNS_MAX: usize = 100;
const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

pub struct World {
    pub stage: Arc<Stage>,
    pub model: Arc<Model>,
    pub queue: Arc<StagedQueue>,
    pub elsewhere: Arc<Elsewhere>,
    pub watch: Arc<Watch>,
    pub chance: Arc<Chance>,
    pub runs: Arc<Runs>,
    pub kinds: Kinds,
    /// Messages that nobody understands.
    pub poison: usize,
    pub workers_die_at_random: bool,
}

impl World {
    pub fn new(stage: Arc<Stage>, play: &Play) -> Self {
        let scripts = &play.scripts;
        let clock: Arc<dyn Clock> = stage.clone();
        let model = Arc::new(Model::new(clock.clone()));
        let queue = Arc::new(StagedQueue::new(stage.clone()));
        let elsewhere = Arc::new(Elsewhere::new(stage.clone()));
        let watch = Arc::new(Watch::default());
        let chance = Arc::new(Chance::seeded(play.seed));
        let store = StagedStore {
            stage: stage.clone(),
            model: model.clone(),
            watch: watch.clone(),
        };
        let kinds = Kinds::of([
            kind::<Voyage>(elsewhere.clone()),
            kind::<Leg>(elsewhere.clone()),
            kind::<Survey>(elsewhere.clone()),
            kind::<Tally>(elsewhere.clone()),
        ]);
        let runs = Runs::new(
            Arc::new(store),
            queue.clone(),
            clock,
            chance.clone(),
            kinds.clone(),
            KEPT,
        );
        for script in scripts {
            for step in &script.refuses {
                elsewhere.refuse(&script.refused_of, step);
            }
        }
        let poison = scripts.iter().filter(|script| script.poison).count();
        (0..poison).for_each(|_| queue.put("{\"version\":0}"));
        Self {
            stage,
            model,
            queue,
            elsewhere,
            watch,
            chance,
            runs: Arc::new(runs),
            kinds,
            poison,
            workers_die_at_random: matches!(play.chaos, Chaos::Random { .. }),
        }
    }

    /// Clients with their scripts, then workers, then who sweeps.
    pub fn cast(self: &Arc<Self>, scripts: &[Script], workers: usize, sweeps: bool) -> Vec<Actor> {
        let clients = scripts
            .iter()
            .map(|script| client(self.clone(), script.clone()));
        let workers = (0..workers)
            .map(|n| self.serving(format!("worker {n}"), |world| Box::pin(work(world))));
        let sweeper = sweeps
            .then(|| self.serving("sweeper".to_owned(), |world| Box::pin(keep_sweeping(world))));
        clients.chain(workers).chain(sweeper).collect()
    }

    fn serving(
        self: &Arc<Self>,
        name: String,
        enter: impl Fn(Arc<Self>) -> crate::stage::Acting + Send + 'static,
    ) -> Actor {
        let world = self.clone();
        let enter = Box::new(move || enter(world.clone()));
        Actor {
            name,
            enter,
            serves: true,
        }
    }

    /// When whoever sweeps has something to find. Asked at each turn of a play: the key is read, which tells
    /// milliseconds and not what is beyond them, and no JSON.
    pub fn sweep_at(&self) -> Option<Timestamp> {
        sweep_at(&self.model)
    }

    pub fn runs_there(&self) -> Vec<Run> {
        runs_in(&self.model)
    }

    pub fn history_of(&self, id: &RunId) -> Vec<Record> {
        let partition = format!("tenant#{}#entity#{}#", id.tenant, id.entity);
        let under = format!("record#{:010}#", id.attempt);
        let items = self.model.under(&partition).into_iter();
        let records = items.filter(|item| is_of(item, &under));
        records
            .filter_map(|item| serde_json::from_str(&item.value.body).ok())
            .collect()
    }

    pub fn due_lines(&self) -> Vec<String> {
        due_in(&self.model)
    }

    /// What a sweep at this time has to tell of; what has been due for long is told of less often.
    fn overdue(&self) -> BTreeSet<Key> {
        let now = self.stage.now();
        let (since, by) = (now - OFTEN_FOR, now - GRACE);
        let items = self.model.under("due#").into_iter();
        let overdue = items.filter(|item| due_at(item).is_some_and(|at| since < at && at <= by));
        overdue.map(|item| item.key).collect()
    }
}

/// When whoever sweeps has something to find. Asked at each turn of a play: the key is read, which tells
/// milliseconds and not what is beyond them, and no JSON.
pub fn sweep_at(model: &Model) -> Option<Timestamp> {
    let first = model.first_under("due#")?;
    let at_ms = first.sort.as_str().split('#').next()?.parse().ok()?;
    let at = Timestamp::from_millisecond(at_ms).ok()?;
    Some(at + GRACE + Duration::from_millis(1))
}

pub fn runs_in(model: &Model) -> Vec<Run> {
    let items = model.items().into_iter();
    let runs = items.filter(|item| is_of(item, "run#"));
    runs.filter_map(|item| serde_json::from_str(&item.value.body).ok())
        .collect()
}

/// What stands on the list of what is due, first things first.
pub fn due_in(model: &Model) -> Vec<String> {
    let lines = model.under("due#").into_iter();
    lines.map(|item| item.value.body).collect()
}

fn is_of(item: &Item, under: &str) -> bool {
    item.key.sort.as_str().starts_with(under)
}

fn due_at(item: &Item) -> Option<Timestamp> {
    let line: Value = serde_json::from_str(&item.value.body).ok()?;
    line.get("at")?.as_str()?.parse().ok()
}

async fn work(world: Arc<World>) {
    let Ok(holder) = world.chance.id(world.stage.now()) else {
        return;
    };
    let worker = Worker::new(world.runs.clone(), holder);
    loop {
        let Some(delivery) = world.queue.receive().await else {
            world.stage.idle().await;
            continue;
        };
        if worker.take(&delivery.body).await.is_ok() {
            world.queue.delete(delivery.receipt).await;
        }
    }
}

async fn keep_sweeping(world: Arc<World>) {
    loop {
        world.stage.idle().await;
        let overdue = world.overdue();
        let swept = sweep(&world.runs, Due::For(GRACE), SWEEP_RUNS_MAX).await;
        world.stage.say(&format!("swept {swept:?}"));
        if let Ok(swept) = swept {
            look_at_sweep(&world, &overdue, swept);
        }
        world.stage.sleep(SWEEP_EVERY).await;
    }
}

/// What was due before the sweep and still is was there all the time: it was told of.
fn look_at_sweep(world: &World, overdue: &BTreeSet<Key>, swept: Swept) {
    let still = world.overdue().intersection(overdue).count();
    if swept.told < still && !swept.is_cut {
        let told = swept.told;
        world
            .watch
            .broken(format!("a sweep told of {told} runs, and {still} were due"));
    }
}
