//! What an item is found under. Names are made of parts, so that no part can reach into another.

use std::fmt;

use super::TooLarge;

/// Stands between the parts of a name.
const BETWEEN: char = '#';

/// Longest name, in bytes: what DynamoDB takes for a sort key. It takes 2,048 for a partition's.
const NAME_BYTES_MAX: usize = 1024;

/// Items of one partition are read in the order of their sort names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub partition: Name,
    pub sort: Name,
}

/// Never empty. Ordered byte by byte.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// Of parts that are written so that no two lists of them read the same, and none begins as another
    /// does but where its parts begin the list: `a` is under `[]`, `a#b` under `[a]`, and `ab` is not.
    ///
    /// # Errors
    /// What is longer than a store takes.
    pub fn of(parts: &[&str]) -> Result<Self, TooLarge> {
        let mut name = String::new();
        for part in parts {
            for c in part.chars() {
                match c {
                    '%' => name.push_str("%25"),
                    BETWEEN => name.push_str("%23"),
                    c => name.push(c),
                }
            }
            name.push(BETWEEN);
        }
        Self::written(name)
    }

    /// A name as a store has kept it.
    pub fn written(name: impl Into<String>) -> Result<Self, TooLarge> {
        let name = name.into();
        match name.len() {
            0 => Err(TooLarge("a name without a letter".to_owned())),
            1..=NAME_BYTES_MAX => Ok(Self(name)),
            bytes => Err(TooLarge(format!("a name of {bytes} bytes"))),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `under` and all its parts come first.
    pub fn is_under(&self, under: &Self) -> bool {
        self.0.starts_with(&under.0)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.partition.0, self.sort.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(parts: &[&str]) -> Name {
        Name::of(parts).unwrap()
    }

    #[test]
    fn no_part_reaches_into_another() {
        assert_ne!(name(&["a", "b"]), name(&["a#b"]));
        assert_ne!(name(&["a%23b"]), name(&["a#b"]));
        assert!(name(&["a", "b"]).is_under(&name(&["a"])));
        assert!(!name(&["ab"]).is_under(&name(&["a"])));
        assert!(!name(&["a#", "b"]).is_under(&name(&["a"])));
    }

    #[test]
    fn what_no_store_takes_is_refused() {
        assert!(Name::of(&[]).is_err());
        assert!(Name::of(&[&"x".repeat(NAME_BYTES_MAX)]).is_err());
        assert!(Name::of(&[&"x".repeat(NAME_BYTES_MAX - 1)]).is_ok());
    }
}
