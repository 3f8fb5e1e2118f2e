//! What is open goes on without anybody being served, and is counted.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test of a process starts it, and fails by panicking"
)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn idwo(data: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_idwo-local"));
    let command = command.env_clear().arg("--data").arg(data);
    command.args(arguments).output().unwrap()
}

fn state(data: &Path, arguments: &[&str]) -> Value {
    let arguments = [arguments, &["--dump-state", "json"]].concat();
    let output = idwo(data, &arguments);
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// One workflow that is open, at `at`.
fn one(at: &str, intended: u32, done: u32) -> Value {
    let mut open_at = json!({ "step": 0, "undo": 0, "wait": 0, "callback": 0, "children": 0 });
    open_at
        .as_object_mut()
        .unwrap()
        .insert(at.to_owned(), json!(1));
    json!({
        "accepted": 1,
        "terminal": 0,
        "by_outcome": { "done": 0, "failed": 0, "cancelled": 0 },
        "open": 1,
        "open_at": open_at,
        "unreadable": 0,
        "dead_lettered": 0,
        "effects": { "intended": intended, "done": done, "undone": 0, "stuck": 0 },
        "is_cut": false,
    })
}

#[test]
fn what_is_open_goes_on_until_it_waits_for_somebody() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    idwo(data, &["track", "sample/storefront", "71"]);
    assert_eq!(state(data, &[]), one("step", 0, 0));
    assert_eq!(
        state(data, &[]),
        one("step", 0, 0),
        "a look changes nothing"
    );
    let quiet = idwo(data, &["--quiesce"]);
    assert_eq!((quiet.status.code(), quiet.stdout.len()), (Some(0), 0));
    assert_eq!(state(data, &[]), one("callback", 1, 1));
    assert_eq!(state(data, &["--quiesce"]), one("callback", 1, 1));
}

#[test]
fn what_another_works_on_is_left_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let mut other = Command::new(env!("CARGO_BIN_EXE_idwo-local"));
    let other = other.env_clear().arg("--data").arg(data).arg("--stdio");
    let other = other.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut other = other.spawn().unwrap();
    // Whoever answers holds the store.
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    writeln!(other.stdin.as_mut().unwrap(), "{ping}").unwrap();
    let answers = BufReader::new(other.stdout.take().unwrap());
    assert!(answers.lines().next().unwrap().is_ok());
    let refused = idwo(data, &["--quiesce", "--dump-state", "json"]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("another idwo-local holds"), "{said}");
    assert_eq!((refused.status.code(), refused.stdout.len()), (Some(1), 0));
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn it_goes_with_nothing_that_serves_or_asks() {
    let folder = tempfile::tempdir().unwrap();
    for others in [&["--stdio"][..], &["workflows"], &["doctor"]] {
        for alone in [&["--quiesce"][..], &["--dump-state", "json"]] {
            let output = idwo(folder.path(), &[alone, others].concat());
            assert_eq!(output.status.code(), Some(2), "{alone:?} {others:?}");
        }
    }
}
