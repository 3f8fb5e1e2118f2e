//! What a tool is: a contract (name, texts, annotations, scopes, schemas) beside the code that
//! keeps it, and one way to call it from JSON to JSON.

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use crate::ctx::Ctx;
use crate::dispatch;
use crate::envelope::{Detail, Reply, TEXT_BYTES_MAX};
use crate::failure::Failure;
use crate::later;
use crate::untrusted::visible;

pub trait Tool: 'static {
    const NAME: &'static str;
    const TITLE: &'static str;
    /// For a model: what it does, when to use it, what it will not do.
    const DESCRIPTION: &'static str;
    const ANNOTATIONS: Annotations;
    /// The group in which clients take or leave it together, by `X-MCP-Toolsets`.
    const TOOLSET: &'static str;
    /// What a principal must hold to call it.
    const SCOPES: &'static [&'static str];
    /// Whether a workflow goes on asking it where its answer cannot be had in time. For tools that only read.
    const GOES_ON: bool = false;
    /// Arguments of a call that the sample answers, as JSON: what `events/` and the stories send.
    const EXAMPLE: &'static str;

    type Input: DeserializeOwned + JsonSchema + Send;
    type Output: Serialize + JsonSchema + Send;

    fn call(
        ctx: &Ctx,
        input: Self::Input,
    ) -> impl Future<Output = Result<Answered<Self::Output>, Failure>> + Send;
}

/// Hints of the protocol, all four stated: hosts decide by them whether to ask the user first.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Annotations {
    pub read_only_hint: bool,
    pub destructive_hint: bool,
    pub idempotent_hint: bool,
    pub open_world_hint: bool,
}

/// A reply, how much of it the caller asked for, and what its user is asked instead, where that can be.
#[derive(Debug)]
pub struct Answered<R> {
    pub reply: Reply<R>,
    detail: Detail,
    question: Option<Question>,
}

/// Forms for the user, in the protocol's words, by the keys that the answers come back with; and what the tool
/// needs to know again then. The client can read that, and cannot change it.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    pub forms: Map<String, Value>,
    pub state: String,
}

/// A tool's answer as it crosses a process border.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The envelope of [`Reply`].
    pub structured: Value,
    /// At most [`TEXT_BYTES_MAX`] bytes.
    pub text: String,
}

/// Everything about a tool that is published.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Contract {
    pub name: &'static str,
    pub title: &'static str,
    pub description: &'static str,
    pub annotations: Annotations,
    pub toolset: &'static str,
    pub scopes: &'static [&'static str],
    pub input_schema: Value,
    pub output_schema: Value,
}

/// Calls `T` with `arguments` as a client sent them.
pub async fn answer<T: Tool>(
    ctx: &Ctx,
    arguments: Map<String, Value>,
) -> Result<dispatch::Reply, Failure> {
    let again = T::GOES_ON.then(|| arguments.clone());
    let failure = match T::call(ctx, parse::<T::Input>(arguments)?).await {
        Ok(answered) => return answered.told(ctx.round.takes_forms()),
        Err(failure) => failure,
    };
    match again {
        Some(arguments) if later::can_wait(&failure, ctx) => {
            let accepted = later::accepted::<T>(ctx, arguments, failure).await?;
            accepted.told(false)
        }
        _ => Err(failure),
    }
}

impl<R> Answered<R> {
    pub const fn of(reply: Reply<R>, detail: Detail) -> Self {
        let question = None;
        Self {
            reply,
            detail,
            question,
        }
    }

    /// Asks the user of a client that can be asked; another gets the reply.
    #[must_use]
    pub fn or_ask(self, question: Question) -> Self {
        let question = Some(question);
        Self { question, ..self }
    }
}

impl<R: Serialize> Answered<R> {
    fn told(self, takes_forms: bool) -> Result<dispatch::Reply, Failure> {
        match self.question {
            Some(Question { forms, state }) if takes_forms => Ok(dispatch::Reply::Questions {
                questions: forms,
                state: Some(state),
            }),
            _ => self.sealed().map(dispatch::Reply::Answer),
        }
    }

    /// As it crosses a process border: both halves cut to size, and nothing in them hidden.
    fn sealed(self) -> Result<Answer, Failure> {
        let text = at_most(TEXT_BYTES_MAX, &self.reply.text);
        let structured = self.reply.seal(self.detail);
        Ok(Answer {
            structured: structured.map_err(|e| Failure::ours("cannot write the reply", e))?,
            text: visible(&text).into_owned(),
        })
    }
}

