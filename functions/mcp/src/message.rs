//! What a message must be before the protocol sees it: sound JSON, and that one request or
//! notification of JSON-RPC 2.0.

use idwo_core::untrusted;
use rmcp::model::{ErrorCode, ErrorData, JsonRpcError, RequestId};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::sound::{self, Unsound};

/// Longest id or progress token, in bytes: it is sent back, and stands in other people's logs.
const ID_BYTES_MAX: usize = 256;

/// Longest name of a method, in bytes; the protocol's longest has 36.
const METHOD_BYTES_MAX: usize = 128;

/// A message that was taken: a request, which has an id, or a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub id: Option<RequestId>,
    pub method: String,
}

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Unfit {
    pub code: ErrorCode,
    pub why: String,
    /// The message's own, where it can be read and is one.
    pub id: Option<RequestId>,
}

/// The message that `body` holds, if it may go on to the protocol.
pub fn read(body: &[u8]) -> Result<Message, Unfit> {
    sound::check(body).map_err(|unsound| match unsound {
        Unsound::NotJson => Unfit::new(ErrorCode::PARSE_ERROR, "this is not JSON"),
        Unsound::Ambiguous(why) => Unfit::new(ErrorCode::INVALID_REQUEST, why),
    })?;
    if !body.trim_ascii_start().starts_with(b"{") {
        let why = "send one message, which is an object; batches are not taken";
        return Err(Unfit::new(ErrorCode::INVALID_REQUEST, why));
    }
    let envelope: Envelope<'_> = serde_json::from_slice(body)
        .map_err(|_| Unfit::new(ErrorCode::INVALID_REQUEST, "the message cannot be read"))?;
    let id = envelope.id();
    let unfit = |code, why| Unfit::new(code, why).answering(id.clone().flatten());
    if id.is_none() {
        let why = "id has to be a whole number or a text of at most 256 bytes";
        return Err(unfit(ErrorCode::INVALID_REQUEST, why));
    }
    let method = envelope
        .method()
        .map_err(|why| unfit(ErrorCode::INVALID_REQUEST, why))?;
    if envelope.params.is_some_and(|params| !fits(params)) {
        let why = "_meta has to be an object, its progressToken a whole number or a text of at \
                   most 256 bytes, and cursor a text";
        return Err(unfit(ErrorCode::INVALID_PARAMS, why));
    }
    let id = id.flatten();
    Ok(Message { id, method })
}

impl Unfit {
    pub fn new(code: ErrorCode, why: impl Into<String>) -> Self {
        let why = why.into();
        let id = None;
        Self { code, why, id }
    }

    pub(crate) fn answering(self, id: Option<RequestId>) -> Self {
        Self { id, ..self }
    }

    /// As the protocol answers it: without an id where there is none, although JSON-RPC would have
    /// null there, which the protocol's schema has not.
    pub fn answer(self) -> JsonRpcError {
        JsonRpcError::new(self.id, ErrorData::new(self.code, self.why, None))
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
    /// `None` if there is one that is none.
    fn id(&self) -> Option<Option<RequestId>> {
        let Some(id) = &self.id else {
            return Some(None);
        };
        let id = is_id(id).then(|| id.clone())?;
        serde_json::from_value(id).ok().map(Some)
    }

    fn method(&self) -> Result<String, &'static str> {
        if self.jsonrpc.as_ref().and_then(Value::as_str) != Some("2.0") {
            return Err("jsonrpc has to be \"2.0\"");
        }
        if self.result.is_some() || self.error.is_some() {
            return Err("this server asks its clients nothing, so it takes no responses");
        }
        if self
            .params
            .is_some_and(|params| !params.get().starts_with('{'))
        {
            return Err("params have to be an object");
        }
        let method = self.method.as_ref().and_then(Value::as_str);
        let method = method.filter(|method| is_method(method));
        method.map(str::to_owned).ok_or("method has to name one")
    }
}

/// What is sent back as it came: ids, and tokens of progress, one in each notification.
fn is_id(id: &Value) -> bool {
    match id {
        Value::String(text) => {
            text.len() <= ID_BYTES_MAX
                && !text.contains(char::is_control)
                && !untrusted::hides_characters(text)
        }
        number => number.is_i64(),
    }
}

fn is_method(method: &str) -> bool {
    (1..=METHOD_BYTES_MAX).contains(&method.len()) && method.bytes().all(|b| b.is_ascii_graphic())
}

/// The parameters that are of the same type in every method, and whose wrong type the protocol's
/// library takes for their absence.
fn fits(params: &RawValue) -> bool {
    #[derive(Deserialize)]
    struct Params {
        #[serde(default, rename = "_meta", deserialize_with = "present")]
        meta: Option<Meta>,
        #[serde(default, deserialize_with = "present")]
        cursor: Option<Value>,
    }
    #[derive(Deserialize)]
    struct Meta {
        #[serde(default, rename = "progressToken", deserialize_with = "present")]
        progress_token: Option<Value>,
    }
    let params = params.get();
    let Ok(Params { meta, cursor }) = serde_json::from_str(params) else {
        return false;
    };
    let token = meta.and_then(|meta| meta.progress_token);
    token.is_none_or(|token| is_id(&token)) && cursor.is_none_or(|cursor| cursor.is_string())
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

    fn refusal(body: &str) -> (ErrorCode, Option<RequestId>) {
        let unfit = read(body.as_bytes()).unwrap_err();
        (unfit.code, unfit.id)
    }

    #[test]
    fn requests_and_notifications_pass() {
        let text = |id: &str| Some(RequestId::String(id.into()));
        for (body, id) in [
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"a/b"}"#,
                Some(RequestId::Number(1)),
            ),
            (
                r#" {"jsonrpc":"2.0","id":"a","method":"a/b","params":{}}"#,
                text("a"),
            ),
            (r#"{"jsonrpc":"2.0","method":"a/b","more":true}"#, None),
        ] {
            let method = "a/b".to_owned();
            assert_eq!(read(body.as_bytes()), Ok(Message { id, method }), "{body}");
        }
    }

    #[test]
    fn a_refusal_brings_back_an_id_that_can_be_read_and_no_other() {
        let number = Some(RequestId::Number(7));
        assert_eq!(
            refusal(r#"{"jsonrpc":"1.0","id":7,"method":"x"}"#),
            (ErrorCode::INVALID_REQUEST, number.clone())
        );
        assert_eq!(
            refusal(r#"{"jsonrpc":"2.0","id":7,"method":"x","params":{"_meta":7}}"#),
            (ErrorCode::INVALID_PARAMS, number)
        );
        for id in [
            "null",
            "1.5",
            "{}",
            "18446744073709551615",
            "true",
            "\"\\u0007\"",
            "\"\\u202e\"",
        ] {
            let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"x"}}"#);
            assert_eq!(refusal(&body), (ErrorCode::INVALID_REQUEST, None), "{id}");
        }
        let id = "x".repeat(ID_BYTES_MAX + 1);
        let body = format!(r#"{{"jsonrpc":"2.0","id":"{id}","method":"x"}}"#);
        assert_eq!(refusal(&body), (ErrorCode::INVALID_REQUEST, None));
    }

    #[test]
    fn an_answer_without_an_id_has_no_null_in_its_place() {
        let answer = Unfit::new(ErrorCode::PARSE_ERROR, "x").answer();
        let answer = serde_json::to_value(answer).unwrap();
        assert_eq!(answer.get("id"), None);
        assert_eq!(
            (&answer["jsonrpc"], &answer["error"]["code"]),
            (&"2.0".into(), &(-32700).into())
        );
    }
}
