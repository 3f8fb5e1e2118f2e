//! Every tool that there is. The catalogue, the published schemas and this process all go by this
//! list.

use analyze_pr::AnalyzePr;
use futures::future::BoxFuture;
use idwo_core::ctx::Ctx;
use idwo_core::failure::Failure;
use idwo_core::tool::{self, Answer, Contract, Tool};
use serde_json::{Map, Value, json};

type AnswerFn = fn(Ctx, Map<String, Value>) -> BoxFuture<'static, Result<Answer, Failure>>;

/// A tool without its types.
pub struct Offered {
    pub name: &'static str,
    pub contract: fn() -> Contract,
    pub answer: AnswerFn,
}

pub const TOOLS: &[Offered] = &[offered::<AnalyzePr>()];

const fn offered<T: Tool>() -> Offered {
    Offered {
        name: T::NAME,
        contract: tool::contract::<T>,
        answer: |ctx, arguments| Box::pin(async move { tool::answer::<T>(&ctx, arguments).await }),
    }
}

/// `functions/mcp/catalogue.json`: what the endpoint lists, and serves as each tool's contract.
pub fn catalogue() -> Value {
    TOOLS.iter().map(published).collect()
}

/// `functions/mcp/conformance.json`: what the endpoint lists instead when it serves the fixture.
pub fn conformance_catalogue() -> Value {
    conformance::catalogue()
}

/// `tests/contract/<tool>.json`: all that is promised of one tool.
pub fn published(tool: &Offered) -> Value {
    json!((tool.contract)())
}
