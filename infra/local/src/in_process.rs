//! Calling tools in this process, each with the clones of this machine as its forge.

use std::sync::Arc;

use async_trait::async_trait;
use idwo_core::clock::SystemClock;
use idwo_core::ctx::Ctx;
use idwo_core::failure::Failure;
use idwo_core::tool::Answer;
use idwo_history::clones::Clones;
use mcp::dispatch::{Dispatch, ToolCall};

use crate::tools::TOOLS;

pub struct InProcess {
    pub clones: Clones,
}

#[async_trait]
impl Dispatch for InProcess {
    async fn call(&self, call: ToolCall) -> Result<Answer, Failure> {
        let Some(tool) = TOOLS.iter().find(|tool| tool.name == call.tool) else {
            let names: Vec<_> = TOOLS.iter().map(|tool| tool.name).collect();
            return Err(Failure::caller(
                format!("there is no tool `{}`", call.tool),
                format!("call one of: {}", names.join(", ")),
            ));
        };
        let ctx = Ctx {
            forge: Arc::new(self.clones.clone()),
            clock: Arc::new(SystemClock),
            watcher: call.watcher,
        };
        (tool.answer)(ctx, call.arguments).await
    }
}
