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

/// `functions/mcp/catalogue.json`: every contract, one on each line, since the endpoint serves them
/// as they stand there.
pub fn catalogue() -> String {
    let lines: Vec<_> = TOOLS
        .iter()
        .map(|tool| published(tool).to_string())
        .collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

/// `functions/mcp/conformance.json`: what the endpoint lists instead when it serves the fixture.
pub fn conformance_catalogue() -> String {
    pretty(&conformance::catalogue())
}

/// As files for readers are written.
pub fn pretty(json: &Value) -> String {
    format!("{json:#}\n")
}

/// `tests/contract/<tool>.json`: all that is promised of one tool.
pub fn published(tool: &Offered) -> Value {
    json!((tool.contract)())
}
