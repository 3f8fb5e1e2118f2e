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

pub(crate) async fn read<B>(body: B) -> Result<Bytes, Unreadable>
where
    B: Body<Error: Into<BoxError>>,
{
    let collected =
        tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, BODY_BYTES_MAX).collect()).await;
    match collected.map_err(|_| Unreadable::TooSlow)? {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Unreadable::TooLarge),
        Err(_) => Err(Unreadable::Broken),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_is_read_up_to_the_limit() {
        let body = |bytes: usize| http_body_util::Full::new(Bytes::from(vec![b' '; bytes]));
        assert_eq!(
            read(body(BODY_BYTES_MAX)).await.unwrap().len(),
            BODY_BYTES_MAX
        );
        assert_eq!(
            read(body(BODY_BYTES_MAX + 1)).await,
            Err(Unreadable::TooLarge)
        );
    }
}
