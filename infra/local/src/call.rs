//! `idwo-local call`: one tool, one reply, one exit status.

use std::process::ExitCode;

use idwo_core::failure::Failure;
use idwo_core::tool::Answer;
use mcp::dispatch::{Dispatch, ToolCall};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::args::{Args, Call, Format};
use crate::in_process::InProcess;
use crate::markdown;
use crate::repositories::Repositories;
use crate::terminal::{self, Failed};

/// The answer was fine and a gate did not let it pass: told apart from an error, for CI.
const GATE_CLOSED: u8 = 3;

pub async fn run(args: &Args, wanted: &Call) -> Result<ExitCode, Failed> {
    let arguments = serde_json::from_str(&wanted.arguments)
        .map_err(|e| format!("the arguments are not JSON: {e}"))?;
    let repositories = Repositories::open(args)?;
    let dispatch = InProcess {
        clones: repositories.clones.clone(),
    };
    let answer = once(&dispatch, &wanted.tool, arguments).await?;
    terminal::print(&match wanted.format {
        Format::Json => format!("{:#}", answer.structured),
        Format::Markdown => markdown::reply(&answer),
    })?;
    let closed: Vec<_> = wanted
        .fail_on
        .iter()
        .filter_map(|gate| gate.closed_by(&answer.structured).err())
        .collect();
    for reason in &closed {
        terminal::complain(reason);
    }
    Ok(if closed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(GATE_CLOSED)
    })
}

/// Calls `tool` and shows on the terminal how far it is.
pub async fn once(
    dispatch: &dyn Dispatch,
    tool: &str,
    arguments: Value,
) -> Result<Answer, Failure> {
    let arguments: Map<String, Value> = match arguments {
        Value::Object(arguments) => arguments,
        _ => {
            return Err(Failure::caller(
                "the arguments are not a JSON object",
                "write them as {\"name\": value}",
            ));
        }
    };
    let progress = terminal::Spinner::new();
    let call = ToolCall {
        tool: tool.to_owned(),
        arguments,
        correlation_id: Uuid::now_v7(),
        watcher: progress.watcher(),
    };
    dispatch.call(call).await
}
