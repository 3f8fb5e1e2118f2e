//! `cargo xtask simulate`: plays of durable work until something does not hold. A program of its own, so that
//! it is built with the profile `laptop` and without all that the other chores need.

mod everything;
mod replay;
mod seeds;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

/// Plays durable work under everything that can go wrong, and fails where something does not hold.
#[derive(Parser)]
#[command(name = "cargo xtask simulate")]
struct Wanted {
    /// How many random plays.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    seeds: u64,

    /// The seed of the first; one by chance where it is not said.
    #[arg(long, value_name = "SEED")]
    from: Option<u64>,

    /// Plays this one alone, and shows each line of it.
    #[arg(long, value_name = "SEED", conflicts_with_all = ["seeds", "from"])]
    seed: Option<u64>,

    /// Everything that can go wrong once, and every pair of crashes, in every scenario.
    #[arg(long, conflicts_with_all = ["seeds", "from", "seed"])]
    everything: bool,

    /// Plays this scenario alone, and shows each line of it.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["seeds", "from", "seed", "everything"])]
    scenario: Option<String>,

    /// What goes wrong in it, by the numbers of the gates, such as 12:crash,57:no-answer.
    #[arg(long, value_name = "PLAN", requires = "scenario", default_value = "")]
    plan: String,
}

/// What did not hold, with its story; or that this is nothing that could be played.
type Failed = String;

fn main() -> ExitCode {
    let came = play(&Wanted::parse());
    let (told, code) = match came {
        Ok(told) => (told, ExitCode::SUCCESS),
        Err(failed) => (failed, ExitCode::FAILURE),
    };
    // Where nobody listens any more, the code is all there is to say.
    let _ = writeln!(io::stdout().lock(), "{told}");
    code
}

fn play(wanted: &Wanted) -> Result<String, Failed> {
    if let Some(seed) = wanted.seed {
        return replay::seed(seed);
    }
    if let Some(scenario) = &wanted.scenario {
        return replay::scenario(scenario, &wanted.plan);
    }
    if wanted.everything {
        return everything::play();
    }
    seeds::play(wanted.from, wanted.seeds)
}
