//! One play from its seed, and the same again where somebody wants to see it.

mod exhaustive;
pub mod plan;
mod scenarios;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use idwo_core::workflow::Status;
use jiff::Timestamp;
use serde_json::json;

pub use self::exhaustive::{Failing, Tried, play, try_everything};
pub use self::scenarios::{Scenario, scenario, scenarios};
use crate::invariants;
use crate::script::Script;
use crate::stage::{Chaos, Played, Stage};
use crate::world::World;

/// 2030-01-01.
const START: Timestamp = Timestamp::constant(1_893_456_000, 0);

/// How long things go wrong in a random play: longer than the waits of a voyage.
const ROUGH_FOR: Duration = Duration::from_secs(3 * 3600);

/// Share of all gates at which something goes wrong in a random play, at most.
const SHARE_MAX: f64 = 0.12;

#[derive(Debug, Clone)]
pub struct Play {
    pub seed: u64,
    pub scripts: Vec<Script>,
    pub chaos: Chaos,
    pub workers: usize,
    pub sweeps: bool,
    /// What the first attempt of each can come to; nothing where that hangs on chance.
    pub ends: &'static [Status],
    /// How long the first attempt of each may take; nothing where that hangs on chance.
    pub within: Option<Duration>,
    /// Whether each line is kept.
    pub shows: bool,
}

/// Lines of a story that are told of what failed.
const LINES_TOLD: usize = 40;

/// What was wrong, and how it is seen again.
#[derive(Debug, Clone, thiserror::Error)]
#[error("seed {seed}: {}", .wrong.join("; "))]
pub struct Broken {
    pub seed: u64,
    pub wrong: Vec<String>,
    pub lines: Vec<String>,
}

impl Broken {
    /// What was wrong, the end of the story where its lines were kept, and the command that shows all of it.
    pub fn told(&self, replay: &str) -> String {
        let skipped = self.lines.len().saturating_sub(LINES_TOLD);
        let end: Vec<&str> = (self.lines.iter().skip(skipped))
            .map(String::as_str)
            .collect();
        let wrong = self.wrong.join("; ");
        format!("{wrong}\n{}\nsee it again: {replay}", end.join("\n"))
    }
}

impl Play {
    /// Everything of it comes from `seed`: who does what, and what goes wrong.
    pub fn of_seed(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let scripts = (0..rng.usize(1..=4))
            .map(|n| random_script(&mut rng, n))
            .collect();
        let until = START + ROUGH_FOR;
        let share = rng.f64() * SHARE_MAX;
        Self {
            seed,
            scripts,
            chaos: Chaos::Random { share, until },
            workers: rng.usize(1..=4),
            sweeps: true,
            ends: &[],
            within: None,
            shows: false,
        }
    }

    /// # Errors
    /// What did not hold.
    pub fn run(&self) -> Result<Played, Broken> {
        let stage = Arc::new(Stage::new(self.seed, START, self.chaos.clone(), self.shows));
        let world = Arc::new(World::new(stage.clone(), self));
        let cast = world.cast(&self.scripts, self.workers, self.sweeps);
        let sweeper = cast.len() - usize::from(self.sweeps);
        let called_at = |n| {
            if n == sweeper {
                world.sweep_at()
            } else {
                world.queue.visible_at()
            }
        };
        let played = stage.play(&cast, called_at);
        let mut wrong = invariants::broken(&world, self);
        match played {
            Ok(mut played) if wrong.is_empty() => {
                played.ends = ends(&world);
                played.effects = world.elsewhere.effects().len();
                Ok(played)
            }
            Ok(played) => Err(self.broken(wrong, played.lines)),
            Err(what) => {
                wrong.insert(0, what);
                Err(self.broken(wrong, stage.lines()))
            }
        }
    }

    fn broken(&self, wrong: Vec<String>, lines: Vec<String>) -> Broken {
        Broken {
            seed: self.seed,
            wrong,
            lines,
        }
    }
}

fn ends(world: &World) -> BTreeMap<String, u64> {
    let mut ends = BTreeMap::new();
    for run in world.runs_there() {
        *ends
            .entry(format!("{:?}", run.status).to_lowercase())
            .or_default() += 1;
    }
    ends
}

fn random_script(rng: &mut fastrand::Rng, n: usize) -> Script {
    let seconds = |rng: &mut fastrand::Rng, max: u64| Duration::from_secs(rng.u64(0..=max));
    let mut script = match rng.u8(0..4) {
        0 => Script::new(&format!("survey-{n}"), "survey", json!(null)),
        1 => Script::new(&format!("tally-{n}"), "tally", json!(null)),
        _ => {
            let booking =
                json!({ "rest_s": rng.u64(0..4000), "listens_s": 3600, "legs": rng.u8(0..4) });
            Script::new(&format!("voyage-{n}"), "voyage", booking)
        }
    };
    match script.kind {
        "survey" => {
            script.refuses = rng.bool().then_some("report").into_iter().collect();
            script.retries = true;
            script.repeats = rng.bool();
        }
        "tally" => {
            let names = ["one", "two", "two", "three", "close"];
            script.facts = names.map(|name| (seconds(rng, 120), name)).to_vec();
        }
        _ => {
            let is_called = rng.u8(0..5) > 0;
            script.facts = is_called
                .then(|| (seconds(rng, 5000), "pilot"))
                .into_iter()
                .collect();
            script.cancels_after = (rng.u8(0..3) == 0).then(|| seconds(rng, 6000));
            match rng.u8(0..5) {
                0 => script.refuses = vec!["load"],
                1 => script.refuses = vec!["depart"],
                2 => {
                    script.refuses = vec!["sail"];
                    script.refused_of = format!("voyage-{n}.1.4.0");
                }
                _ => {}
            }
        }
    }
    script.starts_once = rng.bool();
    script.poison = rng.u8(0..8) == 0;
    script
}
