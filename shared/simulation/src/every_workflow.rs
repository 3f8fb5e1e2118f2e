//! What has to hold for every workflow, whatever its steps are: what is done again is not there twice, and
//! what comes to nothing leaves nothing behind.
//!
//! A [`Trial`] says how a run of it is brought to its end. It goes there once undisturbed, and then again for
//! each act and each turn on that way, disturbed there.

mod going;
mod meddler;
mod slate;

use std::collections::BTreeMap;
use std::sync::Arc;

use idwo_core::workflow::{Fact, Kind, Status};
use serde_json::Value;

use self::going::{Went, go};
use self::meddler::{Disturbance, Refusal};
use crate::stage::Stage;

/// A workflow, and how a run of it is brought to its end.
#[derive(Clone)]
pub struct Trial {
    pub kind: &'static str,
    pub input: Value,
    /// Told one after another, each when the run listens.
    pub facts: Vec<Fact>,
    /// Made anew each time that it goes.
    pub setting: fn(&Arc<Stage>) -> Setting,
}

/// The workflow with its children, and the world that their steps act on.
pub struct Setting {
    pub kinds: Vec<Arc<dyn Kind>>,
    pub visible: Visible,
}

/// How much can be seen now of what each marker's step does.
pub type Visible = Box<dyn Fn() -> BTreeMap<String, u32> + Send + Sync>;

/// How often a workflow went where something was tried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tried {
    /// Undisturbed: how many steps were performed, those of children too.
    pub acts: usize,
    /// Undisturbed: how often something went on.
    pub turns: usize,
    /// How often it was disturbed.
    pub disturbed: usize,
}

/// What did not hold, and under which disturbance.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}, {disturbed}: {}", .wrong.join("; "))]
pub struct Broken {
    pub kind: &'static str,
    pub disturbed: String,
    pub wrong: Vec<String>,
}

/// The worker dies after each act in turn, before it can say that it was done; and every message and fact comes
/// twice at once. It has to come to the same end, with everything there once.
///
/// # Errors
/// What did not hold first.
pub fn nothing_is_done_twice(trial: &Trial) -> Result<Tried, Broken> {
    let plain = undisturbed(trial)?;
    let mut tried = plain.tried();
    let deaths = (0..plain.acts).map(|act| Disturbance::DeathAfter { act });
    for disturbance in deaths.chain([Disturbance::Doubled]) {
        tried.disturbed += 1;
        let went = go(trial, disturbance);
        held(trial, disturbance, &went, |went| {
            slate::not_the_same(&plain, went)
        })?;
    }
    Ok(tried)
}

/// Each act in turn is refused for good, undone and done, and the run is cancelled at each turn; the worker
/// dies after whatever it takes back, or does not. The run has to end, with all taken back that can be.
///
/// # Errors
/// What did not hold first.
pub fn nothing_is_left_behind(trial: &Trial) -> Result<Tried, Broken> {
    let plain = undisturbed(trial)?;
    let mut tried = plain.tried();
    for disturbance in stops(&plain) {
        tried.disturbed += 1;
        let went = go(trial, disturbance);
        held(trial, disturbance, &went, slate::not_stopped)?;
    }
    Ok(tried)
}

fn stops(plain: &Went) -> Vec<Disturbance> {
    let refusals = [Refusal::Undone, Refusal::Done];
    let refused = (0..plain.acts).flat_map(|act| refusals.map(|of| (act, of)));
    let both = [false, true];
    let refused = refused
        .flat_map(|(act, of)| both.map(|undos_die| Disturbance::Refused { act, of, undos_die }));
    let cancelled = (0..plain.turns)
        .flat_map(|turn| both.map(|undos_die| Disturbance::Cancelled { turn, undos_die }));
    refused.chain(cancelled).collect()
}

/// What is tried has to be something: a run that is done, with a step in it.
fn undisturbed(trial: &Trial) -> Result<Went, Broken> {
    let went = go(trial, Disturbance::None);
    held(trial, Disturbance::None, &went, |went| {
        let mut wrong = slate::not_settled(went);
        let is_done = went.root().is_some_and(|run| run.status == Status::Done);
        if !is_done || went.acts == 0 || went.told < trial.facts.len() {
            wrong.push("it is not done, has no step, or does not hear all facts".to_owned());
        }
        wrong
    })?;
    went.map_err(|what| broken(trial, Disturbance::None, vec![what]))
}

fn held(
    trial: &Trial,
    disturbance: Disturbance,
    went: &Result<Went, String>,
    wrong_of: impl Fn(&Went) -> Vec<String>,
) -> Result<(), Broken> {
    let wrong = match went {
        Ok(went) => wrong_of(went),
        Err(what) => vec![what.clone()],
    };
    if wrong.is_empty() {
        return Ok(());
    }
    Err(broken(trial, disturbance, wrong))
}

fn broken(trial: &Trial, disturbance: Disturbance, wrong: Vec<String>) -> Broken {
    Broken {
        kind: trial.kind,
        disturbed: format!("{disturbance:?}"),
        wrong,
    }
}

impl Went {
    const fn tried(&self) -> Tried {
        Tried {
            acts: self.acts,
            turns: self.turns,
            disturbed: 0,
        }
    }
}
