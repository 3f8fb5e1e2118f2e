//! The reply that every tool gives: its own typed result, inside the fields that all share.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde::ser::Error as _;
use serde_json::{Map, Value, json};

use crate::evidence::{Coverage, Evidence, Judgement, Skipped, Source};
use crate::input::WorkflowId;
use crate::untrusted::visible;

mod added;
mod fit;

pub use added::{ADDED_BYTES_MAX, Added};
pub use fit::{FULL_BYTES_MAX, SUMMARY_BYTES_MAX};

pub const SCHEMA_VERSION: u32 = 1;

/// Longest text block beside the structured reply, in bytes: a model reads it first, and some
/// clients show nothing else.
pub const TEXT_BYTES_MAX: usize = 1536;

/// Longest time for which `get_workflow` waits, in seconds: a call has 25.
pub const WAIT_S_MAX: u8 = 20;

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Reply<R> {
    pub schema_version: u32,
    pub status: Status,
    pub mode: Mode,
    /// The tool's own answer.
    pub result: R,
    /// Present when work goes on after this reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_id: Option<String>,
    /// RFC 3339, UTC.
    #[schemars(with = "String")]
    pub generated_at: Timestamp,
    pub sources: Vec<Source>,
    pub evidence: Vec<Evidence>,
    pub judgements: Vec<Judgement>,
    pub coverage: Coverage,
    pub actions_proposed: Vec<ProposedAction>,
    pub actions_taken: Vec<TakenAction>,
    pub cost: Cost,
    pub degraded: Vec<Degraded>,
    pub next: Vec<NextCall>,
    /// The text block: the three most important facts first. Not part of the structured reply.
    #[serde(skip)]
    pub text: String,
    /// What a model adds. It goes in last, so that the rest is what it would be without one.
    #[serde(skip)]
    pub added: Option<Added>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Ok,
    Accepted,
    NeedsInput,
    NeedsApproval,
    Partial,
    Degraded,
    Refused,
}

/// Whether a model had a part in the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    Deterministic,
    Model,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ProposedAction {
    pub id: String,
    pub target: String,
    pub plan: String,
    pub risk: String,
    pub plan_hash: String,
    pub requires_approval: bool,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TakenAction {
    pub id: String,
    pub target: String,
    pub plan: String,
    pub plan_hash: String,
    pub idempotency_key: String,
    pub url: Option<String>,
}

/// What the call cost. Dollars are a model's list price; calls are those to outside services.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Cost {
    pub llm_usd: f64,
    pub tokens_in: u64,
    pub tokens_out: u64,
    pub api_calls: u64,
    /// Absent where no budget is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_left_usd: Option<f64>,
}

/// A service that was asked for and did not help, and what was done instead.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Degraded {
    pub service: &'static str,
    pub reason: String,
    pub fallback: String,
}

/// A call that a client can make as it stands.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct NextCall {
    pub tool: &'static str,
    pub arguments: Map<String, Value>,
}

impl NextCall {
    pub fn of<'a>(
        tool: &'static str,
        arguments: impl IntoIterator<Item = (&'a str, Value)>,
    ) -> Self {
        let arguments = arguments.into_iter();
        Self {
            tool,
            arguments: arguments
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        }
    }

    /// Waits for the end of the workflow `id`.
    pub fn waiting_for(id: &WorkflowId) -> Self {
        let arguments = [("workflow_id", json!(id)), ("wait_s", json!(WAIT_S_MAX))];
        Self::of("get_workflow", arguments)
    }
}

/// How much of the reply the caller wants: `summary`, at most 8 KB, with long lists cut and the cut
/// said in `coverage`; or `full`, at most 100 KB. What a model adds comes on top, at most 4 KB.
// The variants have no docs of their own: they would turn a plain enum into `oneOf` in the schema.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Detail {
    #[default]
    Summary,
    Full,
}

impl<R: Serialize> Reply<R> {
    pub fn new(result: R, generated_at: Timestamp) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            status: Status::Ok,
            mode: Mode::Deterministic,
            result,
            workflow_id: None,
            generated_at,
            sources: Vec::new(),
            evidence: Vec::new(),
            judgements: Vec::new(),
            coverage: Coverage::default(),
            actions_proposed: Vec::new(),
            actions_taken: Vec::new(),
            cost: Cost::default(),
            degraded: Vec::new(),
            next: Vec::new(),
            text: String::new(),
            added: None,
        }
    }

    /// The reply as it goes out: cut to the size that `detail` allows; then what a model added, as far
    /// as it names evidence and fits its own room; at last without anything that a reader cannot see.
    /// What was cut or dropped is said in `coverage`.
    pub fn seal(mut self, detail: Detail) -> Result<Value, serde_json::Error> {
        let added = self.added.take();
        let facts: BTreeSet<_> = self.evidence.iter().map(|fact| fact.id).collect();
        let dropped = drop_unfounded(&mut self.judgements, &facts);
        self.coverage.skipped.extend(dropped);
        let mut reply = fit::fit(serde_json::to_value(self)?, detail)
            .ok_or_else(|| serde_json::Error::custom("the reply does not fit whatever is cut"))?;
        if let Some(added) = added {
            // To make it fit, facts may have gone.
            let founded = added.founded_on(&ids(&reply));
            founded.join(&mut reply)?;
        }
        Ok(shown(reply))
    }
}

/// The ids of the evidence that a reply has.
fn ids(reply: &Value) -> BTreeSet<&str> {
    let facts = reply.get("evidence").and_then(Value::as_array);
    let ids = facts
        .into_iter()
        .flatten()
        .filter_map(|fact| fact.get("id"));
    ids.filter_map(Value::as_str).collect()
}

/// A basis that does not exist is taken away; a judgement with none left goes with it.
fn drop_unfounded(judgements: &mut Vec<Judgement>, facts: &BTreeSet<&str>) -> Option<Skipped> {
    let before = judgements.len();
    judgements.retain_mut(|judgement| {
        judgement.basis.retain(|id| facts.contains(id.as_str()));
        !judgement.basis.is_empty()
    });
    let dropped = before - judgements.len();
    let why = "they named no evidence that exists";
    (dropped > 0).then(|| Skipped::new(format!("{dropped} judgements"), why))
}

/// Every string and every name in `value`, [`visible`].
pub(crate) fn shown(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(visible(&text).into_owned()),
        Value::Array(items) => items.into_iter().map(shown).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter();
            let fields = fields.map(|(name, value)| (visible(&name).into_owned(), shown(value)));
            Value::Object(fields.collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

#[cfg(test)]
mod tests;
