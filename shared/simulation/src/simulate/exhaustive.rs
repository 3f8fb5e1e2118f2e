//! Everything that can go wrong once, and every pair of crashes, at every commit point of every scenario.

use std::collections::{BTreeMap, BTreeSet};

use idwo_core::workflow::What;

use super::{Broken, Play, Scenario, plan, scenario, scenarios};
use crate::stage::{Chaos, Fault, Played};

/// How much was tried.
#[derive(Debug, Clone, Default)]
pub struct Tried {
    pub scenarios: u64,
    pub commit_points: u64,
    pub faults: u64,
    pub pairs: u64,
    /// All plays of these, and those without a fault.
    pub plays: u64,
    visited: BTreeSet<String>,
}

/// A plan that something did not hold under.
#[derive(Debug, Clone)]
pub struct Failing {
    pub scenario: &'static str,
    pub plan: BTreeMap<u64, Fault>,
    pub broken: Broken,
    /// How many plays it took to come upon it.
    pub plays: u64,
}

/// # Errors
/// The first that did not hold.
pub fn try_everything() -> Result<Tried, Box<Failing>> {
    let mut tried = Tried::default();
    let scenarios = scenarios();
    // What does not hold without any fault is found in the first second.
    for scenario in &scenarios {
        tried.play(scenario, BTreeMap::new())?;
    }
    for scenario in &scenarios {
        tried.scenario(scenario)?;
    }
    Ok(tried)
}

impl Failing {
    /// The same again, so that each line is kept.
    pub fn shown(&self) -> Broken {
        let scenario = scenario(self.scenario);
        let again = scenario.map(|scenario| play(&scenario, self.plan.clone(), true).run());
        let again = again.and_then(Result::err);
        again.unwrap_or_else(|| self.broken.clone())
    }

    /// How somebody sees it again.
    pub fn replay(&self) -> String {
        let (scenario, plan) = (self.scenario, plan::written(&self.plan));
        format!("cargo xtask simulate --scenario \"{scenario}\" --plan \"{plan}\"")
    }

    /// What went wrong where, and the end of the story.
    pub fn told(&self) -> String {
        let plan = match plan::written(&self.plan) {
            plan if plan.is_empty() => "without a fault".to_owned(),
            plan => plan,
        };
        let told = self.shown().told(&self.replay());
        format!("{}, {plan}: {told}", self.scenario)
    }
}

/// One play of a scenario, with what goes wrong at which gates.
pub fn play(scenario: &Scenario, plan: BTreeMap<u64, Fault>, shows: bool) -> Play {
    let is_lost = |fault: &Fault| matches!(fault, Fault::Lost | Fault::Error | Fault::NoAnswer);
    Play {
        seed: 1,
        scripts: vec![scenario.script.clone()],
        sweeps: !scenario.is_swift || plan.values().any(is_lost),
        chaos: Chaos::Planned(plan),
        workers: scenario.workers,
        ends: scenario.ends,
        within: scenario.within,
        shows,
    }
}

impl Tried {
    /// Commit points that nothing has come to, of all that there are.
    pub fn unvisited(&self) -> Vec<String> {
        let sides = |what: &&str| ["before", "after"].map(|side| format!("{side} {what}"));
        let points = What::NAMES.iter().flat_map(sides);
        points.filter(|point| !self.has_visited(point)).collect()
    }

    fn has_visited(&self, point: &str) -> bool {
        let is_there = |visited: &String| {
            let mut words = visited.split(' ');
            let side = words.next().unwrap_or_default();
            let whats = words.next().unwrap_or_default();
            whats
                .split('+')
                .any(|what| point == format!("{side} {what}"))
        };
        self.visited.iter().any(is_there)
    }

    fn scenario(&mut self, scenario: &Scenario) -> Result<(), Box<Failing>> {
        let smooth = self.play(scenario, BTreeMap::new())?;
        self.scenarios += 1;
        for first in smooth.commit_points(0) {
            self.commit_points += 1;
            for fault in smooth.faults_at(first) {
                let after = self.play(scenario, BTreeMap::from([(first, *fault)]))?;
                self.faults += 1;
                if *fault == Fault::Crash {
                    self.second_crashes(scenario, first, &after)?;
                }
            }
        }
        Ok(())
    }

    fn second_crashes(
        &mut self,
        scenario: &Scenario,
        first: u64,
        after: &Played,
    ) -> Result<(), Box<Failing>> {
        for second in after.commit_points(first) {
            let plan = BTreeMap::from([(first, Fault::Crash), (second, Fault::Crash)]);
            self.play(scenario, plan)?;
            self.pairs += 1;
        }
        Ok(())
    }

    fn play(
        &mut self,
        scenario: &Scenario,
        plan: BTreeMap<u64, Fault>,
    ) -> Result<Played, Box<Failing>> {
        self.plays += 1;
        let played = play(scenario, plan.clone(), false).run();
        let (name, plays) = (scenario.name, self.plays);
        let played = played.map_err(|broken| Failing {
            scenario: name,
            plan,
            broken,
            plays,
        })?;
        self.visited.extend(played.visited.keys().cloned());
        Ok(played)
    }
}
