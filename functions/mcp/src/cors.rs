//! Pages of an allowed origin may read what they are answered: a browser asks for that in so many
//! headers. Own code, since a layer from a library would decide by itself which origins those are.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, VARY,
};
use http::{HeaderName, HeaderValue, StatusCode};

use crate::answers::{HttpAnswer, empty};

/// What a page may send along. `*` stands for every name but `Authorization`, and no cookie is
/// ever asked for.
const HEADERS: &str = "*, Authorization";

/// How long a browser need not ask again, in seconds: its own limit is about two hours.
const MAX_AGE_S: &str = "7200";

/// The answer to a browser that asks before it posts, on a page whose origin is allowed.
pub(crate) fn preflight(origin: HeaderValue) -> HttpAnswer {
    let mut answer = empty(StatusCode::NO_CONTENT);
    set(&mut answer, ACCESS_CONTROL_ALLOW_METHODS, "POST");
    set(&mut answer, ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
    set(&mut answer, ACCESS_CONTROL_MAX_AGE, MAX_AGE_S);
    shared(answer, Some(origin))
}

/// `answer`, readable for the page that asked; without a page, as it is.
pub(crate) fn shared(mut answer: HttpAnswer, origin: Option<HeaderValue>) -> HttpAnswer {
    let Some(origin) = origin else {
        return answer;
    };
    answer
        .headers_mut()
        .insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    set(
        &mut answer,
        ACCESS_CONTROL_EXPOSE_HEADERS,
        "WWW-Authenticate, Retry-After",
    );
    set(&mut answer, VARY, "Origin");
    answer
}

fn set(answer: &mut HttpAnswer, name: HeaderName, value: &'static str) {
    answer
        .headers_mut()
        .insert(name, HeaderValue::from_static(value));
}
