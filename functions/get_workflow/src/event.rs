//! A line of a workflow's history, as it is told.

use idwo_core::untrusted;
use idwo_core::workflow::Record;
use serde_json::{Map, Value, json};

use crate::report::Event;

/// Longest text of an event, in characters: a reason of why a step failed.
const TEXT_CHARS_MAX: usize = 200;

/// Most entries of a list in an event.
const ENTRIES_MAX: usize = 5;

impl Event {
    pub(crate) fn of(record: &Record) -> Self {
        let mut about = match json!(record.what) {
            Value::Object(about) => about,
            _ => Map::new(),
        };
        let what = about.remove("what");
        let what = what.and_then(|what| what.as_str().map(str::to_owned));
        // The workflow's own outcome says it once.
        if let Some(outcome) = about.get_mut("outcome").and_then(Value::as_object_mut) {
            outcome.remove("output");
        }
        about.values_mut().for_each(shorten);
        Self {
            number: record.number,
            at: record.at,
            what: what.unwrap_or_default(),
            about,
        }
    }
}

fn shorten(value: &mut Value) {
    match value {
        Value::String(text) => *text = untrusted::plain(text, TEXT_CHARS_MAX),
        Value::Array(entries) => {
            entries.truncate(ENTRIES_MAX);
            entries.iter_mut().for_each(shorten);
        }
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
