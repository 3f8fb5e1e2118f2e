//! Chores of the project, each a `cargo xtask` of its own.

mod mutate;
mod new_tool;
mod weigh;

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Parser;
use idwo_local::tools::{self, TOOLS};

#[derive(Parser)]
enum Chore {
    /// Writes the lists in `functions/mcp` and `tests/contract/` from the tools' own contracts,
    /// `events/` from their examples, and `functions/mcp/conformance.json` from the fixture's.
    Catalogue,

    /// Makes a tool that answers its own example, in every place where a tool has to be.
    NewTool {
        /// As the tool, its function and its folder are named, such as `analyze_pr`.
        name: new_tool::Name,
    },

    /// Plays durable work under everything that can go wrong, and fails where something does not hold.
    /// `--help` tells more.
    #[command(disable_help_flag = true)]
    Simulate {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },

    /// Plants bugs in a copy of the engine, one after the other, and fails where the simulation does not
    /// find one.
    Mutate {
        /// This one alone.
        name: Option<String>,
    },

    /// Builds every function for this machine and prints what it weighs beside the least that one can
    /// be. Fails where a target is missed.
    Weigh,
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failed> {
    match Chore::parse() {
        Chore::Catalogue => catalogue(),
        Chore::NewTool { name } => new_tool::run(&name),
        Chore::Simulate { arguments } => simulate(&arguments),
        Chore::Mutate { name } => mutate::run(name.as_deref()),
        Chore::Weigh => weigh::run(),
    }
}

fn catalogue() -> Result<(), Failed> {
    let root = root();
    for (file, text) in [
        ("catalogue", tools::catalogue()),
        ("contracts", tools::contracts()),
        ("conformance", tools::conformance_catalogue()),
    ] {
        write(&root.join(format!("functions/mcp/{file}.json")), &text)?;
    }
    for tool in TOOLS {
        let path = root.join(format!("tests/contract/{}.json", tool.name));
        write(&path, &tools::pretty(&tools::published(tool)))?;
        let path = root.join(format!("events/{}.json", tool.name));
        write(&path, &tools::pretty(&tools::event(tool)?))?;
    }
    Ok(())
}

/// In the profile of the tests, whose build it shares: `laptop` is built for 40 s more and plays no faster
/// (measured: 680 plays a second of CPU, and 820).
fn simulate(arguments: &[String]) -> Result<(), Failed> {
    let program = [
        "run",
        "--quiet",
        "-p",
        "idwo-simulation",
        "--bin",
        "simulate",
        "--",
    ];
    cargo(&program, arguments.iter().map(String::as_str))
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a chore of the project, never deployed"
)]
fn cargo<'a>(command: &[&str], packages: impl IntoIterator<Item = &'a str>) -> Result<(), Failed> {
    let mut cargo = Command::new("cargo");
    let cargo = cargo.args(command).args(packages).current_dir(root());
    let done = cargo.status()?;
    done.success()
        .then_some(())
        .ok_or_else(|| format!("cargo {} failed", command.join(" ")).into())
}

/// The programs of `packages` and `more`, as they are deployed, for the machine `target`.
fn build<'a>(
    target: &str,
    more: &[&str],
    packages: impl IntoIterator<Item = &'a str>,
) -> Result<(), Failed> {
    // How Cargo is told of flags on its command line: as a list in TOML.
    let flags: Vec<_> = include_str!("../../rustflags").split_whitespace().collect();
    let flags = format!("build.rustflags={flags:?}");
    let command = [
        "--config",
        &flags,
        "build",
        "--release",
        "--locked",
        "--target",
        target,
    ];
    cargo(&[&command, more].concat(), packages)
}

/// The workspace's root, wherever the command was given.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
