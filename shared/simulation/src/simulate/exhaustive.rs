//! Everything that can go wrong once, and every pair of crashes, at every commit point of every scenario.

use std::collections::{BTreeMap, BTreeSet};

use idwo_core::workflow::What;

use super::{Broken, Play, Scenario, scenarios};
use crate::stage::{Chaos, Fault, Played};

/// Lines of a story that are told of what failed.
const LINES_TOLD: usize = 120;

/// How much was tried.
#[derive(Debug, Clone, Default)]
pub struct Tried {
    pub scenarios: u64,
    pub commit_points: u64,
    pub faults: u64,
    pub pairs: u64,
    visited: BTreeSet<String>,
}

/// A plan that something did not hold under.
#[derive(Debug, Clone)]
pub struct Failing {
    pub scenario: &'static str,
    pub plan: BTreeMap<u64, Fault>,
    pub broken: Broken,
}

/// # Errors
/// The first that did not hold.
pub fn try_everything() -> Result<Tried, Box<Failing>> {
    let mut tried = Tried::default();
    for scenario in scenarios() {
        tried.scenario(&scenario)?;
    }
    Ok(tried)
}

impl Failing {
    /// What went wrong where, and the end of the story.
    pub fn told(&self) -> String {
        let scenario = scenarios()
            .into_iter()
            .find(|scenario| scenario.name == self.scenario);
        let again = scenario.map(|scenario| play(&scenario, self.plan.clone(), true).run());
        let lines = again
            .and_then(Result::err)
            .map(|broken| broken.lines)
            .unwrap_or_default();
        let end = lines.iter().rev().take(LINES_TOLD).rev();
        let end: Vec<&str> = end.map(String::as_str).collect();
        let (scenario, plan, broken) = (self.scenario, &self.plan, &self.broken);
        format!("{scenario}, {plan:?}: {broken}\n{}", end.join("\n"))
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
        workers: 1,
        ends: scenario.ends,
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
        let played = play(scenario, plan.clone(), false).run();
        let name = scenario.name;
        let played = played.map_err(|broken| Failing {
            scenario: name,
            plan,
            broken,
        })?;
        self.visited.extend(played.visited.keys().cloned());
        Ok(played)
    }
}
