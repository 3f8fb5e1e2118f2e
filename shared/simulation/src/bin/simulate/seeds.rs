//! Random plays, one seed after another.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Instant;

use idwo_core::chance::Chance;
use idwo_simulation::simulate::Play;
use idwo_simulation::stage::Played;

use crate::Failed;

/// How often progress is told in one call.
const TOLD_TIMES: u64 = 10;

/// What all plays came to.
#[derive(Default)]
struct Sum {
    plays: u64,
    gates: u64,
    faults: u64,
    effects: usize,
    ends: BTreeMap<String, u64>,
}

pub(crate) fn play(from: Option<u64>, seeds: u64) -> Result<String, Failed> {
    let from = from.map_or_else(by_chance, Ok)?;
    let began = Began::now();
    let mut sum = Sum::default();
    for nth in 0..seeds {
        let seed = from.wrapping_add(nth);
        let played = Play::of_seed(seed).run();
        sum.add(&played.map_err(|_| failed(seed, nth + 1))?);
        if (nth + 1) % (seeds / TOLD_TIMES).max(1) == 0 {
            // Progress that nobody reads is no failure.
            let _ = writeln!(io::stderr().lock(), "{} of {seeds} plays", nth + 1);
        }
    }
    Ok(format!("all held from seed {from}: {}", sum.told(&began)))
}

/// Below 2³², so that it is easily typed.
fn by_chance() -> Result<u64, Failed> {
    let bytes = Chance::of_machine().bytes();
    let bytes = bytes.map_err(|error| error.to_string())?;
    Ok(u32::from_le_bytes(bytes).into())
}

/// The same again, so that each line is kept.
fn failed(seed: u64, plays: u64) -> Failed {
    let again = Play {
        shows: true,
        ..Play::of_seed(seed)
    };
    let replay = format!("cargo xtask simulate --seed {seed}");
    match again.run() {
        Ok(_) => format!("after {plays} plays: seed {seed} holds when it is played again"),
        Err(broken) => format!("after {plays} plays: seed {seed}: {}", broken.told(&replay)),
    }
}

impl Sum {
    fn add(&mut self, played: &Played) {
        self.plays += 1;
        self.gates += played.gates;
        self.faults += played.faults;
        self.effects += played.effects;
        for (end, runs) in &played.ends {
            *self.ends.entry(end.clone()).or_default() += runs;
        }
    }

    fn told(&self, began: &Began) -> String {
        let Self {
            plays,
            gates,
            faults,
            effects,
            ..
        } = self;
        let runs: u64 = self.ends.values().sum();
        let ends = self.ends.iter().map(|(end, runs)| format!("{runs} {end}"));
        let ends = ends.collect::<Vec<_>>().join(", ");
        let speed = began.a_second(*plays);
        format!(
            "{plays} plays, {gates} gates, {faults} faults, {runs} runs ({ends}), {effects} effects; {speed}"
        )
    }
}

struct Began {
    at: Instant,
    cpu_ns: Option<u64>,
}

impl Began {
    fn now() -> Self {
        Self {
            at: Instant::now(),
            cpu_ns: cpu_ns(),
        }
    }

    /// Of CPU, where the machine tells it: others use the machine too.
    fn a_second(&self, plays: u64) -> String {
        let cpu_ns = cpu_ns().zip(self.cpu_ns).map(|(now, then)| now - then);
        let (seconds, of) = match cpu_ns {
            Some(ns) => (ns as f64 / 1e9, "of CPU"),
            None => (self.at.elapsed().as_secs_f64(), "by the clock"),
        };
        format!("{:.0} plays a second {of}", plays as f64 / seconds)
    }
}

/// Of the one thread that there is, as Linux tells it.
fn cpu_ns() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    told.split(' ').next()?.parse().ok()
}
