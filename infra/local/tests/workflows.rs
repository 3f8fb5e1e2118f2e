//! Workflows of real processes: what one has started, the next goes on with.

#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test of a process starts it, and fails by panicking"
)]

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

const ID: &str = "pr-sample-storefront-71~1";

fn idwo(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_idwo-local"));
    command.env_clear().arg("--data").arg(data);
    command
}

/// What it says, and whether all went well.
fn said(data: &Path, arguments: &[&str]) -> (String, bool) {
    let output = idwo(data).args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (String::from_utf8(said).unwrap(), output.status.success())
}

fn track(data: &Path) -> (String, bool) {
    said(data, &["track", "sample/storefront", "71"])
}

/// A client's server, which works on what is open as long as it is there.
struct Served {
    process: Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Served {
    fn start(data: &Path) -> Self {
        let mut process = idwo(data)
            .arg("--stdio")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let input = process.stdin.take().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut served = Self {
            process,
            input,
            lines,
        };
        let client = json!({ "name": "test", "version": "1" });
        let hello =
            json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client });
        served.ask("initialize", &hello);
        served
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        let line = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        writeln!(self.input, "{line}").unwrap();
        serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap()
    }

    fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        let call = json!({ "name": tool, "arguments": arguments });
        self.ask("tools/call", &call)["result"].clone()
    }

    /// Until it waits for something to happen.
    fn listens(&mut self) -> Value {
        loop {
            let now = self.call("get_workflow", &json!({ "workflow_id": ID, "wait_s": 1 }));
            let workflow = &now["structuredContent"]["result"]["workflow"];
            if workflow["doing"]["what"] == "callback" {
                return workflow.clone();
            }
        }
    }

    fn killed(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// As clients end it.
    fn ended(mut self) {
        drop(self.input);
        assert!(self.process.wait().unwrap().success());
    }
}

#[test]
fn what_was_started_goes_on_while_somebody_serves_and_outlives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let (started, is_well) = track(folder.path());
    assert!(is_well && started.contains(ID), "{started}");
    let (table, _) = said(folder.path(), &["workflows"]);
    assert!(table.contains("running") && table.contains(ID), "{table}");
    let (again, is_well) = track(folder.path());
    assert!(is_well && again.contains("already"), "{again}");

    let mut served = Served::start(folder.path());
    let before = served.listens();
    served.killed();
    let mut served = Served::start(folder.path());
    assert_eq!(served.listens()["history"], before["history"]);
    let cancelled = served.call("cancel_workflow", &json!({ "workflow_id": ID }));
    assert_eq!(cancelled["isError"], false, "{cancelled:#}");
    served.ended();
    let (story, is_well) = said(folder.path(), &["workflows", ID]);
    assert!(
        is_well && story.contains("It was cancelled by cancel_workflow"),
        "{story}"
    );
    assert!(story.contains("step_done"), "{story}");
}

#[test]
fn of_two_in_one_folder_the_second_does_all_but_workflows_and_says_who_can() {
    let folder = tempfile::tempdir().unwrap();
    let first = Served::start(folder.path());
    let mut second = Served::start(folder.path());
    let pull = json!({ "owner": "sample", "repo": "storefront", "pull_number": 71 });
    assert_eq!(second.call("analyze_pr", &pull)["isError"], false);
    let refused = second.call("get_workflow", &json!({})).to_string();
    assert!(refused.contains("another idwo-local holds"), "{refused}");
    let (refused, is_well) = track(folder.path());
    assert!(
        !is_well && refused.contains("another idwo-local holds"),
        "{refused}"
    );
    let (report, _) = said(folder.path(), &["doctor", "--bind", "127.0.0.1:0"]);
    assert!(
        report.contains("workflows: another idwo-local holds"),
        "{report}"
    );
    first.ended();
    second.ended();
    let (report, _) = said(folder.path(), &["doctor", "--bind", "127.0.0.1:0"]);
    assert!(report.contains("workflows: 0 open, 0 due"), "{report}");
}
