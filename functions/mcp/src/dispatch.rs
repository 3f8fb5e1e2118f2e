//! The way from the endpoint to a tool: in process on a laptop, another function on AWS.

use async_trait::async_trait;
use idwo_core::failure::Failure;
use idwo_core::tool::Answer;
use idwo_core::watcher::Watcher;
use serde_json::{Map, Value};
use uuid::Uuid;

#[async_trait]
pub trait Dispatch: Send + Sync + 'static {
    /// Calls a tool of the catalogue once; never twice, whatever happens.
    async fn call(&self, call: ToolCall) -> Result<Answer, Failure>;
}

#[derive(Debug, Clone)]
pub struct ToolCall {
    pub tool: String,
    /// As the client sent them: the tool parses.
    pub arguments: Map<String, Value>,
    /// The same in every log line about this call, and in what the caller is told of our failures.
    pub correlation_id: Uuid,
    pub watcher: Watcher,
}
