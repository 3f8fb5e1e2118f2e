//! `idwo-local --stdio` as a real process: one client on a pipe.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// Every line that comes back for these lines, the process having ended well.
#[expect(clippy::disallowed_methods, reason = "the process is what is tested")]
fn converse(lines: &str) -> Vec<Value> {
    let mut idwo = Command::new(env!("CARGO_BIN_EXE_idwo-local"))
        .env_clear()
        .args(["--stdio", "--ephemeral"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = idwo.stdin.take().unwrap();
    let lines = lines.to_owned();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = idwo.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn request(id: u32, method: &str, params: Value) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string() + "\n"
}

fn hello() -> String {
    let client = json!({ "name": "test", "version": "1" });
    let hello =
        json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client });
    let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    request(1, "initialize", hello) + &initialized.to_string() + "\n"
}

fn answer(replies: &[Value], id: u32) -> &Value {
    let mut found = replies.iter().filter(|reply| reply["id"] == json!(id));
    let answer = found.next().unwrap();
    assert!(found.next().is_none(), "answered twice: {replies:?}");
    answer
}

#[test]
fn it_serves_the_same_catalogue_and_answers_all_before_it_ends() {
    let pull = json!({ "owner": "sample", "repo": "storefront", "pull_number": 71 });
    let call = json!({ "name": "analyze_pr", "arguments": pull, "_meta": { "progressToken": 7 } });
    let lines = hello()
        + &request(2, "tools/list", json!({}))
        + &request(3, "tools/call", call)
        + &request(4, "prompts/list", json!({}));
    let replies = converse(&lines);
    assert_eq!(
        answer(&replies, 2)["result"]["tools"][0]["name"],
        "analyze_pr"
    );
    assert_eq!(answer(&replies, 3)["result"]["isError"], false);
    assert_eq!(
        answer(&replies, 4)["result"]["prompts"][1]["name"],
        "debug_and_fix"
    );
    assert!(
        replies
            .iter()
            .any(|reply| reply["params"]["progressToken"] == 7),
        "{replies:?}"
    );
}

#[test]
fn bad_lines_are_refused_and_the_next_ones_served() {
    let long = format!("{{\"a\":\"{}\"}}\n", "x".repeat(3 * 1024 * 1024));
    let deep = format!("{}\n", "[".repeat(100_000));
    let lines = hello()
        + "not json\n\n[]\n"
        + &long
        + &deep
        + "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"a\",\"method\":\"b\"}\n"
        + &request(2, "tools/list", json!({}));
    let replies = converse(&lines);
    let codes: Vec<_> = replies
        .iter()
        .filter_map(|reply| reply["error"]["code"].as_i64())
        .collect();
    assert_eq!(
        codes,
        [-32700, -32600, -32600, -32600, -32600],
        "{replies:?}"
    );
    assert!(answer(&replies, 2)["result"]["tools"].is_array());
}

#[test]
fn nothing_asked_is_nothing_answered() {
    assert_eq!(converse(""), Vec::<Value>::new());
}
