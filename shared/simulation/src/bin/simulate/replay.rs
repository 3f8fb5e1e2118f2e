//! One play with all its lines.

use idwo_simulation::simulate::{Broken, Play, plan, play, scenario as scenario_of, scenarios};
use idwo_simulation::stage::Played;

use crate::Failed;

pub(crate) fn seed(seed: u64) -> Result<String, Failed> {
    let play = Play {
        shows: true,
        ..Play::of_seed(seed)
    };
    told(play.run())
}

pub(crate) fn scenario(name: &str, written: &str) -> Result<String, Failed> {
    let names = scenarios().into_iter().map(|scenario| scenario.name);
    let names = names.collect::<Vec<_>>().join("\n");
    let scenario = scenario_of(name).ok_or_else(|| format!("{name} is none of:\n{names}"))?;
    told(play(&scenario, plan::read(written)?, true).run())
}

fn told(came: Result<Played, Broken>) -> Result<String, Failed> {
    match came {
        Ok(played) => {
            let (gates, faults) = (played.gates, played.faults);
            let all = played.lines.join("\n");
            Ok(format!("{all}\nall held; {gates} gates, {faults} faults"))
        }
        Err(broken) => {
            let all = broken.lines.join("\n");
            Err(format!("{all}\n{}", broken.wrong.join("\n")))
        }
    }
}
