//! The shape in which a model answers. It limits no list and no text: who checks the answer counts, so
//! that an entry too many costs itself and not all that was paid for.

use std::sync::LazyLock;

use idwo_core::evidence::{Met, Severity};
use serde::Deserialize;
use serde_json::{Value, json};

/// Most findings: a fourth is seldom right, and nobody reads on.
pub(super) const FINDINGS_MAX: usize = 3;

/// Most criteria that a model is asked about, all tickets together: it has tokens for so many verdicts.
pub(super) const VERDICTS_MAX: usize = 10;

/// Longest text of an answer that is read at all, in characters; what is shown is cut further.
pub(super) const TEXT_CHARS_MAX: usize = 2_000;

#[derive(Debug, Deserialize)]
pub(super) struct Said {
    pub(super) summary: Summary,
    pub(super) findings: Vec<Finding>,
    pub(super) compliance: Vec<Verdict>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Summary {
    pub(super) statement: String,
    pub(super) basis: Vec<String>,
    pub(super) confidence: f64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Finding {
    pub(super) path: String,
    pub(super) from_line: u32,
    pub(super) to_line: u32,
    pub(super) severity: Severity,
    pub(super) scenario: String,
    pub(super) suggestion: String,
    pub(super) confidence: f64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Verdict {
    pub(super) ticket: String,
    pub(super) criterion: usize,
    pub(super) verdict: Met,
    pub(super) why: String,
    /// Empty where no line shows it.
    pub(super) path: String,
    /// 0 where no line shows it.
    pub(super) line: u32,
    pub(super) confidence: f64,
}

/// As providers want it: every field required, and none beside them.
pub(super) static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let text = json!({ "type": "string" });
    let number = json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX });
    let confidence = json!({ "type": "number", "minimum": 0, "maximum": 1 });
    let one_of = |words: &[&str]| json!({ "type": "string", "enum": words });
    let list = |item: &Value| json!({ "type": "array", "items": item });
    let summary = object(&[
        ("statement", &text),
        ("basis", &list(&text)),
        ("confidence", &confidence),
    ]);
    let finding = object(&[
        ("path", &text),
        ("from_line", &number),
        ("to_line", &number),
        ("severity", &one_of(&["high", "medium", "low"])),
        ("scenario", &text),
        ("suggestion", &text),
        ("confidence", &confidence),
    ]);
    let verdict = object(&[
        ("ticket", &text),
        ("criterion", &number),
        ("verdict", &one_of(&["met", "not_met", "unclear"])),
        ("why", &text),
        ("path", &text),
        ("line", &number),
        ("confidence", &confidence),
    ]);
    object(&[
        ("summary", &summary),
        ("findings", &list(&finding)),
        ("compliance", &list(&verdict)),
    ])
});

fn object(fields: &[(&str, &Value)]) -> Value {
    let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
    let properties = fields.iter();
    let properties = properties.map(|(name, schema)| ((*name).to_owned(), (*schema).clone()));
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": names,
        "properties": Value::Object(properties.collect()),
    })
}
