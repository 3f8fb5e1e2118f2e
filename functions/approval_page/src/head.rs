//! What the head of a request must be before its body is read: for this host, and a form from this very page.

use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderName, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use idwo_core::reach::{Host, Names, NotOurs, Origin, ReachedAs};

use crate::refused::Refused;

/// Headers of which a second one could be read by somebody else than the first.
const ONCE_AT_MOST: [HeaderName; 5] = [HOST, ORIGIN, CONTENT_TYPE, CONTENT_ENCODING, FETCH_SITE];

/// From where a browser was sent here, by its own word: no page can set it.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The host that the request names, which has to be ours.
pub(crate) fn host(head: &Parts, names: &Names) -> Result<Host, Refused> {
    let is_twice = |name: &HeaderName| head.headers.get_all(name).iter().nth(1).is_some();
    if ONCE_AT_MOST.iter().any(is_twice) {
        return Err(Refused::Bad(
            "a header that may be there once is there twice",
        ));
    }
    let reached = head.extensions.get::<ReachedAs>();
    let named = head.headers.get(HOST).map(HeaderValue::as_bytes);
    let addressed = head.uri.authority().map(|host| host.as_str().as_bytes());
    let hosts = addressed.into_iter().chain(named);
    let mut hosts = hosts.map(|name| names.cover(name, reached));
    let first = hosts
        .next()
        .ok_or(Refused::Bad("the Host header is missing"))??;
    Ok(hosts.try_fold(first, |_, host| host)?)
}

/// A form of another page, or of another site, decides nothing.
pub(crate) fn is_of_the_page(head: &Parts, host: &Host) -> Result<(), Refused> {
    let site = head.headers.get(FETCH_SITE);
    let is_same_site = site.is_none_or(|site| site == "same-origin");
    let is_own = match text(&head.headers, ORIGIN) {
        None => !head.headers.contains_key(ORIGIN),
        // The page is sent with `Referrer-Policy: no-referrer`, which makes browsers hide its own origin too.
        Some("null") => site.is_some(),
        Some(origin) => origin.parse::<Origin>().is_ok_and(|o| o.is_of(host)),
    };
    let is_of_the_page = is_same_site && is_own;
    is_of_the_page.then_some(()).ok_or(Refused::Forbidden(
        "decisions are taken from the page itself",
    ))
}

pub(crate) fn announces_form(headers: &HeaderMap) -> Result<(), Refused> {
    let essence = text(headers, CONTENT_TYPE).and_then(|kind| kind.split(';').next());
    let is_form = essence.is_some_and(|kind| {
        kind.trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    });
    if is_form && !headers.contains_key(CONTENT_ENCODING) {
        return Ok(());
    }
    Err(Refused::NoForm)
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

impl From<NotOurs> for Refused {
    fn from(not_ours: NotOurs) -> Self {
        match not_ours {
            NotOurs::NoName => Self::Bad("the Host is no host name"),
            NotOurs::OtherName => Self::Forbidden("this server does not go by that Host"),
        }
    }
}
