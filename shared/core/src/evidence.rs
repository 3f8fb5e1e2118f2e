//! What an answer rests on. Evidence is computed and can be computed again; a judgement is
//! somebody's opinion of evidence; what was not looked at is said.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// Something that was read to answer: a clone, an API, a file.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Source {
    pub id: String,
    /// Where a person can look at it; absent when it has no address.
    pub url: Option<String>,
    #[schemars(with = "String")]
    pub fetched_at: Timestamp,
    /// The commit id or entity tag that was read.
    pub revision: String,
    /// Seconds since it was fetched from where it is kept; 0 when read in this call.
    pub cache_age_s: u64,
    /// What kind of data this is, when a reader could take it for something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One computed fact. `value` is in `unit`; `statement` says the same in words.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Evidence {
    pub id: &'static str,
    pub kind: &'static str,
    pub statement: String,
    pub value: Value,
    pub unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// An opinion, a model's or a person's, that names the evidence it stands on.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Judgement {
    pub id: String,
    pub statement: String,
    /// 0 to 1.
    pub confidence: f64,
    /// Ids of [`Evidence`]; a judgement without one that exists is dropped.
    pub basis: Vec<String>,
    pub model: String,
    pub prompt_version: String,
    /// Where the judgement is about lines of the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<Finding>,
    /// Where it is about what a ticket asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compliance: Option<Compliance>,
}

/// What could go wrong in lines that the change adds; the judgement's statement says how.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Finding {
    pub path: String,
    /// Numbers of the new file, both of lines that were added.
    pub from_line: u32,
    pub to_line: u32,
    pub severity: Severity,
    pub suggestion: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Most serious first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    High,
    Medium,
    Low,
}

/// Whether the change does what a ticket asks for; the judgement's statement says why.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Compliance {
    pub ticket: String,
    /// Counts from 1, in the order of the ticket.
    pub criterion: usize,
    pub verdict: Met,
    /// Where it shows; the line is one that was added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Met {
    Met,
    NotMet,
    Unclear,
}

/// What was looked at and what was not, and why not.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Coverage {
    pub considered: Vec<String>,
    pub skipped: Vec<Skipped>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Skipped {
    pub what: String,
    pub why: String,
}

/// A value, or the reason why there is none. Unknown is never written as zero, empty or false.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Known<T> {
    Value(T),
    Unknown { unknown: String },
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self::unknown("not looked at")
    }
}

impl<T> Known<T> {
    pub fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown {
            unknown: why.into(),
        }
    }
}

impl Skipped {
    pub fn new(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            why: why.into(),
        }
    }
}
