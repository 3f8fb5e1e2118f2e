//! `idwo-local call`: one tool, one reply, one exit status.

use std::process::ExitCode;
use std::sync::Arc;

use idwo_core::config::Variables;
use idwo_core::failure::Failure;
use idwo_core::tool::Answer;
use serde_json::{Map, Value};

use crate::args::{Args, Call, Format};
use crate::gate::{Closed, Gate};
use crate::host;
use crate::in_process::{InProcess, WAITING};
use crate::markdown;
use crate::repositories::Repositories;
use crate::terminal::{self, Failed};
use crate::tools::TOOLS;

/// The answer was fine and a gate did not let it pass: told apart from an error, for CI.
const GATE_CLOSED: u8 = 3;

/// Without a time limit: on a terminal its progress shows, and Ctrl-C ends it.
pub async fn run(args: &Args, wanted: &Call, variables: &Variables) -> Result<ExitCode, Failed> {
    let arguments = serde_json::from_str(&wanted.arguments)
        .map_err(|e| format!("the arguments are not JSON: {e}"))?;
    let repositories = Repositories::open(args)?;
    let dispatch = dispatch(&repositories, wanted, variables).await?;
    let answer = once(&dispatch, &wanted.tool, arguments).await?;
    terminal::print(&match wanted.format {
        Format::Json => format!("{:#}", answer.structured),
        Format::Markdown => markdown::reply(&answer),
    })?;
    passed(&wanted.fail_on, &answer.structured)
}

/// The store of workflows is one process's at a time: it is left alone where nothing is asked of it.
async fn dispatch(
    repositories: &Repositories,
    wanted: &Call,
    variables: &Variables,
) -> Result<Arc<InProcess>, Failed> {
    let tool = TOOLS.iter().find(|tool| tool.name == wanted.tool);
    if tool.is_some_and(|tool| tool.toolset == WAITING) {
        return host::working_dispatch(repositories, variables).await;
    }
    Ok(Arc::new(host::dispatch(repositories, variables)?))
}

/// Every gate that is closed is said, not only the first.
fn passed(gates: &[Gate], reply: &Value) -> Result<ExitCode, Failed> {
    let mut code = ExitCode::SUCCESS;
    for gate in gates {
        if let Err(closed) = gate.closed_by(reply) {
            if let Closed::NoSuchList { .. } = closed {
                return Err(closed.into());
            }
            terminal::complain(&closed);
            code = ExitCode::from(GATE_CLOSED);
        }
    }
    Ok(code)
}

/// Calls `tool` and shows on the terminal how far it is. Stops it when the caller goes.
pub async fn once(dispatch: &InProcess, tool: &str, arguments: Value) -> Result<Answer, Failure> {
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
    let watcher = progress.watcher();
    let _stop = watcher.stop_on_drop();
    dispatch.tool(tool, arguments, watcher).await
}
