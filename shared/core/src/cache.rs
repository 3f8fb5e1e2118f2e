//! The port to what is kept between calls and may be lost at any time: answers of services by their
//! entity tags, histories as far as they were read.

use async_trait::async_trait;

#[async_trait]
pub trait Cache: Send + Sync {
    /// `None` for what was never kept, was dropped, or cannot be read: the caller asks anew.
    async fn get(&self, key: &Key) -> Option<Vec<u8>>;

    /// Keeps it as long as there is room; that it could not is no failure of the call.
    async fn put(&self, key: &Key, value: Vec<u8>);
}

/// Made of all that an answer hangs on, whose credential it was asked with included. Its digest is the
/// name it is kept under, so that nothing of it shows and nothing in it can be a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key(String);

impl Key {
    pub fn of(parts: &[&str]) -> Self {
        use data_encoding::HEXLOWER;
        use sha2::{Digest, Sha256};
        let mut digest = Sha256::new();
        for part in parts {
            // Lengths first: no two lists of parts read the same.
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part.as_bytes());
        }
        Self(HEXLOWER.encode(&digest.finalize()))
    }

    /// 64 characters, `0` to `9` and `a` to `f`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_read_alike_together_are_told_apart() {
        assert_ne!(Key::of(&["ab", "c"]), Key::of(&["a", "bc"]));
        assert_eq!(Key::of(&["a", "b"]), Key::of(&["a", "b"]));
        assert_eq!(Key::of(&["../x"]).as_str().len(), 64);
    }
}
