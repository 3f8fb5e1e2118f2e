//! `idwo-local approve`: shows what waits for an approval, and lets the person at the terminal decide it. Nobody
//! else: what is typed comes from a terminal, never from a pipe.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use idwo_core::approval::{self, Decision, NotResolved, Resolving};
use idwo_core::chance::Chance;
use idwo_core::clock::{Clock, SystemClock};
use idwo_core::config::Variables;
use idwo_core::input::WorkflowId;
use idwo_core::workflow::{Through, Workflows};
use serde_json::{Value, json};

use crate::args::Args;
use crate::desk::Desk;
use crate::own_keys::{self, OWNER};
use crate::repositories::Repositories;
use crate::serving::Serving;
use crate::stories::{newest, word};
use crate::terminal::{self, Failed};

/// Longest line that is typed, in bytes.
const LINE_BYTES_MAX: u64 = 64;

pub async fn run(
    args: &Args,
    id: Option<&WorkflowId>,
    variables: &Variables,
) -> Result<(), Failed> {
    let desk = Desk::open(args, variables).await?;
    match id {
        Some(id) => one(args, &desk, id).await,
        None => all(&desk).await,
    }
}

/// Those of the workflows that were started last.
async fn all(desk: &Desk) -> Result<(), Failed> {
    let answer = desk.ask(&json!({})).await?;
    let open = newest(&answer).iter().filter(|line| is_open(line));
    let ids: Vec<&str> = open.map(|line| word(line, "workflow_id")).collect();
    let said = if ids.is_empty() {
        "Of the workflows that were started last, none waits for an approval.".to_owned()
    } else {
        format!(
            "These wait; `idwo-local approve ID` shows one:\n{}",
            ids.join("\n")
        )
    };
    Ok(terminal::print(&said)?)
}

fn is_open(line: &Value) -> bool {
    word(line, "kind") == "approval" && word(line, "status") == "running"
}

async fn one(args: &Args, desk: &Desk, id: &WorkflowId) -> Result<(), Failed> {
    let question = json!({ "approval_id": id, "decision": "approve" });
    let shown = desk.call("resolve_approval", &question).await?;
    let about = shown.structured.get("result").unwrap_or(&Value::Null);
    if word(about, "state") != "pending" {
        return Err(shown.text.into());
    }
    if !is_whole(&shown.structured) {
        return Err("the plan is longer than what was told of it: decide on its page".into());
    }
    terminal::print(&plan(about))?;
    let decision = typed()?;
    match desk {
        Desk::Here { dispatch, .. } => {
            decide(&dispatch.workshop().workflows(), id, decision).await?;
        }
        Desk::There(serving) => post(serving, args, about, decision).await?,
    }
    let now = desk.ask(&json!({ "workflow_id": id })).await?;
    let state = now.structured.pointer("/result/workflow/approvals/0/state");
    let state = state.and_then(Value::as_str).unwrap_or("unknown");
    Ok(terminal::print(&format!("{id} is {state}."))?)
}

fn is_whole(reply: &Value) -> bool {
    let skipped = reply.pointer("/coverage/skipped");
    skipped.and_then(Value::as_array).is_some_and(Vec::is_empty)
}

fn plan(about: &Value) -> String {
    let lines = about.get("plan").and_then(Value::as_array);
    let lines = lines.into_iter().flatten().filter_map(Value::as_str);
    let lines = lines.enumerate();
    let lines: String = lines
        .map(|(nth, line)| format!("\n{:3}. {line}", nth + 1))
        .collect();
    let actor = match word(about, "actor") {
        "" => "Somebody on this machine",
        actor => actor,
    };
    let [action, target, until] = ["action", "target", "expires_at"].map(|name| word(about, name));
    format!("{actor} wants: {action}, on {target}.{lines}\nOpen until {until}.")
}

fn typed() -> Result<Decision, Failed> {
    let stdin = io::stdin();
    if !stdin.is_terminal() || !io::stdout().is_terminal() {
        return Err("an approval is typed at a terminal, by a person".into());
    }
    let mut stdout = io::stdout();
    write!(stdout, "Type approve or decline: ")?;
    stdout.flush()?;
    let mut line = String::new();
    io::Read::take(stdin.lock(), LINE_BYTES_MAX).read_line(&mut line)?;
    match line.trim() {
        "approve" => Ok(Decision::Approve),
        "decline" => Ok(Decision::Decline),
        _ => Err("neither was typed, and nothing is decided".into()),
    }
}

async fn decide(workflows: &Workflows, id: &WorkflowId, decision: Decision) -> Result<(), Failed> {
    let now = SystemClock.now();
    let resolving = Resolving {
        decision,
        by: OWNER.to_owned(),
        through: Through::Terminal,
        shown: None,
        correlation: Chance::of_machine().id(now)?,
    };
    match approval::resolve(workflows, id, &resolving, now).await {
        Ok(_) => Ok(()),
        Err(NotResolved::Refused { why, .. }) => Err(why.into()),
        Err(NotResolved::Failed(failure)) => Err(failure.into()),
    }
}

/// Who holds the store decides; it knows the owner of this folder by its key.
async fn post(
    serving: &Serving,
    args: &Args,
    about: &Value,
    decision: Decision,
) -> Result<(), Failed> {
    let link = word(about, "link");
    let path = link.find("/approvals/").and_then(|at| link.get(at..));
    let path = path.ok_or("who serves has no page for approvals")?;
    let repositories = Repositories::open(args)?;
    let data: &Path = &repositories.data;
    if !serving.serves(data) {
        return Err("another address serves this folder: say it with --bind".into());
    }
    let form = match decision {
        Decision::Approve => format!("decision=approve&key={}", own_keys::approvers_key(data)?),
        Decision::Decline | Decision::Expire => "decision=decline".to_owned(),
    };
    Ok(serving.decide(path, form).await?)
}
