//! What the head of a request must be before its body is read: for this host, from no foreign
//! page, and JSON as it stands.

use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderName, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use idwo_core::config::Config;
use idwo_core::reach::{Names, NotOurs, Origin, ReachedAs};

/// Headers of which a second one could be read by somebody else than the first.
const ONCE_AT_MOST: [&str; 9] = [
    "host",
    "origin",
    "content-type",
    "content-encoding",
    "content-length",
    "authorization",
    "mcp-protocol-version",
    "mcp-method",
    "mcp-name",
];

/// The names of this server and the pages that the operator allows, beside loopback.
#[derive(Debug, Clone)]
pub(crate) struct AllowedReach {
    names: Names,
    origins: Vec<Origin>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unacceptable {
    pub(crate) status: StatusCode,
    pub(crate) why: &'static str,
}

impl AllowedReach {
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            names: Names::new(config.allowed_hosts.clone()),
            origins: config.allowed_origins.clone(),
        }
    }

    /// Whether the request may be answered at all, whatever it asks.
    pub(crate) fn admits(&self, head: &Parts) -> Result<(), Unacceptable> {
        if ONCE_AT_MOST
            .iter()
            .any(|name| head.headers.get_all(*name).iter().nth(1).is_some())
        {
            return Err(bad("a header that may be there once is there twice"));
        }
        let named = head.headers.get(HOST).map(HeaderValue::as_bytes);
        let addressed = head.uri.authority().map(|host| host.as_str().as_bytes());
        if named.or(addressed).is_none() {
            return Err(bad("the Host header is missing"));
        }
        for host in named.into_iter().chain(addressed) {
            self.names.cover(host, head.extensions.get::<ReachedAs>())?;
        }
        if !head.headers.contains_key(ORIGIN) {
            return Ok(());
        }
        let origin = text(&head.headers, ORIGIN).and_then(|text| text.parse::<Origin>().ok());
        match origin {
            Some(origin) if origin.is_loopback() || self.origins.contains(&origin) => Ok(()),
            _ => Err(forbidden("pages of that Origin may not call this server")),
        }
    }
}

impl From<NotOurs> for Unacceptable {
    fn from(not_ours: NotOurs) -> Self {
        match not_ours {
            NotOurs::NoName => bad("the Host is no host name"),
            NotOurs::OtherName => forbidden("this server does not go by that Host"),
        }
    }
}

/// Whether the body can be a message, by what the head says of it. Which answers the client can read
/// (`Accept`) is looked at by the protocol's library.
pub(crate) fn announces_message(headers: &HeaderMap) -> Result<(), Unacceptable> {
    // A compressed body could unfold to any size, and no client of the protocol sends one.
    let encoding = headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes);
    if encoding.is_some_and(|encoding| !encoding.eq_ignore_ascii_case(b"identity")) {
        return Err(unsupported("bodies are taken without Content-Encoding"));
    }
    if !text(headers, CONTENT_TYPE).is_some_and(is_json) {
        return Err(unsupported(
            "the Content-Type has to be application/json, in UTF-8",
        ));
    }
    Ok(())
}

fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let json = parts
        .next()
        .is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    json && parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            let charset = value.trim().trim_matches('"').to_ascii_lowercase();
            matches!(charset.as_str(), "utf-8" | "utf8")
        }
        _ => true,
    })
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn bad(why: &'static str) -> Unacceptable {
    let status = StatusCode::BAD_REQUEST;
    Unacceptable { status, why }
}

fn forbidden(why: &'static str) -> Unacceptable {
    let status = StatusCode::FORBIDDEN;
    Unacceptable { status, why }
}

fn unsupported(why: &'static str) -> Unacceptable {
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Unacceptable { status, why }
}
