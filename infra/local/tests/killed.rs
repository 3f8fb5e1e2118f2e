//! A process that is killed again and again under load: nothing that it accepted is lost, nothing is done
//! twice. `cargo test -p idwo-local --features rehearsal --test killed -- --nocapture` prints the times.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test of a process starts it, waits, says what it measured and fails by panicking"
)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const KILLS: u32 = 20;
const RUNS_PER_LIFE: u32 = 40;
const STEPS: u64 = 3;

/// How long somebody who was killed may take until all that was open has gone on.
const MOVING_WITHIN: Duration = Duration::from_secs(5);

fn rehearse(data: &Path, runs: u32) -> Child {
    Command::new(env!("CARGO_BIN_EXE_idwo-local"))
        .arg("--data")
        .arg(data)
        .args(["rehearse", &runs.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What it says until it is killed after `life` from its first word; and how long that took.
fn killed_after(mut child: Child, life: Duration) -> (BTreeSet<String>, Duration) {
    let began = Instant::now();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "serving");
    let ready = began.elapsed();
    let killer = std::thread::spawn(move || {
        std::thread::sleep(life);
        child.kill().unwrap();
        child.wait().unwrap();
    });
    let said = lines.map_while(Result::ok);
    let accepted = said.filter(|line| line.starts_with("accepted")).collect();
    killer.join().unwrap();
    (accepted, ready)
}

#[test]
fn a_process_that_is_killed_loses_nothing_and_does_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let mut accepted = BTreeSet::new();
    for nth in 0..KILLS {
        let life = Duration::from_millis(5 + 23 * u64::from(nth));
        let (of_this_life, ready) = killed_after(rehearse(folder.path(), RUNS_PER_LIFE), life);
        accepted.extend(of_this_life);
        let so_far = accepted.len();
        println!(
            "life {nth}: ready after {ready:?}, killed after {life:?}, {so_far} accepted so far"
        );
    }
    let began = Instant::now();
    let last = rehearse(folder.path(), 0).wait_with_output().unwrap();
    let took = began.elapsed();
    let said = String::from_utf8(last.stdout).unwrap();
    let counts: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    let told = accepted.len();
    println!("{told} were told to be accepted; after {took:?}: {counts}");
    let count = |name: &str| counts[name].as_u64().unwrap();

    assert!(count("accepted") >= u64::try_from(told).unwrap(), "lost");
    assert_eq!(count("done"), count("accepted"));
    assert_eq!(count("effects"), STEPS * count("accepted"));
    assert_eq!((count("open"), count("dead_lettered")), (0, 0));
    let log = std::fs::read_to_string(folder.path().join("effects.log")).unwrap();
    let distinct: BTreeSet<&str> = log.lines().collect();
    assert_eq!(distinct.len(), log.lines().count(), "done twice");
    assert!(took < MOVING_WITHIN, "{took:?}");
}
