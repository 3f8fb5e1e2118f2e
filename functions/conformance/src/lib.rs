//! `conformance`: the tools, prompts and resources that the official MCP conformance suite calls
//! by name, behind the gateway like any other function.

use idwo_core::dispatch::{Ask, Call, Reply};
use idwo_core::failure::Failure;

pub use catalogue::catalogue;

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

// What they stand on.
mod content;

#[cfg(test)]
mod tests;

/// The function's name, as in `functions/`.
pub const NAME: &str = "conformance";

pub async fn answer(call: Call) -> Result<Reply, Failure> {
    match &call.ask {
        Ask::Tool { name, arguments } => tools::answer(name, arguments, &call.round, &call.watcher),
        Ask::Prompt { name, arguments } => prompts::answer(name, arguments, &call.round),
        Ask::Resource { uri } => resources::answer(uri),
        Ask::Completion { of, value } => completions::answer(of, value),
    }
}
