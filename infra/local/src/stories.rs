//! `idwo-local workflows`: what the tool `get_workflow` answers, for a terminal.

use idwo_core::config::Variables;
use idwo_core::tool::Answer;
use serde_json::{Value, json};

use crate::args::{Args, Stories};
use crate::desk::Desk;
use crate::follow;
use crate::terminal::{self, Failed};

pub async fn run(args: &Args, wanted: &Stories, variables: &Variables) -> Result<(), Failed> {
    let desk = Desk::open(args, variables).await?;
    if wanted.follow {
        return follow::run(&desk, wanted.id.as_ref()).await;
    }
    let printed = match &wanted.id {
        Some(id) => {
            let question = json!({ "workflow_id": id, "detail": "full" });
            story(&desk.ask(&question).await?)
        }
        None => table(newest(&desk.ask(&json!({})).await?)),
    };
    terminal::print(&printed)?;
    Ok(())
}

fn story(answer: &Answer) -> String {
    let events = events(answer).iter().map(event);
    let lines: String = events.map(|event| format!("\n{event}")).collect();
    format!("{}\n{lines}", answer.text)
}

/// The last of what happened, newest last.
pub(crate) fn events(answer: &Answer) -> &[Value] {
    list(answer, "/result/workflow/history/items")
}

/// The workflows that were started last, last ones first.
pub(crate) fn newest(answer: &Answer) -> &[Value] {
    list(answer, "/result/newest/items")
}

fn list<'a>(answer: &'a Answer, path: &str) -> &'a [Value] {
    let found = answer.structured.pointer(path).and_then(Value::as_array);
    found.map_or(&[], Vec::as_slice)
}

/// A line of a history.
pub(crate) fn event(event: &Value) -> String {
    let about = event.get("about").and_then(Value::as_object);
    let about = about.into_iter().flatten();
    let about: String = about
        .map(|(name, value)| format!(" {name}={value}"))
        .collect();
    format!("{:30}  {}{about}", word(event, "at"), word(event, "what"))
}

pub(crate) fn table(lines: &[Value]) -> String {
    if lines.is_empty() {
        return "No workflow was started here. `idwo-local track OWNER/REPO NUMBER` starts one."
            .to_owned();
    }
    let lines = lines.iter().map(|line| {
        let [status, changed_at, id] =
            ["status", "changed_at", "workflow_id"].map(|name| word(line, name));
        format!("{status:10} {changed_at:30}  {id}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

pub(crate) fn word<'a>(of: &'a Value, name: &str) -> &'a str {
    of.get(name).and_then(Value::as_str).unwrap_or_default()
}
