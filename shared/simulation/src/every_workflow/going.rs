//! A workflow on its way from its start until nothing goes on any more.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::join;
use idwo_core::chance::Chance;
use idwo_core::clock::Clock;
use idwo_core::workflow::{
    Doing, Due, Entity, Event, Happening, Kinds, Run, RunId, Runs, Start, Started, Tenant, Worker,
    sweep,
};
use jiff::Timestamp;
use uuid::Uuid;

use super::meddler::{Disturbance, Meddler};
use super::{Trial, Visible};
use crate::model::Model;
use crate::stage::{Acting, Actor, Chaos, Stage};
use crate::staged::StagedQueue;
use crate::world::{GRACE, due_in, runs_in, sweep_at};

/// 2030-01-01.
const START: Timestamp = Timestamp::constant(1_893_456_000, 0);

/// Of the stage and of all chance: what is tried is planned, and nothing of it is random.
const SEED: u64 = 1;

/// Most turns of one workflow: what goes on for longer never ends.
const TURNS_MAX: usize = 5_000;

const SWEEP_RUNS_MAX: usize = 100;
const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

/// How it went.
pub(super) struct Went {
    root: RunId,
    pub(super) kinds: Kinds,
    pub(super) runs: Vec<Run>,
    /// How much can be seen in the end, by the markers.
    pub(super) visible: BTreeMap<String, u32>,
    pub(super) acts: usize,
    pub(super) turns: usize,
    /// How many facts counted.
    pub(super) told: usize,
    /// The run whose step was refused.
    pub(super) refused: Option<RunId>,
    pub(super) is_cancelled: bool,
    /// What is due, or waits to be delivered, or never was.
    pub(super) in_flight: Vec<String>,
}

struct Going {
    trial: Trial,
    disturbance: Disturbance,
    stage: Arc<Stage>,
    model: Arc<Model>,
    queue: Arc<StagedQueue>,
    chance: Arc<Chance>,
    kinds: Kinds,
    runs: Arc<Runs>,
    visible: Visible,
    meddler: Arc<Meddler>,
}

/// Where it is.
struct Way {
    root: RunId,
    workers: [Worker; 2],
    told: usize,
    is_cancelled: bool,
}

/// # Errors
/// That it never ends, that a worker fails, or that something is there twice meanwhile.
pub(super) fn go(trial: &Trial, disturbance: Disturbance) -> Result<Went, String> {
    let stage = Arc::new(Stage::new(SEED, START, Chaos::None, false));
    let going = Arc::new(Going::new(trial, disturbance, &stage));
    let came = Arc::new(Mutex::new(Err("it was not played".to_owned())));
    let kept = came.clone();
    let enter = move || -> Acting {
        let (going, kept) = (going.clone(), kept.clone());
        Box::pin(async move {
            let went = going.to_its_end().await;
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = went;
        })
    };
    let actor = Actor {
        name: trial.kind.to_owned(),
        enter: Box::new(enter),
        serves: false,
    };
    stage.play(&[actor], |_| None)?;
    let mut came = came.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::replace(&mut *came, Err("it was taken before".to_owned()))
}

impl Going {
    fn new(trial: &Trial, disturbance: Disturbance, stage: &Arc<Stage>) -> Self {
        let setting = (trial.setting)(stage);
        let meddler = Meddler::new(disturbance);
        let kinds = setting.kinds.into_iter();
        let kinds = Kinds::of(kinds.map(|kind| meddler.between(kind)));
        let model = Arc::new(Model::new(stage.clone()));
        let queue = Arc::new(StagedQueue::new(stage.clone()));
        let chance = Arc::new(Chance::seeded(SEED));
        let runs = Runs::new(
            model.clone(),
            queue.clone(),
            stage.clone(),
            chance.clone(),
            kinds.clone(),
            KEPT,
        );
        Self {
            trial: trial.clone(),
            disturbance,
            stage: stage.clone(),
            model,
            queue,
            chance,
            kinds,
            runs: Arc::new(runs),
            visible: setting.visible,
            meddler,
        }
    }

    async fn to_its_end(&self) -> Result<Went, String> {
        let mut way = Way {
            root: self.start().await?,
            workers: [self.worker()?, self.worker()?],
            told: 0,
            is_cancelled: false,
        };
        for turn in 0..TURNS_MAX {
            self.cancel_at(turn, &mut way).await?;
            self.nothing_is_there_twice()?;
            let goes_on = self.take_message(&mut way).await?
                || self.tell_fact(&mut way).await?
                || self.wait().await?;
            if !goes_on {
                return Ok(self.went(way, turn));
            }
        }
        Err(format!("it has not ended after {TURNS_MAX} turns"))
    }

