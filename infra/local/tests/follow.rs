//! Looking at workflows while another process works on them: as a table, as a story, and as they go on.

#![expect(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test of a process starts it, and fails by panicking"
)]

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::json;

const ID: &str = "pr-sample-storefront-71~1";

fn idwo(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_idwo-local"));
    command.env_clear().arg("--data").arg(data);
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Begins to follow a pull request of the sample.
fn track(data: &Path) {
    let pull = ["track", "sample/storefront", "71"];
    let tracked = idwo(data).args(pull).output().unwrap();
    assert!(tracked.status.success(), "{tracked:?}");
}

/// A process that serves over `data`; killed when nobody needs it any more.
struct Served {
    process: Child,
    address: String,
}

impl Served {
    fn start(data: &Path) -> Self {
        let mut process = idwo(data)
            .args(["--bind", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        // Its screen goes on; nobody reads it.
        std::thread::spawn(move || lines.for_each(drop));
        let address = first.split("http://").nth(1).unwrap();
        let address = address.split('/').next().unwrap().to_owned();
        Self { process, address }
    }

    /// `idwo-local workflows`, which asks there.
    fn workflows(&self, data: &Path, arguments: &[&str]) -> Command {
        let mut command = idwo(data);
        command.args(["--bind", &self.address, "workflows"]);
        command.args(arguments);
        command
    }

    /// As soon as the workflow waits for something to happen.
    fn story(&self, data: &Path) -> Output {
        loop {
            let story = self.workflows(data, &[ID]).output().unwrap();
            if text(&story.stdout).contains("It waits for something to happen") {
                return story;
            }
            assert!(story.status.success(), "{story:?}");
        }
    }

    fn cancel(&self) {
        let call = json!({ "name": "cancel_workflow", "arguments": { "workflow_id": ID } });
        let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call });
        let call = call.to_string();
        let head = format!(
            "POST /mcp HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: application/json\r\n\
             accept: application/json, text/event-stream\r\ncontent-length: {}\r\n\r\n",
            self.address,
            call.len()
        );
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all((head + &call).as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains("\"isError\":false"), "{answer}");
    }

    fn ended(mut self) {
        let id = self.process.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(told.success() && self.process.wait().unwrap().success());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _gone = self.process.kill();
    }
}

/// Somebody who follows, and what they have read.
struct Following {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    read: String,
}

impl Following {
    fn start(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let read = String::new();
        Self {
            process,
            lines,
            read,
        }
    }

    fn reads_until(&mut self, word: &str) {
        for line in self.lines.by_ref() {
            let line = line.unwrap();
            self.read += &line;
            self.read.push('\n');
            if line.contains(word) {
                return;
            }
        }
        panic!("no `{word}` in {}", self.read);
    }

    /// All that it has read when it has ended by itself, and well.
    fn ended(mut self) -> String {
        for line in self.lines.by_ref() {
            self.read += &line.unwrap();
            self.read.push('\n');
        }
        assert!(self.process.wait().unwrap().success(), "{}", self.read);
        self.read
    }
}

#[test]
fn a_story_reads_the_same_whoever_holds_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    track(data);
    let served = Served::start(data);
    let story = served.story(data);
    let table = served.workflows(data, &[]).output().unwrap();
    let refused = served.workflows(data, &["pr-none"]).output().unwrap();
    served.ended();
    for (arguments, there) in [
        (&["workflows", ID][..], story),
        (&["workflows"], table),
        (&["workflows", "pr-none"], refused),
    ] {
        let here = idwo(data).args(arguments).output().unwrap();
        assert_eq!(here, there, "{arguments:?}");
    }
}

#[test]
fn whoever_follows_reads_each_event_once_until_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    track(data);
    let served = Served::start(data);
    let mut one = Following::start(served.workflows(data, &[ID, "--follow"]));
    one.reads_until("listening");
    let mut all = Following::start(served.workflows(data, &["--follow"]));
    all.reads_until(ID);
    served.cancel();
    let one = one.ended();
    for event in ["started", "step_done", "listening", "cancel_asked", "ended"] {
        let word = format!("  {event}");
        assert_eq!(one.matches(&word).count(), 1, "{event} in {one}");
    }
    assert!(one.contains("It was cancelled by cancel_workflow"), "{one}");
    let all = all.ended();
    assert!(all.contains(&format!("\n{ID}  ")), "{all}");
    assert!(
        all.contains("cancel_asked") && !all.contains("step_done"),
        "{all}"
    );
    let rewritten = ['\r', '\u{1b}'];
    assert!(!one.contains(rewritten) && !all.contains(rewritten));
}

#[test]
fn what_nobody_works_on_is_not_followed_and_what_has_ended_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    track(data);
    let follow = || idwo(data).args(["workflows", ID, "--follow"]).output();
    let alone = follow().unwrap();
    assert_eq!(alone.status.code(), Some(1));
    assert!(text(&alone.stdout).contains("It performs"), "{alone:?}");
    assert!(
        text(&alone.stderr).contains("nobody works on it"),
        "{alone:?}"
    );
    let served = Served::start(data);
    served.story(data);
    served.cancel();
    served.ended();
    let told = follow().unwrap();
    assert!(told.status.success(), "{told:?}");
    assert!(text(&told.stdout).contains("It was cancelled"), "{told:?}");
}

#[test]
fn who_holds_the_store_and_cannot_be_asked_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path());
    let elsewhere = ["--bind", "127.0.0.1:9", "workflows"];
    let refused = idwo(folder.path()).args(elsewhere).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let said = text(&refused.stderr);
    let why =
        "another idwo-local holds the store of this folder, and nobody answers at 127.0.0.1:9";
    assert!(said.contains(why), "{said}");
    drop(served);
}
