//! What a job does, as it was told.

use std::time::Duration;

use idwo_core::dispatch::Reply;
use idwo_core::wire::Returned;
use idwo_core::workflow::{Happened, Move, OnFailure, Said, Step, Then, Workflow};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// How long a question stays open.
const OPEN_FOR: Duration = Duration::from_secs(15 * 60);

/// Its input, and its state: what is left to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Job {
    /// Before its end, if it asks nothing.
    pub(crate) rests_for_s: u64,
    /// Forms that are open.
    pub(crate) asks: Map<String, Value>,
    pub(crate) said: Vec<String>,
    pub(crate) ends: End,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum End {
    /// What was said is told behind it.
    Words(String),
    /// A result that says what is wrong.
    Error(String),
    /// Nothing but that it has failed.
    Failure,
}

impl Workflow for Job {
    const NAME: &'static str = "conformance_job";
    const STEPS: &'static [Step<()>] = &[];
    const ON_FAILURE: OnFailure = OnFailure::Keep;
    const LIFE: Duration = Duration::from_secs(3600);

    type Hands = ();
    type Input = Self;
    type State = Self;

    fn begin(job: Self) -> Move<Self> {
        let then = if job.asks.is_empty() {
            Then::Wait(Duration::from_secs(job.rests_for_s))
        } else {
            Then::Callback(OPEN_FOR)
        };
        Move::to(job, then)
    }

    fn next(mut job: Self, happened: Happened<'_>) -> Move<Self> {
        match happened {
            Happened::Called { name, with } => job.hear(name, with),
            Happened::NotCalled => {
                let why = "nobody answered".to_owned();
                return Move::to(job, Then::Fail(why));
            }
            _ => {}
        }
        let then = if job.asks.is_empty() {
            Then::End(job.end())
        } else {
            Then::Callback(OPEN_FOR)
        };
        Move::to(job, then)
    }

    fn questions(job: &Self, _: Timestamp) -> Map<String, Value> {
        job.asks.clone()
    }
}

impl Job {
    pub(crate) fn ending(rests_for_s: u64, ends: End) -> Self {
        Self {
            rests_for_s,
            asks: Map::new(),
            said: Vec::new(),
            ends,
        }
    }

    pub(crate) fn asking(asks: Map<String, Value>, ends: End) -> Self {
        Self {
            asks,
            ..Self::ending(0, ends)
        }
    }

    fn hear(&mut self, name: &str, with: &Value) {
        let said = serde_json::from_value(with.clone());
        let said = said.map(|said: Said| said.answer).unwrap_or_default();
        let content = said
            .get("content")
            .map_or("declined".to_owned(), Value::to_string);
        if self.asks.remove(name).is_some() {
            self.said.push(format!("{name}: {content}"));
        }
    }

    fn end(&self) -> Value {
        let (words, is_error) = match &self.ends {
            End::Words(words) => (words, false),
            End::Error(words) => (words, true),
            End::Failure => return json!(Returned::Failed),
        };
        let lines: Vec<_> = std::iter::once(words).chain(&self.said).cloned().collect();
        let content = json!([{ "type": "text", "text": lines.join("\n") }]);
        let result = [("content", content), ("isError", json!(is_error))];
        let result = result.map(|(name, value)| (name.to_owned(), value));
        let result = Map::from_iter(result);
        let reply = Reply::Result { result };
        json!(Returned::Replied { reply })
    }
}
