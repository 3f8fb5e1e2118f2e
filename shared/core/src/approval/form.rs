//! An approval as a form in a client, and what counts as an answer to it.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::request::Request;
use super::view::Approval;
use super::workflow::Decision;
use crate::tool::Question;

/// The name of the question, and of the fact that tells the answer.
pub const DECISION: &str = "decision";

const APPROVE: &str = Decision::Approve.word();
const DECLINE: &str = Decision::Decline.word();

/// What the user of a client is asked, and of which run: whoever brings the answer back was shown this.
pub fn question(approval: &Approval) -> Question {
    Question {
        forms: forms(&approval.request, approval.expires_at),
        state: approval.uid.to_string(),
    }
}

pub(super) fn forms(request: &Request, until: Timestamp) -> Map<String, Value> {
    let decision = json!({
        "type": "string",
        "title": "Decision",
        "enum": [APPROVE, DECLINE],
    });
    let form = json!({
        "method": "elicitation/create",
        "params": {
            "mode": "form",
            "message": message(request, until),
            "requestedSchema": {
                "type": "object",
                "properties": { DECISION: decision },
                "required": [DECISION],
            },
        },
    });
    Map::from_iter([(DECISION.to_owned(), form)])
}

fn message(request: &Request, until: Timestamp) -> String {
    let Request {
        actor,
        action,
        target,
        plan,
        plan_hash,
        ..
    } = request;
    let actor = if actor.is_empty() { "Somebody" } else { actor };
    let plan = plan.iter().enumerate();
    let plan: String = plan
        .map(|(nth, line)| format!("\n{}. {line}", nth + 1))
        .collect();
    let hash = plan_hash.as_str().get(..12).unwrap_or_default();
    format!("{actor} wants: {action}, on {target}.{plan}\nPlan {hash}, open until {until}.")
}

/// `None` for what is no decision: a form that was closed, or anything else.
pub fn decision_of(answer: &Value) -> Option<Decision> {
    let content = || answer.get("content")?.get(DECISION)?.as_str();
    match answer.get("action")?.as_str()? {
        "accept" if content() == Some(APPROVE) => Some(Decision::Approve),
        "accept" if content() == Some(DECLINE) => Some(Decision::Decline),
        "decline" => Some(Decision::Decline),
        _ => None,
    }
}

/// As a form gives it.
pub(super) fn answer_of(decision: Decision) -> Value {
    json!({ "action": "accept", "content": { DECISION: decision.word() } })
}
