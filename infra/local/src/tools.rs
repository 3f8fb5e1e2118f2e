//! Every tool that there is. The catalogue, the published schemas and this process all go by this
//! list.

use std::time::Duration;

use analyze_pr::AnalyzePr;
use cancel_workflow::CancelWorkflow;
use futures::future::BoxFuture;
use get_workflow::GetWorkflow;
use idwo_core::ctx::Ctx;
use idwo_core::dispatch::{Ask, Asker, Call, Reply, Round};
use idwo_core::failure::Failure;
use idwo_core::tool::{self, Contract, Tool};
use idwo_core::watcher::Watcher;
use idwo_core::wire::Sent;
use resolve_approval::ResolveApproval;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// What the endpoint gives a call by default.
const ANSWER_WITHIN: Duration = Duration::from_secs(25);

type AnswerFn = fn(Ctx, Map<String, Value>) -> BoxFuture<'static, Result<Reply, Failure>>;

/// A tool without its types.
pub struct Offered {
    pub name: &'static str,
    pub toolset: &'static str,
    pub contract: fn() -> Contract,
    /// Arguments that the sample answers, as JSON.
    pub example: &'static str,
    pub answer: AnswerFn,
}

pub const TOOLS: &[Offered] = &[
    offered::<AnalyzePr>(),
    offered::<GetWorkflow>(),
    offered::<CancelWorkflow>(),
    offered::<ResolveApproval>(),
];

const fn offered<T: Tool>() -> Offered {
    Offered {
        name: T::NAME,
        toolset: T::TOOLSET,
        contract: tool::contract::<T>,
        example: T::EXAMPLE,
        answer: |ctx, arguments| Box::pin(async move { tool::answer::<T>(&ctx, arguments).await }),
    }
}

/// `functions/mcp/catalogue.json`: what clients are told of each tool. The schema of its replies is
/// left to who asks for the contract; it would triple what every client has to read.
pub fn catalogue() -> String {
    lines(|tool| {
        let mut listed = published(tool);
        if let Some(contract) = listed.as_object_mut() {
            contract.remove("outputSchema");
        }
        listed
    })
}

/// `functions/mcp/contracts.json`: every contract, since the endpoint serves them as they stand there.
pub fn contracts() -> String {
    lines(published)
}

/// A JSON list with one tool on each line.
fn lines(told: fn(&Offered) -> Value) -> String {
    let lines: Vec<_> = TOOLS.iter().map(|tool| told(tool).to_string()).collect();
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

/// `events/<tool>.json`: what the endpoint sends its function for the example's call.
pub fn event(tool: &Offered) -> Result<Value, serde_json::Error> {
    let call = Call {
        function: tool.name.to_owned(),
        ask: Ask::Tool {
            name: tool.name.to_owned(),
            arguments: serde_json::from_str(tool.example)?,
        },
        asker: Asker::default(),
        round: Round::default(),
        correlation_id: Uuid::nil(),
        watcher: Watcher::silent(),
    };
    Ok(json!(Sent::of(call, ANSWER_WITHIN)))
}
