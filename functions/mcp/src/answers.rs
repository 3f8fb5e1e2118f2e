//! The answers that the endpoint gives itself, without the protocol behind it, and those of the
//! protocol that a JSON-RPC client could not read.

use std::convert::Infallible;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full, Limited};
use idwo_core::untrusted;
use rmcp::model::ErrorCode;
use serde::Serialize;
use serde_json::Value;

use crate::message::{Message, Unfit};

pub(crate) type HttpAnswer = Response<BoxBody<Bytes, Infallible>>;

/// Longest explanation taken over from the protocol's library, in characters: it can quote a header.
const WHY_CHARS_MAX: usize = 200;

/// Longest text of the protocol's library that is read, in bytes.
const TEXT_BYTES_MAX: usize = 4096;

/// A refusal in JSON-RPC's own shape, since the caller is a JSON-RPC client.
pub(crate) fn refusal(status: StatusCode, why: impl Into<String>) -> HttpAnswer {
    json(
        status,
        &Unfit::new(ErrorCode::INVALID_REQUEST, why).answer(),
    )
}

/// API Gateway renames the header and has a challenge of its own; other hosts hand it on.
pub(crate) fn challenge() -> HttpAnswer {
    let why = "send `Authorization: Bearer KEY`";
    let mut answer = refusal(StatusCode::UNAUTHORIZED, why);
    let bearer = HeaderValue::from_static("Bearer realm=\"idwo\"");
    answer.headers_mut().insert(WWW_AUTHENTICATE, bearer);
    answer
}

pub(crate) fn method_not_allowed(allowed: &'static str) -> HttpAnswer {
    let why = "this path takes another method";
    let mut answer = refusal(StatusCode::METHOD_NOT_ALLOWED, why);
    answer
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allowed));
    answer
}

/// The library refuses some requests in plain text: the same refusal, in JSON-RPC's shape. Where
/// the fault is ours, its text is not for the caller.
pub(crate) async fn in_json(answer: HttpAnswer, message: Message) -> HttpAnswer {
    let status = answer.status();
    if status.is_success() {
        return answer;
    }
    if is_json(&answer) {
        return plainly(answer).await;
    }
    let (status, unfit) = match status {
        status if status.is_server_error() => (
            status,
            Unfit::new(ErrorCode::INTERNAL_ERROR, "internal error"),
        ),
        // The content type was seen to be right before: what it cannot read are the parameters.
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            let why = "the params do not fit the method's schema";
            let unfit = Unfit::new(ErrorCode::INVALID_PARAMS, why);
            (StatusCode::BAD_REQUEST, unfit)
        }
        status => (
            status,
            Unfit::new(ErrorCode::INVALID_REQUEST, explanation(answer).await),
        ),
    };
    json(status, &unfit.answering(message.id).answer())
}

/// The library quotes headers and names as they came: on one line, and no longer than need be.
async fn plainly(answer: HttpAnswer) -> HttpAnswer {
    let (head, body) = answer.into_parts();
    let body = body.collect().await.unwrap_or_default().to_bytes();
    let Ok(mut refusal) = serde_json::from_slice::<Value>(&body) else {
        return empty(StatusCode::INTERNAL_SERVER_ERROR);
    };
    if let Some(error) = refusal.get_mut("error") {
        quote_plainly(error);
    }
    let mut plain = json(head.status, &refusal);
    let kept = head.headers.into_iter();
    plain.headers_mut().extend(kept.filter(|(name, _)| {
        name.as_ref()
            .is_some_and(|name| name != CONTENT_LENGTH && name != CONTENT_TYPE)
    }));
    plain
}

fn quote_plainly(value: &mut Value) {
    match value {
        Value::String(text) => *text = untrusted::plain(text, WHY_CHARS_MAX),
        Value::Array(values) => values.iter_mut().for_each(quote_plainly),
        Value::Object(fields) => fields.values_mut().for_each(quote_plainly),
        _ => (),
    }
}

async fn explanation(answer: HttpAnswer) -> String {
    let text = Limited::new(answer.into_body(), TEXT_BYTES_MAX)
        .collect()
        .await;
    let text = text.map(|text| text.to_bytes()).unwrap_or_default();
    untrusted::plain(&String::from_utf8_lossy(&text), WHY_CHARS_MAX)
}

fn is_json(answer: &HttpAnswer) -> bool {
    let kind = answer.headers().get(CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}

pub(crate) fn empty(status: StatusCode) -> HttpAnswer {
    let mut answer = Response::new(Empty::new().boxed());
    *answer.status_mut() = status;
    answer
}

pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> HttpAnswer {
    let Ok(body) = serde_json::to_vec(body) else {
        return empty(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let mut answer = Response::new(Full::new(Bytes::from(body)).boxed());
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

#[cfg(test)]
mod tests {
    use rmcp::model::RequestId;

    use super::*;

    async fn told(status: StatusCode, text: &'static str) -> (StatusCode, Value) {
        let mut answer = Response::new(Full::new(Bytes::from(text)).boxed());
        *answer.status_mut() = status;
        let message = Message {
            id: Some(RequestId::Number(7)),
            method: "tools/list".to_owned(),
        };
        let answer = in_json(answer, message).await;
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn what_the_library_says_in_text_is_said_in_json_to_who_asked() {
        let (status, said) = told(StatusCode::BAD_REQUEST, "no\nsuch version").await;
        assert_eq!((status, &said["id"]), (StatusCode::BAD_REQUEST, &7.into()));
        assert_eq!(said["error"]["message"], "no such version");
        assert_eq!(said["error"]["code"], -32600);
    }

    #[tokio::test]
    async fn our_own_fault_is_not_explained() {
        let (status, said) = told(StatusCode::INTERNAL_SERVER_ERROR, "at src/secret.rs:7").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(
            (&said["error"]["code"], &said["id"]),
            (&(-32603).into(), &7.into())
        );
        assert!(!said.to_string().contains("secret"), "{said}");
    }
}
