//! The world that steps act on: takes no idempotency key, as GitHub, Jira and Slack take none, and shows
//! what was done to whoever looks for its marker.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use idwo_core::clock::Clock;
use idwo_core::workflow::{Acting, Again, Call, StepFailure};
use serde_json::{Value, json};

use crate::stage::{Fault, Op, Point, Side, Stage};

pub struct Elsewhere {
    stage: Arc<Stage>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    effects: BTreeMap<String, Effect>,
    /// Steps of entities that come to nothing, until somebody mends that.
    refuses: BTreeSet<(String, String)>,
    /// What was begun when its time was over.
    late: Vec<String>,
}

/// What the steps with one marker did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effect {
    /// How many of it can be seen.
    pub visible: u32,
    /// How many could be seen at most.
    pub visible_max: u32,
}

impl Elsewhere {
    pub fn new(stage: Arc<Stage>) -> Self {
        Self {
            stage,
            state: Mutex::default(),
        }
    }

    /// `step` of `entity` cannot be done; of `undo STEP`, not taken back.
    pub fn refuse(&self, entity: &str, step: &str) {
        self.state()
            .refuses
            .insert((entity.to_owned(), step.to_owned()));
    }

    pub fn mend(&self, entity: &str) {
        self.state()
            .refuses
            .retain(|(refused, _)| refused != entity);
    }

    pub fn effects(&self) -> BTreeMap<String, Effect> {
        self.state().effects.clone()
    }

    /// What somebody began who had no time left: another may have been at it.
    pub fn late(&self) -> Vec<String> {
        self.state().late.clone()
    }

    async fn reach(&self, op: Op, call: &Call, what: &str) -> Result<(), StepFailure> {
        let point = Point {
            op,
            side: Side::Before,
            what,
        };
        if self.stage.now() >= call.ends_at {
            let late = format!(
                "{}: {} began when its time was over",
                call.run,
                point.name()
            );
            self.state().late.push(late);
        }
        match self.stage.gate(point).await {
            Some(fault) => Err(failed(fault)),
            // Whoever asks gives up when the time is over.
            None if self.stage.now() >= call.ends_at => Err(failed(Fault::NoAnswer)),
            None => Ok(()),
        }
    }

    async fn answer(&self, op: Op, what: &str) -> Result<(), StepFailure> {
        let point = Point {
            op,
            side: Side::After,
            what,
        };
        match self.stage.gate(point).await {
            Some(fault) => Err(failed(fault)),
            None => Ok(()),
        }
    }

    fn allowed(&self, call: &Call, step: &str) -> Result<(), StepFailure> {
        let asked = (call.run.entity.to_string(), step.to_owned());
        if self.state().refuses.contains(&asked) {
            return Err(StepFailure::new("it is refused", Again::Pointless));
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub fn act<'a>(elsewhere: &'a Arc<Elsewhere>, call: &'a Call) -> Acting<'a, Value> {
    Box::pin(async move {
        elsewhere.reach(Op::Act, call, &call.step).await?;
        elsewhere.allowed(call, &call.step)?;
        {
            let mut state = elsewhere.state();
            let effect = state
                .effects
                .entry(call.marker.as_str().to_owned())
                .or_default();
            effect.visible += 1;
            effect.visible_max = effect.visible_max.max(effect.visible);
        }
        elsewhere.answer(Op::Act, &call.step).await?;
        Ok(json!({ "marker": call.marker }))
    })
}

pub fn find<'a>(elsewhere: &'a Arc<Elsewhere>, call: &'a Call) -> Acting<'a, Option<Value>> {
    Box::pin(async move {
        elsewhere.reach(Op::Find, call, &call.step).await?;
        let is_there = {
            let state = elsewhere.state();
            let effect = state.effects.get(call.marker.as_str());
            effect.is_some_and(|effect| effect.visible > 0)
        };
        elsewhere.answer(Op::Find, &call.step).await?;
        Ok(is_there.then(|| json!({ "marker": call.marker })))
    })
}

pub fn undo<'a>(elsewhere: &'a Arc<Elsewhere>, call: &'a Call) -> Acting<'a, ()> {
    Box::pin(async move {
        elsewhere.reach(Op::Undo, call, &call.step).await?;
        elsewhere.allowed(call, &format!("undo {}", call.step))?;
        if let Some(effect) = elsewhere.state().effects.get_mut(call.marker.as_str()) {
            effect.visible = 0;
        }
        elsewhere.answer(Op::Undo, &call.step).await
    })
}

fn failed(fault: Fault) -> StepFailure {
    StepFailure::new(format!("planned: {fault:?}"), Again::Soon)
}
