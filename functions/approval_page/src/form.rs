//! The form that was sent: small, whole, in time, and nothing in it but a decision and a key.

use std::time::Duration;

use bytes::Bytes;
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use idwo_core::approval::Decision;

use crate::refused::Refused;

/// Largest form, in bytes: a decision and a key of 69 characters have room forty times.
pub(crate) const BODY_BYTES_MAX: usize = 4 * 1024;

/// Longest time that a browser may take to send it.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What somebody wants.
pub(crate) struct Wish {
    pub(crate) decision: Decision,
    /// Empty where none was typed in.
    pub(crate) key: String,
}

pub(crate) async fn body<B>(body: B) -> Result<Bytes, Refused>
where
    B: Body<Error: Into<BoxError>>,
{
    let body = Limited::new(body, BODY_BYTES_MAX);
    let collected = tokio::time::timeout(BODY_TIMEOUT, body.collect()).await;
    match collected.map_err(|_| Refused::TooSlow)? {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Refused::TooLarge),
        Err(_) => Err(Refused::Bad("the form ended early")),
    }
}

pub(crate) fn read(body: &[u8]) -> Result<Wish, Refused> {
    let (mut decision, mut key) = (None, None);
    for (name, value) in form_urlencoded::parse(body) {
        let place = match name.as_ref() {
            "decision" => &mut decision,
            "key" => &mut key,
            _ => return Err(Refused::Bad("the form has a field that the page does not")),
        };
        if place.replace(value.into_owned()).is_some() {
            return Err(Refused::Bad("the form has a field twice"));
        }
    }
    let decision = match decision.as_deref() {
        Some("approve") => Decision::Approve,
        Some("decline") => Decision::Decline,
        _ => return Err(Refused::Bad("the form says neither approve nor decline")),
    };
    let key = key.unwrap_or_default();
    Ok(Wish { decision, key })
}
