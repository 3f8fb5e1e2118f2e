//! The MCP endpoint. A request passes [`endpoint`] (routes, limits), the protocol itself (rmcp),
//! [`gateway`] (catalogue, time-out, panics) and [`dispatch`], behind which the tools are.

pub mod endpoint;

pub mod gateway;

pub mod dispatch;

pub mod catalogue;

mod message;

mod answers;
