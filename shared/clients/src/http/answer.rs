//! An answer that was read whole, within its limit.

use http::header::{ETAG, LINK, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::Timestamp;
use reqwest::Response;
use serde::de::DeserializeOwned;

use super::{Unanswered, retry};

/// A success, or that nothing has changed.
#[derive(Debug)]
pub struct Answer {
    pub(super) status: StatusCode,
    pub(super) tag: Option<HeaderValue>,
    /// Whether the service names a next page.
    pub has_next: bool,
    pub body: Vec<u8>,
}

impl Answer {
    pub(super) async fn read(
        response: Response,
        bytes_max: usize,
        now: Timestamp,
    ) -> Result<Self, Unanswered> {
        let status = response.status();
        if !status.is_success() && status != StatusCode::NOT_MODIFIED {
            return Err(refused(response, now).await);
        }
        let headers = response.headers();
        Ok(Self {
            status,
            tag: headers.get(ETAG).cloned(),
            has_next: has_next(headers),
            body: body(response, bytes_max).await?,
        })
    }

    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Unanswered> {
        serde_json::from_slice(&self.body).map_err(Unanswered::Unfit)
    }
}

/// The limit is on what comes out of unpacking: what goes in says nothing of it.
async fn body(mut response: Response, bytes_max: usize) -> Result<Vec<u8>, Unanswered> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Unanswered::unreached)? {
        if body.len() + chunk.len() > bytes_max {
            return Err(Unanswered::TooLarge { bytes_max });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

pub(super) fn redirected(response: &Response) -> Option<&HeaderValue> {
    let is_redirect = response.status().is_redirection();
    let is_elsewhere = is_redirect && response.status() != StatusCode::NOT_MODIFIED;
    is_elsewhere.then(|| response.headers().get(LOCATION))?
}

fn has_next(headers: &HeaderMap) -> bool {
    let links = headers.get_all(LINK).iter();
    links
        .filter_map(|link| link.to_str().ok())
        .any(|link| link.contains("rel=\"next\""))
}

/// Longest refusal that is read, in bytes; nothing of it is shown.
const REFUSAL_BYTES_MAX: usize = 4096;

/// Of a service that refuses since it was asked too fast, and says so in words alone.
const TOO_FAST: &str = "secondary rate limit";

/// Two kinds of refusal say when to come back: that too much was asked for in this window, and that it
/// was asked too fast.
async fn refused(response: Response, now: Timestamp) -> Unanswered {
    let (status, headers) = (response.status(), response.headers());
    let used_up = super::RateLimit::told(headers)
        .filter(|limit| limit.remaining == 0)
        .map(|limit| limit.reset_at);
    let until = retry::after(headers, now).or(used_up);
    let later = now
        .checked_add(retry::WITHOUT_WORD)
        .unwrap_or(Timestamp::MAX);
    match (status, until) {
        (StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS, Some(until)) => {
            Unanswered::Limited { until }
        }
        (StatusCode::TOO_MANY_REQUESTS, None) => Unanswered::Limited { until: later },
        (StatusCode::FORBIDDEN, None) if says_too_fast(response).await => {
            Unanswered::Limited { until: later }
        }
        _ => Unanswered::Refused { status, until },
    }
}

async fn says_too_fast(response: Response) -> bool {
    let body = body(response, REFUSAL_BYTES_MAX).await.unwrap_or_default();
    String::from_utf8_lossy(&body).contains(TOO_FAST)
}
