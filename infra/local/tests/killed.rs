//! A process that serves and is killed again and again under load: nothing that it accepted is lost, nothing is
//! done twice. `cargo test -p idwo-local --features rehearsal --test killed -- --nocapture` prints the times.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test of a process starts it, waits, says what it measured and fails by panicking"
)]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

const KILLS: u32 = 20;
const RUNS_PER_LIFE: u32 = 40;
const STEPS: u64 = 3;

/// How long somebody who was killed may take until a request is answered.
const SERVING_WITHIN: Duration = Duration::from_secs(1);

/// And until all that was open has gone on. It has three steps and a wait of 20 ms, and has ended by then.
const MOVING_WITHIN: Duration = Duration::from_secs(5);

/// How often it is looked whether something is so, and for how long: six times what is asked for.
const LOOK_EVERY: Duration = Duration::from_millis(1);
const GIVE_UP_AFTER: Duration = Duration::from_secs(30);

/// The folder for data, and what the process prints beside it.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn screen(&self) -> PathBuf {
        self.0.path().join("screen")
    }

    fn idwo(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_idwo-local"));
        command.env_clear().env("IDWO_LOG", "warn");
        command.arg("--data").arg(self.data());
        command
    }

    /// Serves, and starts so many workflows meanwhile.
    fn born(&self, runs: u32) -> Life<'_> {
        let screen = File::create(self.screen()).unwrap();
        let at = Instant::now();
        let process = self
            .idwo()
            .args(["--bind", "127.0.0.1:0", "--rehearse", &runs.to_string()])
            .stdout(screen)
            .spawn()
            .unwrap();
        let address = soon(|| address_in(&fs::read_to_string(self.screen()).unwrap()));
        let place = self;
        let life = Life {
            place,
            process,
            at,
            address,
        };
        soon(|| {
            life.asked("GET /health", "")
                .filter(|said| said.contains(" 200 "))
        });
        life
    }

    /// What `idwo-local` counts, after all is still or as it is.
    fn state(&self, arguments: &[&str]) -> Value {
        let output = self
            .idwo()
            .args(arguments)
            .args(["--dump-state", "json"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Nothing is lost, and each step has left one line: all ended, and the file says the same as the store.
    fn assert_once(&self, state: &Value) {
        let count = |path: &str| state.pointer(path).and_then(Value::as_u64).unwrap();
        let accepted = count("/accepted");
        assert_eq!((count("/open"), count("/dead_lettered")), (0, 0));
        assert_eq!(count("/by_outcome/done"), accepted);
        assert_eq!(count("/effects/intended"), STEPS * accepted);
        assert_eq!(count("/effects/done"), STEPS * accepted);
        let log = fs::read_to_string(self.data().join("effects.log")).unwrap();
        let distinct: BTreeSet<&str> = log.lines().collect();
        assert_eq!(distinct.len(), log.lines().count(), "done twice");
        assert_eq!(log.lines().count() as u64, STEPS * accepted);
    }
}

/// A process that serves, from its start to its end.
struct Life<'a> {
    place: &'a Place,
    process: Child,
    at: Instant,
    address: String,
}

impl Life<'_> {
    /// All of the answer; `None` where nobody listens.
    fn asked(&self, what: &str, body: &str) -> Option<String> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        let head = format!(
            "{what} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: application/json\r\n\
             accept: application/json, text/event-stream\r\ncontent-length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all((head + body).as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }

    /// Such as `3 open, 1 due, 0 dead letters`, as its health says over MCP.
    fn workflows(&self) -> String {
        let params = json!({ "uri": "orchestrator://health" });
        let ask =
            json!({ "jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": params });
        let answer = self.asked("POST /mcp", &ask.to_string()).unwrap();
        let body = answer.split("\r\n\r\n").nth(1).unwrap();
        let message: Value = serde_json::from_str(body).unwrap();
        let health = message.pointer("/result/contents/0/text").unwrap();
        let health: Value = serde_json::from_str(health.as_str().unwrap()).unwrap();
        let components = health.get("components").and_then(Value::as_array).unwrap();
        let is_ours = |component: &&Value| component.get("name") == Some(&json!("workflows"));
        let found = components.iter().find(is_ours).unwrap().get("found");
        found.unwrap().as_str().unwrap().to_owned()
    }

    /// All that it said to have accepted by then.
    fn killed_after(mut self, life: Duration) -> BTreeSet<String> {
        std::thread::sleep(life);
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        let screen = fs::read_to_string(self.place.screen()).unwrap();
        let accepted = screen.lines().filter(|line| line.starts_with("accepted"));
        accepted.map(str::to_owned).collect()
    }
}

impl Drop for Life<'_> {
    fn drop(&mut self) {
        let _gone = self.process.kill();
    }
}

fn address_in(screen: &str) -> Option<String> {
    let (_, address) = screen.split_once("http://")?;
    let (address, _) = address.split_once("/mcp")?;
    Some(address.to_owned())
}

/// What comes in the end.
fn soon<T>(look: impl Fn() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < GIVE_UP_AFTER, "it never came");
        std::thread::sleep(LOOK_EVERY);
    }
}

#[test]
fn a_process_that_is_killed_loses_nothing_and_does_nothing_twice() {
    let place = Place::new();
    let mut accepted = BTreeSet::new();
    for nth in 0..KILLS {
        let life = place.born(RUNS_PER_LIFE);
        let ready = life.at.elapsed();
        let after = Duration::from_millis(5 + 23 * u64::from(nth));
        accepted.extend(life.killed_after(after));
        let so_far = accepted.len();
        println!(
            "life {nth}: serves after {ready:?}, killed {after:?} later, {so_far} accepted so far"
        );
        assert!(ready < SERVING_WITHIN, "{ready:?}");
    }
    println!("when it was killed last: {}", place.state(&[]));
    let last = place.born(0);
    let ready = last.at.elapsed();
    soon(|| {
        last.workflows()
            .starts_with("0 open, 0 due, 0 dead")
            .then_some(())
    });
    let moved = last.at.elapsed();
    last.killed_after(Duration::ZERO);
    let state = place.state(&["--quiesce"]);
    let told = accepted.len();
    println!("serves after {ready:?}, all ended after {moved:?}; told of {told} accepted: {state}");

    assert!(ready < SERVING_WITHIN && moved < MOVING_WITHIN);
    let kept = state.get("accepted").and_then(Value::as_u64).unwrap();
    assert!(kept >= u64::try_from(told).unwrap(), "lost");
    place.assert_once(&state);
}

#[test]
fn what_a_killed_process_has_left_is_done_without_serving() {
    let place = Place::new();
    let accepted = place
        .born(RUNS_PER_LIFE)
        .killed_after(Duration::from_millis(50));
    let left = place.state(&[]);
    let began = Instant::now();
    let state = place.state(&["--quiesce"]);
    println!("left: {left}\nafter {:?}: {state}", began.elapsed());
    assert_ne!(left.get("open"), Some(&json!(0)), "killed too late to tell");
    let kept = state.get("accepted").and_then(Value::as_u64).unwrap();
    assert!(kept >= u64::try_from(accepted.len()).unwrap(), "lost");
    place.assert_once(&state);
}
