//! Answers as browsers get them: nothing is run, framed, kept, or told to others.

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;

use crate::html::Html;
use crate::shown::Note;

pub(crate) type HttpAnswer = Response<Full<Bytes>>;

/// The style is let in by its digest.
const HEADERS: [(HeaderName, &str); 7] = [
    (CONTENT_TYPE, "text/html; charset=utf-8"),
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'sha256-PTa3n39I3K8GSVoq0UpLZCJ7kBRANHI1bzdOH2u7/3w='; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (X_FRAME_OPTIONS, "DENY"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (CACHE_CONTROL, "no-store"),
    (REFERRER_POLICY, "no-referrer"),
    (ROBOTS, "noindex"),
];

const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

pub(crate) fn page(status: StatusCode, page: Html) -> HttpAnswer {
    answer(status, page.into_bytes())
}

/// A reference from the page to itself: under which stage of API Gateway it stands does not matter.
pub(crate) fn back_to(signature: &str, note: Option<Note>) -> HttpAnswer {
    let query = note.map_or("", Note::query);
    let mut answer = answer(StatusCode::SEE_OTHER, Bytes::new());
    if let Ok(place) = HeaderValue::try_from(format!("{signature}{query}")) {
        answer.headers_mut().insert(LOCATION, place);
    }
    answer
}

fn answer(status: StatusCode, body: Bytes) -> HttpAnswer {
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = status;
    let headers = HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value)));
    answer.headers_mut().extend(headers);
    answer
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::shown::STYLE;

    #[test]
    fn the_style_is_the_one_that_is_let_in() {
        let digest = STANDARD.encode(Sha256::digest(STYLE));
        let (_, policy) = HEADERS[1];
        assert!(policy.contains(&format!("'sha256-{digest}'")), "{digest}");
    }
}
