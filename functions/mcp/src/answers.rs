//! The answers that the endpoint gives itself, without the protocol behind it.

use std::convert::Infallible;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};

pub type Answer = Response<BoxBody<Bytes, Infallible>>;

/// JSON-RPC's code for a request that is none.
const INVALID_REQUEST: i32 = -32600;

/// A refusal in JSON-RPC's own shape, since the caller is a JSON-RPC client.
pub(crate) fn refusal(status: StatusCode, why: &str) -> Answer {
    let error = json!({ "code": INVALID_REQUEST, "message": why });
    json_answer(
        status,
        &json!({ "jsonrpc": "2.0", "id": null, "error": error }),
    )
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

pub(crate) fn json_answer(status: StatusCode, body: &Value) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body.to_string())).boxed());
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
