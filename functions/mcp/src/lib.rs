//! The MCP endpoint. A request passes [`endpoint`] (routes, limits), the protocol itself (rmcp),
//! [`gateway`] (catalogue, time-out, panics) and [`dispatch`], behind which the tools are.

mod answers;
pub mod catalogue;
pub mod dispatch;
pub mod endpoint;
pub mod gateway;
mod message;
