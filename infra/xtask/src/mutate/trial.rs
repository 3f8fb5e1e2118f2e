//! The simulation, built where a bug was planted, and whether it fails.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::Failed;

/// Random plays first: most bugs are found by fewer than ten, in a hundredth of the time of everything.
const SEEDS: &str = "300";

/// Longest time of one run of the simulation: five times what everything takes without a bug.
const RUN_TIME_MAX: Duration = Duration::from_secs(150);

/// Most characters that are told of what was found.
const WHY_CHARS_MAX: usize = 200;

pub(super) struct Trial {
    pub(super) clone: PathBuf,
    pub(super) target: PathBuf,
}

pub(super) enum Came {
    /// By which seed or plan, after how many plays, and what did not hold.
    Caught(String),
    Survived,
}

impl Trial {
    pub(super) fn come(&self) -> Result<Came, Failed> {
        self.build()?;
        for play in [&["--from", "0", "--seeds", SEEDS][..], &["--everything"]] {
            if let Came::Caught(why) = self.played(play)? {
                return Ok(Came::Caught(why));
            }
        }
        Ok(Came::Survived)
    }

    /// What an earlier call left half built, should somebody have stopped it: seen to fail at linking.
    pub(super) fn clear(&self) -> Result<(), Failed> {
        let incremental = self.target.join("debug/incremental");
        if incremental.exists() {
            fs::remove_dir_all(incremental)?;
        }
        Ok(())
    }

    /// Incremental and without debug information: that builds what a bug changes in a fifth of the time.
    fn build(&self) -> Result<(), Failed> {
        let mut cargo = command("cargo");
        cargo
            .args([
                "build",
                "--quiet",
                "--locked",
                "-p",
                "idwo-simulation",
                "--bin",
                "simulate",
            ])
            .args(["--config", "profile.dev.debug=false"])
            .env("CARGO_INCREMENTAL", "1")
            .env("CARGO_TARGET_DIR", &self.target)
            .env("RUSTFLAGS", "-Awarnings")
            .current_dir(&self.clone);
        let built = cargo.status()?.success();
        built
            .then_some(())
            .ok_or_else(|| "it does not compile".into())
    }

    fn played(&self, arguments: &[&str]) -> Result<Came, Failed> {
        let mut simulate = command(self.target.join("debug/simulate"));
        simulate
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut playing = simulate.spawn()?;
        let Some(told) = told(&mut playing) else {
            playing.kill()?;
            playing.wait()?;
            return Ok(Came::Caught("it never ends".to_owned()));
        };
        if playing.wait()?.success() {
            return Ok(Came::Survived);
        }
        let why = told.lines().next().unwrap_or("it stopped without a word");
        Ok(Came::Caught(why.chars().take(WHY_CHARS_MAX).collect()))
    }
}

/// `None` where it takes too long.
fn told(playing: &mut Child) -> Option<String> {
    let mut out = playing.stdout.take()?;
    let (tell, hear) = mpsc::channel();
    thread::spawn(move || {
        let mut told = String::new();
        let read = out.read_to_string(&mut told);
        // Who waited may have given up.
        let _ = tell.send(read.map(|_| told).unwrap_or_default());
    });
    hear.recv_timeout(RUN_TIME_MAX).ok()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a chore of the project, never deployed"
)]
fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(program)
}
