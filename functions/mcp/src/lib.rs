//! The MCP endpoint. A request passes [`endpoint`] (routes, limits), the protocol itself (rmcp),
//! [`gateway`] (catalogue, time-out, panics) and a dispatch, behind which the tools are.

pub mod endpoint;

// What a request must be before the protocol sees it.
mod body;
mod head;
pub mod message;
pub mod sound;

mod answers;
pub mod catalogue;
pub mod dispatch;
pub mod gateway;
