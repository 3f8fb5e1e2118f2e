//! What a message must be before the protocol sees it: sound JSON, and that one request or
//! notification of JSON-RPC 2.0.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::sound::{self, Unsound};

/// JSON-RPC's code for what is no JSON.
pub const PARSE_ERROR: i32 = -32700;

/// JSON-RPC's code for JSON that is no request.
pub const INVALID_REQUEST: i32 = -32600;

/// Longest id, in bytes: it is sent back, and stands in other people's logs.
const ID_BYTES_MAX: usize = 256;

/// Longest name of a method, in bytes; the protocol's longest has 36.
const METHOD_BYTES_MAX: usize = 128;

/// JSON-RPC's code for a request whose parameters do not fit.
pub(crate) const INVALID_PARAMS: i32 = -32602;

/// A message that was taken: a request, which has an id, or a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub id: Option<Value>,
}

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    pub code: i32,
    pub why: String,
    /// The message's own, where it can be read and is one.
    pub id: Option<Value>,
}

/// Whether `body` may go on to the protocol.
pub fn check(body: &[u8]) -> Result<Taken, Refused> {
    sound::check(body).map_err(|unsound| match unsound {
        Unsound::NotJson => Refused::new(PARSE_ERROR, "this is not JSON"),
        Unsound::Ambiguous(why) => Refused::new(INVALID_REQUEST, why),
    })?;
    if !body.trim_ascii_start().starts_with(b"{") {
        let why = "send one message, which is an object; batches are not taken";
        return Err(Refused::new(INVALID_REQUEST, why));
    }
    let envelope: Envelope<'_> = serde_json::from_slice(body)
        .map_err(|_| Refused::new(INVALID_REQUEST, "the message cannot be read"))?;
    if let Some(why) = envelope.complaint() {
        let id = envelope.id.filter(is_id);
        return Err(Refused {
            id,
            ..Refused::new(INVALID_REQUEST, why)
        });
    }
    if envelope.params.is_some_and(|params| !fits(params)) {
        let why = "_meta has to be an object, cursor a text";
        return Err(Refused {
            id: envelope.id,
            ..Refused::new(INVALID_PARAMS, why)
        });
    }
    Ok(Taken { id: envelope.id })
}

impl Refused {
    pub fn new(code: i32, why: impl Into<String>) -> Self {
        let why = why.into();
        let id = None;
        Self { code, why, id }
    }

    /// As the protocol answers it. JSON-RPC would have `id: null` where there is none; the
    /// protocol's schema has no null there, and its clients go by the schema.
    pub fn answer(&self) -> Value {
        let error = json!({ "code": self.code, "message": self.why });
        let mut answer = json!({ "jsonrpc": "2.0", "error": error });
        if let (Some(fields), Some(id)) = (answer.as_object_mut(), &self.id) {
            fields.insert("id".to_owned(), id.clone());
        }
        answer
    }
}

/// Each field as it was sent; what `params` holds is the protocol's business.
#[derive(Deserialize)]
struct Envelope<'a> {
    jsonrpc: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    id: Option<Value>,
    method: Option<Value>,
    #[serde(borrow, default, deserialize_with = "present")]
    params: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    error: Option<&'a RawValue>,
}

impl Envelope<'_> {
    fn complaint(&self) -> Option<&'static str> {
        if self.jsonrpc.as_ref().and_then(Value::as_str) != Some("2.0") {
            return Some("jsonrpc has to be \"2.0\"");
        }
        if self.id.as_ref().is_some_and(|id| !is_id(id)) {
            return Some("id has to be a whole number or a text of at most 256 bytes");
        }
        if self.result.is_some() || self.error.is_some() {
            return Some("this server asks its clients nothing, so it takes no responses");
        }
        if self
            .params
            .is_some_and(|params| !params.get().starts_with('{'))
        {
            return Some("params have to be an object");
        }
        let method = self.method.as_ref().and_then(Value::as_str);
        (!method.is_some_and(is_method)).then_some("method has to name one")
    }
}

fn is_id(id: &Value) -> bool {
    match id {
        Value::String(text) => text.len() <= ID_BYTES_MAX && !text.contains(char::is_control),
        number => number.is_i64(),
    }
}

fn is_method(method: &str) -> bool {
    (1..=METHOD_BYTES_MAX).contains(&method.len()) && method.bytes().all(|b| b.is_ascii_graphic())
}

/// The two parameters that are of the same type in every method, and whose wrong type the
/// protocol's library takes for their absence.
fn fits(params: &RawValue) -> bool {
    #[derive(Deserialize)]
    struct Params {
        #[serde(default, rename = "_meta", deserialize_with = "present")]
        meta: Option<Value>,
        #[serde(default, deserialize_with = "present")]
        cursor: Option<Value>,
    }
    serde_json::from_str::<Params>(params.get()).is_ok_and(|params| {
        params.meta.is_none_or(|meta| meta.is_object())
            && params.cursor.is_none_or(|cursor| cursor.is_string())
    })
}

/// Tells `null` from a field that is not there.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    field: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(field).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(body: &str) -> (i32, Option<Value>) {
        let refused = check(body.as_bytes()).unwrap_err();
        (refused.code, refused.id)
    }

    #[test]
    fn requests_and_notifications_pass() {
        for (body, id) in [
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
                Some(json!(1)),
            ),
            (
                r#" {"jsonrpc":"2.0","id":"a","method":"tools/list","params":{}}"#,
                Some(json!("a")),
            ),
            (
                r#"{"jsonrpc":"2.0","method":"notifications/initialized","more":true}"#,
                None,
            ),
        ] {
            assert_eq!(check(body.as_bytes()), Ok(Taken { id }), "{body}");
        }
    }

    #[test]
    fn a_refusal_brings_back_an_id_that_can_be_read_and_no_other() {
        assert_eq!(
            refusal(r#"{"jsonrpc":"1.0","id":7,"method":"x"}"#),
            (INVALID_REQUEST, Some(json!(7)))
        );
        assert_eq!(
            refusal(r#"{"jsonrpc":"2.0","id":"a"}"#),
            (INVALID_REQUEST, Some(json!("a")))
        );
        for id in [
            "null",
            "1.5",
            "{}",
            "18446744073709551615",
            "true",
            "\"\\u0007\"",
        ] {
            let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"x"}}"#);
            assert_eq!(refusal(&body), (INVALID_REQUEST, None), "{id}");
        }
        let id = "x".repeat(ID_BYTES_MAX + 1);
        let body = format!(r#"{{"jsonrpc":"2.0","id":"{id}","method":"x"}}"#);
        assert_eq!(refusal(&body), (INVALID_REQUEST, None));
    }
}
