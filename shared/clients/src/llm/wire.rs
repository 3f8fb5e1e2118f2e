//! The two formats in which models are asked: OpenAI's chat completions, which many others speak too, and
//! Anthropic's messages.

use idwo_core::llm::Question;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::api_key::ApiKey;
use super::provider::Usage;
use super::refused::Refused;
use super::schema::without_limits;

/// Models that think before they answer, and take the word for how much.
const THINKING: [&str; 7] = [
    "gpt-5",
    "gpt-6",
    "claude-fable-5",
    "claude-haiku-5",
    "claude-mythos-5",
    "claude-opus-5",
    "claude-sonnet-5",
];

/// Somebody waits for the call, and thoughts are paid for as answers are.
const EFFORT: &str = "low";

/// The edition of Anthropic's format.
const ANTHROPIC_VERSION: &str = "2023-06-01";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    OpenAi,
    /// Others that speak it, of whom only its older words are known.
    LikeOpenAi,
    Anthropic,
}

/// What a model answered, and what the provider counted.
pub(super) type Read = (Result<Value, Refused>, Option<Usage>);

impl Wire {
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::OpenAi | Self::LikeOpenAi => "chat/completions",
            Self::Anthropic => "v1/messages",
        }
    }

    pub(super) fn headers(self, key: Option<&ApiKey>) -> Vec<(HeaderName, HeaderValue)> {
        let (name, before) = match self {
            Self::OpenAi | Self::LikeOpenAi => (AUTHORIZATION, "Bearer "),
            Self::Anthropic => (HeaderName::from_static("x-api-key"), ""),
        };
        let key = key.and_then(|key| key.header(before));
        let mut headers: Vec<_> = key.map(|key| (name, key)).into_iter().collect();
        if self == Self::Anthropic {
            let version = HeaderValue::from_static(ANTHROPIC_VERSION);
            headers.push((HeaderName::from_static("anthropic-version"), version));
        }
        headers
    }

    pub(super) fn body(self, model: &str, question: &Question, text: &str) -> Value {
        match self {
            Self::OpenAi => openai(model, question, text),
            Self::LikeOpenAi => like_openai(model, question, text),
            Self::Anthropic => anthropic(model, question, text),
        }
    }

    pub(super) fn read(self, body: &Value) -> Read {
        match self {
            Self::OpenAi | Self::LikeOpenAi => {
                let usage = usage(body, ["prompt_tokens", "completion_tokens"]);
                (said_by_openai(body), usage)
            }
            Self::Anthropic => {
                let usage = usage(body, ["input_tokens", "output_tokens"]);
                (said_by_anthropic(body), usage)
            }
        }
    }
}

fn like_openai(model: &str, question: &Question, text: &str) -> Value {
    let schema = without_limits(question.schema);
    json!({
        "model": model,
        "max_tokens": question.tokens_out_max,
        "messages": [
            { "role": "system", "content": question.instructions },
            { "role": "user", "content": text },
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": { "name": "answer", "strict": true, "schema": schema },
        },
    })
}

/// OpenAI's own models refuse the older word for the limit, and would keep the conversation.
fn openai(model: &str, question: &Question, text: &str) -> Value {
    let mut body = like_openai(model, question, text);
    if let Value::Object(fields) = &mut body {
        fields.remove("max_tokens");
        fields.insert(
            "max_completion_tokens".into(),
            question.tokens_out_max.into(),
        );
        fields.insert("store".into(), false.into());
        if is_thinking(model) {
            fields.insert("reasoning_effort".into(), EFFORT.into());
        }
    }
    body
}

fn anthropic(model: &str, question: &Question, text: &str) -> Value {
    let schema = without_limits(question.schema);
    let mut output = json!({ "format": { "type": "json_schema", "schema": schema } });
    if let Value::Object(fields) = &mut output
        && is_thinking(model)
    {
        fields.insert("effort".into(), EFFORT.into());
    }
    json!({
        "model": model,
        "max_tokens": question.tokens_out_max,
        "system": question.instructions,
        "messages": [{ "role": "user", "content": text }],
        "output_config": output,
    })
}

fn is_thinking(model: &str) -> bool {
    THINKING.iter().any(|name| model.starts_with(name))
}

fn said_by_openai(body: &Value) -> Result<Value, Refused> {
    let choice = body.pointer("/choices/0").ok_or(Refused::Unreadable)?;
    match choice.get("finish_reason").and_then(Value::as_str) {
        Some("length") => return Err(Refused::Cut),
        Some("content_filter") => return Err(Refused::Declined),
        _ => (),
    }
    if choice
        .pointer("/message/refusal")
        .is_some_and(Value::is_string)
    {
        return Err(Refused::Declined);
    }
    json_in(choice.pointer("/message/content"))
}

fn said_by_anthropic(body: &Value) -> Result<Value, Refused> {
    match body.get("stop_reason").and_then(Value::as_str) {
        Some("max_tokens") => return Err(Refused::Cut),
        Some("refusal") => return Err(Refused::Declined),
        _ => (),
    }
    let blocks = body.get("content").and_then(Value::as_array);
    let mut blocks = blocks.into_iter().flatten();
    // Thoughts may stand before it.
    let text = blocks.find(|block| block.get("type").is_some_and(|kind| kind == "text"));
    json_in(text.and_then(|block| block.get("text")))
}

fn json_in(text: Option<&Value>) -> Result<Value, Refused> {
    let text = text.and_then(Value::as_str).ok_or(Refused::Unreadable)?;
    serde_json::from_str(text).map_err(|_| Refused::Misfit)
}

fn usage(body: &Value, [tokens_in, tokens_out]: [&str; 2]) -> Option<Usage> {
    let usage = body.get("usage")?;
    Some(Usage {
        tokens_in: usage.get(tokens_in)?.as_u64()?,
        tokens_out: usage.get(tokens_out)?.as_u64()?,
    })
}
