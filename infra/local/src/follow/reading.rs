//! What the answers say, as far as whoever follows needs it.

use std::collections::BTreeMap;

use idwo_core::tool::Answer;
use idwo_core::workflow::Status;
use serde::Deserialize;
use serde_json::Value;

use crate::stories::{newest, word};

pub(super) fn workflow(answer: &Answer) -> &Value {
    let found = answer.structured.pointer("/result/workflow");
    found.unwrap_or(&Value::Null)
}

pub(super) fn is_open(of: &Value) -> bool {
    let status = of.get("status").map(Status::deserialize);
    matches!(status, Some(Ok(status)) if !status.has_ended())
}

/// How many events there were, of which an answer tells the last.
pub(super) fn happened(answer: &Answer) -> u64 {
    let total = workflow(answer).pointer("/history/total");
    total.and_then(Value::as_u64).unwrap_or_default()
}

pub(super) fn number(event: &Value) -> u64 {
    let number = event.get("number").and_then(Value::as_u64);
    number.unwrap_or_default()
}

pub(super) fn open(answer: &Answer) -> usize {
    newest(answer).iter().filter(|line| is_open(line)).count()
}

/// When each of the newest has changed last.
pub(super) type Changes = BTreeMap<String, String>;

pub(super) fn changes(answer: &Answer) -> Changes {
    let of = |line: &Value| ["workflow_id", "changed_at"].map(|name| word(line, name).to_owned());
    let lines = newest(answer).iter().map(of);
    lines.map(|[id, at]| (id, at)).collect()
}

/// Those that were not so before.
pub(super) fn news<'a>(now: &'a Changes, before: &Changes) -> impl Iterator<Item = &'a str> {
    let new = now.iter().filter(|(id, at)| before.get(*id) != Some(*at));
    new.map(|(id, _)| id.as_str())
}

/// What it is at, in few words.
pub(super) fn standing(workflow: &Value) -> String {
    let doing = workflow.get("doing").unwrap_or(&Value::Null);
    let [what, step, until] = ["what", "step", "until"].map(|name| word(doing, name));
    let before_time = if until.is_empty() { "" } else { "until" };
    let words = [word(workflow, "status"), what, step, before_time, until];
    let words = words.into_iter().filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}
