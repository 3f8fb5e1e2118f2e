//! The answers that the endpoint gives itself, without the protocol behind it, and those of the
//! protocol that a JSON-RPC client could not read.

use std::convert::Infallible;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full, Limited};
use idwo_core::untrusted;
use serde_json::Value;

use crate::message::{INVALID_PARAMS, INVALID_REQUEST, Refused, Taken};

pub type Answer = Response<BoxBody<Bytes, Infallible>>;

/// JSON-RPC's code for a failure of ours.
const INTERNAL_ERROR: i32 = -32603;

/// Longest explanation taken over from the protocol's library, in characters: it can quote a header.
const WHY_CHARS_MAX: usize = 200;

/// Longest text of the protocol's library that is read, in bytes.
const TEXT_BYTES_MAX: usize = 4096;

/// A refusal in JSON-RPC's own shape, since the caller is a JSON-RPC client.
pub(crate) fn refusal(status: StatusCode, why: &str) -> Answer {
    json_answer(status, &Refused::new(INVALID_REQUEST, why).answer())
}

pub(crate) fn method_not_allowed(allowed: &'static str) -> Answer {
    let mut answer = refusal(
        StatusCode::METHOD_NOT_ALLOWED,
        "this path takes another method",
    );
    answer
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allowed));
    answer
}

/// The library refuses some requests in plain text: the same refusal, in JSON-RPC's shape. Where
/// the fault is ours, its text is not for the caller. `taken` is the message that it answers.
pub(crate) async fn in_json(answer: Answer, taken: Taken) -> Answer {
    let status = answer.status();
    if status.is_success() || is_json(&answer) {
        return answer;
    }
    let id = taken.id;
    if status.is_server_error() {
        let refused = Refused::new(INTERNAL_ERROR, "internal error");
        return json_answer(status, &Refused { id, ..refused }.answer());
    }
    // The content type was seen to be right before: what it cannot read are the parameters.
    if status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        let refused = Refused::new(INVALID_PARAMS, "the params do not fit the method's schema");
        return json_answer(StatusCode::BAD_REQUEST, &Refused { id, ..refused }.answer());
    }
    let text = Limited::new(answer.into_body(), TEXT_BYTES_MAX)
        .collect()
        .await;
    let text = text.map(|text| text.to_bytes()).unwrap_or_default();
    let why = untrusted::plain(&String::from_utf8_lossy(&text), WHY_CHARS_MAX);
    let refused = Refused::new(INVALID_REQUEST, why);
    json_answer(status, &Refused { id, ..refused }.answer())
}

fn is_json(answer: &Answer) -> bool {
    let kind = answer.headers().get(CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}

pub(crate) fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Empty::new().boxed());
    *answer.status_mut() = status;
    answer
}

pub(crate) fn json_answer(status: StatusCode, body: &Value) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body.to_string())).boxed());
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
