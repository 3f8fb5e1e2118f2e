//! Reading a request's body: small, whole, and in time.

use std::time::Duration;

use bytes::Bytes;
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// Largest request body, in bytes: a diff or a source file fits, an upload does not.
pub(crate) const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Longest time a client may take to send its body: a slow one must not hold a place for ever.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    TooLarge,
    TooSlow,
    /// The connection broke before the body was whole.
    Broken,
}

/// All of `body`, if it comes within `patience`.
pub(crate) async fn read<B>(body: B, patience: Duration) -> Result<Bytes, Unreadable>
where
    B: Body<Error: Into<BoxError>>,
{
    let body = Limited::new(body, BODY_BYTES_MAX);
    let collected = tokio::time::timeout(patience, body.collect()).await;
    match collected.map_err(|_| Unreadable::TooSlow)? {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Unreadable::TooLarge),
        Err(_) => Err(Unreadable::Broken),
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use http_body_util::{Full, StreamBody};

    use super::*;

    fn spaces(bytes: usize) -> Full<Bytes> {
        Full::new(Bytes::from(vec![b' '; bytes]))
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_the_limit() {
        let whole = read(spaces(BODY_BYTES_MAX), BODY_TIMEOUT).await;
        assert_eq!(whole.unwrap().len(), BODY_BYTES_MAX);
        let larger = read(spaces(BODY_BYTES_MAX + 1), BODY_TIMEOUT).await;
        assert_eq!(larger, Err(Unreadable::TooLarge));
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_is_given_up() {
        let never = futures::stream::pending::<Result<http_body::Frame<Bytes>, Infallible>>();
        let slow = read(StreamBody::new(never), Duration::from_millis(1)).await;
        assert_eq!(slow, Err(Unreadable::TooSlow));
    }
}
