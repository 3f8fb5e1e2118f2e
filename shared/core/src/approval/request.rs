//! What is asked to be approved.

use std::time::Duration;

use data_encoding::HEXLOWER;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::untrusted::plain;
use crate::workflow::{Child, Workflow};

use super::ApprovalWorkflow;

/// Longest name of an actor, an action or a target, in characters.
const NAME_CHARS_MAX: usize = 200;

/// A person has to read all of a plan: lines, and characters of each.
const PLAN_LINES_MAX: usize = 40;
const LINE_CHARS_MAX: usize = 300;

/// How long an approval can be open, in seconds: a minute to seven days. What was true a week ago is asked anew.
const OPEN_S_MIN: u64 = 60;
const OPEN_S_MAX: u64 = 7 * 24 * 3600;

/// The input of an approval. It is made by [`Request::new`] alone, so that its hash is of what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Request {
    /// Who wants it done; empty for nobody in particular, on a laptop.
    pub actor: String,
    pub action: String,
    pub target: String,
    /// Line by line, in the order in which it is done.
    pub plan: Vec<String>,
    pub plan_hash: PlanHash,
    /// The revision of the rules by which it needs an approval.
    pub policy: String,
    pub open_for_s: u64,
}

/// SHA-256 over action, target and plan, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanHash(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a plan has 1 to 40 lines of at most 300 characters: a person has to read all of it")]
pub struct TooLong;

impl Request {
    /// Open for at least a minute and at most seven days; what is less or more is cut.
    pub fn new(
        actor: &str,
        action: &str,
        target: &str,
        plan: &[String],
        policy: &str,
        open_for: Duration,
    ) -> Result<Self, TooLong> {
        let is_long = |line: &String| line.chars().count() > LINE_CHARS_MAX;
        if plan.is_empty() || plan.len() > PLAN_LINES_MAX || plan.iter().any(is_long) {
            return Err(TooLong);
        }
        let name = |text: &str| plain(text, NAME_CHARS_MAX);
        let [actor, action, target, policy] = [actor, action, target, policy].map(name);
        // None of them is cut, not even the longest: `plain` needs a place for its mark.
        let whole = |line: &String| plain(line, LINE_CHARS_MAX + 1);
        let plan: Vec<_> = plan.iter().map(whole).collect();
        Ok(Self {
            plan_hash: PlanHash::of(&action, &target, &plan),
            actor,
            action,
            target,
            plan,
            policy,
            open_for_s: open_for.as_secs().clamp(OPEN_S_MIN, OPEN_S_MAX),
        })
    }

    /// For a workflow that goes on when it is decided: [`super::granted`] reads what came of it.
    pub fn asked(&self) -> Child {
        Child {
            kind: ApprovalWorkflow::NAME,
            input: json!(self),
        }
    }

    pub(super) fn is_sound(&self) -> bool {
        self.plan_hash == PlanHash::of(&self.action, &self.target, &self.plan)
    }
}

impl PlanHash {
    fn of(action: &str, target: &str, plan: &[String]) -> Self {
        let digest = Sha256::digest(json!([action, target, plan]).to_string());
        Self(HEXLOWER.encode(&digest))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}
