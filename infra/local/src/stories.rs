//! `idwo-local workflows`: what the tool `get_workflow` answers, for a terminal.

use idwo_core::config::Variables;
use idwo_core::input::WorkflowId;
use serde_json::{Value, json};

use crate::args::Args;
use crate::call;
use crate::host;
use crate::repositories::Repositories;
use crate::terminal::{self, Failed};

pub async fn run(
    args: &Args,
    id: Option<&WorkflowId>,
    variables: &Variables,
) -> Result<(), Failed> {
    let repositories = Repositories::open(args)?;
    let dispatch = host::working_dispatch(&repositories, variables).await?;
    let arguments = match id {
        Some(id) => json!({ "workflow_id": id, "detail": "full" }),
        None => json!({}),
    };
    let answer = call::once(&dispatch, "get_workflow", arguments).await?;
    let found = |path| answer.structured.pointer(path).and_then(Value::as_array);
    let printed = match id {
        Some(_) => story(&answer.text, found("/result/workflow/history/items")),
        None => table(found("/result/newest/items")),
    };
    terminal::print(&printed)?;
    Ok(())
}

fn story(text: &str, events: Option<&Vec<Value>>) -> String {
    let lines = events.into_iter().flatten().map(|event| {
        let about = event.get("about").and_then(Value::as_object);
        let about = about.into_iter().flatten();
        let about: String = about
            .map(|(name, value)| format!(" {name}={value}"))
            .collect();
        format!("\n{:30}  {}{about}", word(event, "at"), word(event, "what"))
    });
    format!("{text}\n{}", lines.collect::<String>())
}

fn table(lines: Option<&Vec<Value>>) -> String {
    let lines: Vec<_> = lines
        .into_iter()
        .flatten()
        .map(|line| {
            let [status, changed_at, id] =
                ["status", "changed_at", "workflow_id"].map(|name| word(line, name));
            format!("{status:10} {changed_at:30}  {id}")
        })
        .collect();
    if lines.is_empty() {
        return "No workflow was started here. `idwo-local track OWNER/REPO NUMBER` starts one."
            .to_owned();
    }
    lines.join("\n")
}

fn word<'a>(of: &'a Value, name: &str) -> &'a str {
    of.get(name).and_then(Value::as_str).unwrap_or_default()
}