    async fn start(&self) -> Result<RunId, String> {
        let start = Start {
            tenant: "team".parse::<Tenant>()?,
            entity: "entity".parse::<Entity>()?,
            kind: self.trial.kind.to_owned(),
            input: self.trial.input.clone(),
            correlation: Uuid::nil(),
            parent: None,
        };
        match self.runs.start(start).await {
            Ok(Started::New(loaded)) => Ok(loaded.run.id),
            other => Err(format!("it was not started: {other:?}")),
        }
    }

    /// One that has not been there before.
    fn worker(&self) -> Result<Worker, String> {
        let holder = self.chance.id(self.stage.now());
        let holder = holder.map_err(|error| error.to_string())?;
        Ok(Worker::new(self.runs.clone(), holder))
    }

    async fn cancel_at(&self, now: usize, way: &mut Way) -> Result<(), String> {
        let is_now = matches!(self.disturbance, Disturbance::Cancelled { turn, .. } if turn == now);
        if !is_now {
            return Ok(());
        }
        let by = "somebody".to_owned();
        let came = self.happen(way, Event::CancelAsked { by }).await?;
        way.is_cancelled = matches!(came, Happening::Changed(_));
        Ok(())
    }

    fn nothing_is_there_twice(&self) -> Result<(), String> {
        let mut visible = (self.visible)().into_iter();
        match visible.find(|(_, times)| *times > 1) {
            Some((marker, times)) => Err(format!("{marker} is there {times} times")),
            None => Ok(()),
        }
    }

    async fn take_message(&self, way: &mut Way) -> Result<bool, String> {
        let Some(delivery) = self.queue.receive().await else {
            return Ok(false);
        };
        let [one, other] = &way.workers;
        let taken = if self.disturbance == Disturbance::Doubled {
            let (taken, again) = join(one.take(&delivery.body), other.take(&delivery.body)).await;
            Some(taken.and(again))
        } else {
            self.meddler.survives(one.take(&delivery.body)).await
        };
        match taken {
            None => way.workers = [self.worker()?, self.worker()?],
            Some(Ok(_)) => self.queue.delete(delivery.receipt).await,
            Some(Err(error)) => return Err(format!("a worker failed: {error}")),
        }
        Ok(true)
    }

    async fn tell_fact(&self, way: &mut Way) -> Result<bool, String> {
        let Some(fact) = self.trial.facts.get(way.told) else {
            return Ok(false);
        };
        let root = self.runs.get(&way.root).await.map_err(said)?;
        if !root.is_some_and(|root| matches!(root.run.doing, Doing::Callback { .. })) {
            return Ok(false);
        }
        let event = Event::Called(fact.clone());
        let came = self.happen(way, event.clone()).await?;
        if self.disturbance == Disturbance::Doubled {
            let again = self.happen(way, event).await?;
            if again != Happening::HeardBefore {
                return Err(format!("{} counts twice: {again:?}", fact.name));
            }
        }
        way.told += 1;
        match came {
            Happening::Changed(_) => Ok(true),
            other => Err(format!("{} does not count: {other:?}", fact.name)),
        }
    }

    async fn happen(&self, way: &Way, event: Event) -> Result<Happening, String> {
        self.runs.happen(&way.root, event, None).await.map_err(said)
    }

    /// Until the next message or sweep, where there is one.
    async fn wait(&self) -> Result<bool, String> {
        let (message_at, sweep_at) = (self.queue.visible_at(), sweep_at(&self.model));
        let Some(until) = message_at.into_iter().chain(sweep_at).min() else {
            return Ok(false);
        };
        let time = until.duration_since(self.stage.now());
        let time = Duration::try_from(time).unwrap_or_default();
        self.stage.sleep(time).await;
        if sweep_at == Some(until) {
            sweep(&self.runs, Due::For(GRACE), SWEEP_RUNS_MAX)
                .await
                .map_err(said)?;
        }
        Ok(true)
    }

    fn went(&self, way: Way, turns: usize) -> Went {
        let dead = self.queue.dead().into_iter().map(|message| message.body);
        Went {
            root: way.root,
            kinds: self.kinds.clone(),
            runs: runs_in(&self.model),
            visible: (self.visible)(),
            acts: self.meddler.acts(),
            turns,
            told: way.told,
            refused: self.meddler.refused(),
            is_cancelled: way.is_cancelled,
            in_flight: due_in(&self.model).into_iter().chain(dead).collect(),
        }
    }
}

impl Went {
    pub(super) fn root(&self) -> Option<&Run> {
        self.run(&self.root)
    }

    pub(super) fn run(&self, id: &RunId) -> Option<&Run> {
        self.runs.iter().find(|run| run.id == *id)
    }
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}
