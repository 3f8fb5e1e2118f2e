//! What a request body must be before anything parses it: small, and not deep.

use bytes::Bytes;
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// Largest request body, in bytes: a diff or a source file fits, an upload does not.
pub(crate) const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Deepest nesting of a request's JSON: parsers recurse, and no honest call nests ten levels.
pub(crate) const DEPTH_MAX: usize = 64;

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    TooLarge,
    /// The connection broke before the body was whole.
    Broken,
}

pub(crate) async fn read<B>(body: B) -> Result<Bytes, Unreadable>
where
    B: Body<Error: Into<BoxError>>,
{
    let collected = Limited::new(body, BODY_BYTES_MAX).collect().await;
    collected
        .map(http_body_util::Collected::to_bytes)
        .map_err(|error| {
            if error.is::<LengthLimitError>() {
                Unreadable::TooLarge
            } else {
                Unreadable::Broken
            }
        })
}

/// Whether brackets nest deeper than [`DEPTH_MAX`], by one look at each byte: cheaper than a
/// parser, and it cannot overflow.
pub(crate) fn is_too_deep(json: &[u8]) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in json {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => in_text = false,
            (true, _) => (),
            (false, b'"') => in_text = true,
            (false, b'[' | b'{') => depth += 1,
            (false, b']' | b'}') => depth = depth.saturating_sub(1),
            (false, _) => (),
        }
        if depth > DEPTH_MAX {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_brackets_outside_of_text() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(
            !is_too_deep(nested(DEPTH_MAX).as_bytes())
                && is_too_deep(nested(DEPTH_MAX + 1).as_bytes())
        );
        assert!(!is_too_deep(
            format!("{{\"a\":\"{}\"}}", "[".repeat(999)).as_bytes()
        ));
        assert!(is_too_deep(
            format!("{{\"a\\\"\":{}", "[".repeat(999)).as_bytes()
        ));
        assert!(!is_too_deep("[],".repeat(999).as_bytes()));
    }

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
