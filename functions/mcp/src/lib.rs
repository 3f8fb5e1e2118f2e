//! The MCP endpoint. A request passes [`endpoint`] or [`pipe`] (routes, limits), the protocol itself (rmcp),
//! [`gateway`] (what is on offer) and `asking` (time-out, panics, progress, one line in the log);
//! behind its dispatch are the functions. It links none of them, so that it stays small.

pub mod endpoint;
pub mod pipe;

// What a request must be before the protocol sees it.
mod body;
mod caller;
mod cors;
mod head;
pub mod message;
mod narrowing;
pub mod sound;

// What is on offer.
pub mod catalogue;
mod completion;
mod page;
mod prompts;
mod protected_resource;
mod resources;
mod visible;

// A call, and its answer.
mod answers;
mod asking;
pub mod gateway;
mod progress;
mod results;
mod rounds;

// A call that outlasts its time.
mod handles;
mod tasks;
