//! `cargo xtask mutate`: plants bugs in a copy of the engine, one after the other, and fails where the
//! simulation does not find one. What it proves is that the simulation can fail.

mod bugs;
mod copy;
mod trial;

use std::io::{self, Write};

use cargo_metadata::MetadataCommand;

use crate::Failed;
use bugs::{Bug, bugs};
use copy::Copied;
use trial::{Came, Trial};

/// Plants `name`, or all of them.
pub(crate) fn run(name: Option<&str>) -> Result<(), Failed> {
    let wanted: Vec<&Bug> = bugs()
        .filter(|bug| name.is_none_or(|name| name == bug.name))
        .collect();
    if wanted.is_empty() {
        let names: Vec<&str> = bugs().map(|bug| bug.name).collect();
        return Err(format!("there is no such bug; there are {}", names.join(", ")).into());
    }
    let metadata = MetadataCommand::new().no_deps().exec()?;
    let folder = metadata.target_directory.join("mutants");
    let copied = Copied::into(folder.join("clone").into())?;
    copied.fits(bugs())?;
    let trial = Trial {
        clone: copied.folder().to_owned(),
        target: folder.join("target").into(),
    };
    trial.clear()?;
    // Whatever fails without a bug would count as one that was found.
    if let Came::Caught(why) = trial.come()? {
        return Err(format!("without any bug: {why}").into());
    }
    let mut survivors = Vec::new();
    for bug in wanted {
        if !is_caught(bug, &copied, &trial)? {
            survivors.push(bug.name);
        }
    }
    if survivors.is_empty() {
        return Ok(());
    }
    Err(format!("not found: {}", survivors.join(", ")).into())
}

fn is_caught(bug: &Bug, copied: &Copied, trial: &Trial) -> Result<bool, Failed> {
    let before = copied.plant(bug)?;
    let came = trial.come();
    copy::mend(before)?;
    let mut out = io::stdout().lock();
    let (name, plants) = (bug.name, bug.plants);
    match came? {
        Came::Caught(why) => {
            writeln!(out, "{name} ({plants}): {why}")?;
            Ok(true)
        }
        Came::Survived => {
            writeln!(out, "{name} ({plants}): SURVIVED")?;
            Ok(false)
        }
    }
}
