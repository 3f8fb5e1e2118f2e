//! One question to the client: how it is asked in the protocol's words, and what counts as its
//! answer.

use idwo_core::failure::Failure;
use idwo_core::untrusted;
use serde_json::{Map, Value, json};

/// Longest answer that is kept, in characters: it travels in the state of every later round.
const ANSWER_CHARS_MAX: usize = 200;
const SAMPLE_TOKENS_MAX: u32 = 100;

pub(crate) struct Question {
    /// Its answer comes back under the same key.
    pub(crate) key: &'static str,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// The user fills a form of one field in.
    Text {
        words: &'static str,
        field: &'static str,
    },
    YesOrNo {
        words: &'static str,
        field: &'static str,
    },
    /// The client's model answers.
    Sampling { words: &'static str },
    /// The client lists its roots.
    Roots,
}

impl Question {
    pub(crate) fn request(&self) -> Value {
        match self.kind {
            Kind::Text { words, field } => form(words, field, "string"),
            Kind::YesOrNo { words, field } => form(words, field, "boolean"),
            Kind::Sampling { words } => sampling(words),
            Kind::Roots => json!({ "method": "roots/list", "params": {} }),
        }
    }

    /// `None` if it was not answered, or not in the shape that was asked for.
    pub(crate) fn heard(&self, answers: &Map<String, Value>) -> Result<Option<String>, Failure> {
        let Some(answer) = answers.get(self.key) else {
            return Ok(None);
        };
        let words = match self.kind {
            Kind::Text { field, .. } => filled_in(answer, field)?.and_then(text_of),
            Kind::YesOrNo { field, .. } => filled_in(answer, field)?.and_then(yes_or_no),
            Kind::Sampling { .. } => sampled(answer).and_then(text_of),
            Kind::Roots => answer.get("roots").and_then(roots),
        };
        Ok(words.map(|words| untrusted::plain(&words, ANSWER_CHARS_MAX)))
    }
}

impl Kind {
    /// What a client declares that can be asked this.
    pub(crate) fn capability(self) -> &'static str {
        match self {
            Self::Text { .. } | Self::YesOrNo { .. } => "elicitation",
            Self::Sampling { .. } => "sampling",
            Self::Roots => "roots",
        }
    }
}

pub(crate) fn form(words: &str, field: &str, of: &str) -> Value {
    let schema = json!({
        "type": "object",
        "properties": { field: { "type": of } },
        "required": [field],
    });
    json!({
        "method": "elicitation/create",
        "params": { "message": words, "requestedSchema": schema },
    })
}

fn sampling(words: &str) -> Value {
    let message = json!({ "role": "user", "content": { "type": "text", "text": words } });
    json!({
        "method": "sampling/createMessage",
        "params": { "messages": [message], "maxTokens": SAMPLE_TOKENS_MAX },
    })
}

/// Fails if the user did not want to answer: asking again would be pestering.
fn filled_in<'a>(answer: &'a Value, field: &str) -> Result<Option<&'a Value>, Failure> {
    match answer.get("action").and_then(Value::as_str) {
        Some("accept") => Ok(answer.get("content").and_then(|form| form.get(field))),
        Some("decline" | "cancel") => Err(Failure::caller(
            format!("the question for `{field}` was not answered"),
            "call again, and accept the question",
        )),
        _ => Ok(None),
    }
}

/// A model answers in one block, or in a list of them.
fn sampled(answer: &Value) -> Option<&Value> {
    let content = answer.get("content")?;
    content.get(0).unwrap_or(content).get("text")
}

fn text_of(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn yes_or_no(value: &Value) -> Option<String> {
    let yes = value.as_bool()?;
    Some(if yes { "yes" } else { "no" }.to_owned())
}

fn roots(value: &Value) -> Option<String> {
    let roots = value.as_array()?.iter();
    let uris: Option<Vec<_>> = roots.map(|root| root.get("uri")?.as_str()).collect();
    Some(uris?.join(" "))
}
