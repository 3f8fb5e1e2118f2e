//! `conformance`: the tools, prompts and resources that the official MCP conformance suite calls
//! by name, behind the gateway like any other function.

use idwo_core::dispatch::{Ask, Call, Reply};
use idwo_core::failure::Failure;
use idwo_core::workflow::Workflows;

pub use self::catalogue::catalogue;
pub use self::jobs::kinds;

// What there is.
mod catalogue;

// One file for each thing that can be asked.
mod completions;
mod prompts;
mod resources;
mod tools;

// Calls that end only after the client was asked something.
mod interview;
mod question;
mod rounds;

// Calls whose work outlasts them.
mod jobs;
mod task_tools;

// What they stand on.
mod content;

#[cfg(test)]
mod tests;

/// The function's name, as in `functions/`.
pub const NAME: &str = "conformance";

/// Without workflows, the tools that start one say who can act.
pub async fn answer(call: Call, workflows: Workflows) -> Result<Reply, Failure> {
    match &call.ask {
        Ask::Tool { name, arguments } => {
            match task_tools::answer(name, arguments, &call, &workflows).await {
                Some(answered) => answered,
                None => tools::answer(name, arguments, &call.round, &call.watcher),
            }
        }
        Ask::Prompt { name, arguments } => prompts::answer(name, arguments, &call.round),
        Ask::Resource { uri } => resources::answer(uri),
        Ask::Completion { of, value } => completions::answer(of, value),
        Ask::Task { id, wish } => jobs::answer(id, wish, &call, &workflows).await,
    }
}
