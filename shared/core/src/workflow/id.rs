//! Whose work it is, what it is about, and which going-through.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Longest name of a tenant, in characters.
const TENANT_CHARS_MAX: usize = 64;

/// Longest name of an entity: `pr-OWNER-REPO-NUMBER` has at most 153 characters, and each generation of
/// children adds some.
const ENTITY_CHARS_MAX: usize = 240;

/// Whose state it is: part of every key, so that nobody comes upon another's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Tenant(String);

/// What a workflow is about, such as `pr-rust-lang-cargo-123`. It is looked up and never taken apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Entity(String);

/// One going-through for an entity; the first attempt is 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunId {
    pub tenant: Tenant,
    pub entity: Entity,
    pub attempt: u32,
}

/// The one team of a deployment that names none.
impl Default for Tenant {
    fn default() -> Self {
        Self("team".to_owned())
    }
}

impl FromStr for Tenant {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = is_name(text, TENANT_CHARS_MAX);
        let name = fits.then(|| Self(text.to_owned()));
        name.ok_or("1 to 64 letters of ASCII, digits and `-_.`")
    }
}

impl FromStr for Entity {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = is_name(text, ENTITY_CHARS_MAX);
        let name = fits.then(|| Self(text.to_owned()));
        name.ok_or("1 to 240 letters of ASCII, digits and `-_.`")
    }
}

fn is_name(text: &str, chars_max: usize) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (1..=chars_max).contains(&text.len()) && text.chars().all(fits)
}

impl Entity {
    /// The `nth` child of what `run` does as its step `ordinal`: no other run has it.
    pub fn child_of(run: &RunId, ordinal: u32, nth: usize) -> Result<Self, &'static str> {
        let RunId {
            entity, attempt, ..
        } = run;
        format!("{entity}.{attempt}.{ordinal}.{nth}").parse()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Tenant {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Tenant {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl TryFrom<String> for Entity {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Tenant> for String {
    fn from(tenant: Tenant) -> Self {
        tenant.0
    }
}

impl From<Entity> for String {
    fn from(entity: Entity) -> Self {
        entity.0
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Without the tenant: for its own eyes.
impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (attempt {})", self.entity, self.attempt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        assert!("pr-rust-lang-cargo-123".parse::<Entity>().is_ok());
        for bad in ["", "a b", "a#b", "../a", "ä", &"x".repeat(241)] {
            assert!(bad.parse::<Entity>().is_err(), "{bad}");
            assert!(bad.parse::<Tenant>().is_err(), "{bad}");
        }
    }
}