/// The schemas are written for a reader of few tokens: no meta-schema, subschemas in place.
pub fn contract<T: Tool>() -> Contract {
    Contract {
        name: T::NAME,
        title: T::TITLE,
        description: T::DESCRIPTION,
        annotations: T::ANNOTATIONS,
        toolset: T::TOOLSET,
        scopes: T::SCOPES,
        input_schema: schema::<T::Input>(true),
        output_schema: if T::GOES_ON {
            schema::<Reply<Option<T::Output>>>(false)
        } else {
            schema::<Reply<T::Output>>(false)
        },
    }
}

fn parse<I: DeserializeOwned>(arguments: Map<String, Value>) -> Result<I, Failure> {
    serde_path_to_error::deserialize(Value::Object(arguments)).map_err(|error| {
        let argument = error.path().to_string();
        let what = match argument.as_str() {
            "." => format!("the arguments do not fit: {}", error.inner()),
            _ => format!("argument `{argument}` does not fit: {}", error.inner()),
        };
        Failure::caller(
            what,
            "send the arguments as the tool's input schema describes them",
        )
    })
}

fn schema<T: JsonSchema>(inline: bool) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|s| {
        s.meta_schema = None;
        s.inline_subschemas = inline;
    });
    let mut schema = SchemaGenerator::new(settings).into_root_schema_for::<T>();
    schema.remove("title");
    schema.remove("description");
    let mut schema = json!(schema);
    if inline {
        without_null(&mut schema);
    }
    schema
}

/// An argument that may be left out need not be null as well: it is one way less to go wrong.
fn without_null(schema: &mut Value) {
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    let properties = properties.into_iter().flat_map(Map::values_mut);
    for property in properties.filter_map(Value::as_object_mut) {
        property.retain(|name, value| name != "default" || !value.is_null());
        if let Some(Value::Array(types)) = property.get_mut("type") {
            types.retain(|name| name != "null");
            if let [only] = types.as_slice() {
                let only = only.clone();
                property.insert("type".to_owned(), only);
            }
        }
    }
}

/// Cut between characters, and the cut marked.
pub(crate) fn at_most(bytes_max: usize, text: &str) -> String {
    const MARK: &str = "…";
    if text.len() <= bytes_max {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(bytes_max.saturating_sub(MARK.len()));
    format!("{}{MARK}", text.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Owner, PullNumber};

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only parsing is tested")]
    struct Input {
        owner: Owner,
        pull_number: PullNumber,
    }

    fn refusal(arguments: Value) -> String {
        let Value::Object(arguments) = arguments else {
            panic!("arguments are an object")
        };
        parse::<Input>(arguments).unwrap_err().to_string()
    }

    #[test]
    fn a_refusal_names_the_argument_and_what_it_must_be() {
        let said = refusal(json!({ "owner": "a", "pull_number": "7" }));
        assert!(
            said.contains("`pull_number`") && said.contains("from 1 to 2147483647"),
            "{said}"
        );
        let said = refusal(json!({ "owner": "../x", "pull_number": 7 }));
        assert!(
            said.contains("`owner`") && said.contains("such as rust-lang"),
            "{said}"
        );
        let said = refusal(json!({ "owner": "a" }));
        assert!(said.contains("missing field `pull_number`"), "{said}");
        let said = refusal(json!({ "owner": "a", "pull_number": 7, "repository": "b" }));
        assert!(said.contains("unknown field `repository`"), "{said}");
    }

    #[test]
    fn the_text_block_hides_nothing_either() {
        let mut reply = Reply::new(json!({}), jiff::Timestamp::UNIX_EPOCH);
        let rest = "x".repeat(TEXT_BYTES_MAX);
        reply.text = format!("a\u{202e}b&#x200b;{rest}");
        let detail = Detail::Summary;
        let text = Answered::of(reply, detail).sealed().unwrap().text;
        assert!(text.starts_with("abxx") && text.ends_with("x…"), "{text}");
    }

    #[test]
    fn text_is_cut_between_characters_and_the_cut_is_marked() {
        assert_eq!(at_most(5, "aéé"), "aéé");
        assert_eq!(at_most(6, "aéééé"), "aé…");
    }
}
