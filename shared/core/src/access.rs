//! Static access keys, for clients that speak no OAuth: named, scoped, expiring, and kept only as
//! digests, so that who reads the configuration cannot use them.

use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Every key begins so, for people and scanners to know one by.
const PREFIX: &str = "idwo_";

/// Random bytes of a key, in hexadecimal behind the prefix.
pub const KEY_BYTES: usize = 32;

/// Keys of one deployment: each is compared with what is presented.
const KEYS_MAX: usize = 100;

/// The scope of a key with which a person approves plans. No key that a model works with should have it.
pub const APPROVE: &str = "workflows:approve";

/// What the configuration holds of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRecord {
    /// Who uses it; stands in logs.
    pub name: String,
    /// The key's SHA-256 digest, in hexadecimal. A key has 256 random bits: it needs no salt.
    pub sha256: String,
    pub scopes: Vec<String>,
    pub expires_at: Timestamp,
}

/// All keys of a deployment; none means that nobody is let in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys(Vec<KeyRecord>);

/// Whom a key stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    pub name: String,
    pub scopes: Vec<String>,
}

/// Who sent a request, where the host has found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    Admitted(Principal),
    /// Nobody has vouched for it, and this host takes no such requests.
    Stranger,
}

/// Why a key is not taken; for the log, never for who presented it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    #[error("no bearer token")]
    NoToken,
    #[error("unknown key")]
    Unknown,
    #[error("expired key")]
    Expired,
    /// What tells keys apart could not be read: nobody is let in by what it was before.
    #[error("the keys cannot be read")]
    Unreadable,
}

/// Who holds a key now: keys come and go while a process serves.
#[async_trait]
pub trait Doorkeeper: Send + Sync {
    /// Whom the value of an `Authorization` header stands for.
    async fn admit(&self, authorization: Option<&str>, now: Timestamp)
    -> Result<Principal, Denied>;
}

/// Keys that stay as they are for as long as the process.
#[async_trait]
impl Doorkeeper for Keys {
    async fn admit(
        &self,
        authorization: Option<&str>,
        now: Timestamp,
    ) -> Result<Principal, Denied> {
        Self::admit(self, authorization, now)
    }
}

/// A key as its owner holds it: shown once, when it is made.
pub struct AccessKey(String);

impl AccessKey {
    pub fn of_random(bytes: [u8; KEY_BYTES]) -> Self {
        Self(format!("{PREFIX}{}", HEXLOWER.encode(&bytes)))
    }

    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn record(&self, name: String, scopes: Vec<String>, expires_at: Timestamp) -> KeyRecord {
        KeyRecord {
            name,
            sha256: digest(&self.0),
            scopes,
            expires_at,
        }
    }
}

impl FromStr for AccessKey {
    type Err = &'static str;

    /// As its owner holds it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix(PREFIX).unwrap_or_default();
        let is_key = is_hex(digits);
        let key = is_key.then(|| Self(text.to_owned()));
        key.ok_or("`idwo_` and 64 digits in hexadecimal, in lower case")
    }
}

impl Principal {
    /// Whether it may do what needs all of `scopes`.
    pub fn holds(&self, scopes: &[String]) -> bool {
        scopes.iter().all(|scope| self.scopes.contains(scope))
    }
}

impl Keys {
    /// Whom the value of an `Authorization` header stands for.
    pub fn admit(&self, authorization: Option<&str>, now: Timestamp) -> Result<Principal, Denied> {
        let (scheme, key) = authorization
            .and_then(|value| value.split_once(' '))
            .ok_or(Denied::NoToken)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Denied::NoToken);
        }
        // Digests are compared, so that the time it takes tells nothing of a key.
        let presented = digest(key.trim());
        let found = self.0.iter().find(|record| record.sha256 == presented);
        let record = found.ok_or(Denied::Unknown)?;
        if record.expires_at <= now {
            return Err(Denied::Expired);
        }
        Ok(Principal {
            name: record.name.clone(),
            scopes: record.scopes.clone(),
        })
    }
}

impl FromStr for Keys {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let keys: Vec<KeyRecord> = serde_json::from_str(text)
            .map_err(|_| "a JSON list of what `idwo-local key new` prints")?;
        if keys.len() > KEYS_MAX {
            return Err("at most 100 keys");
        }
        if !keys.iter().all(|record| is_hex(&record.sha256)) {
            return Err("each sha256 as 64 digits in hexadecimal, in lower case");
        }
        Ok(Self(keys))
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessKey(…)")
    }
}

fn digest(key: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(key.as_bytes()))
}

/// A key, or a digest of one: both have 32 bytes.
fn is_hex(text: &str) -> bool {
    let bytes = HEXLOWER.decode(text.as_bytes());
    bytes.is_ok_and(|bytes| bytes.len() == KEY_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// A key, and the configuration that knows it until second 100.
    fn made() -> (String, Keys) {
        let key = AccessKey::of_random([7; KEY_BYTES]);
        let record = key.record("ci".to_owned(), vec!["repository:read".to_owned()], at(100));
        let configured = serde_json::to_string(&[record]).unwrap();
        assert!(!configured.contains(key.expose()), "only a digest is kept");
        (key.expose().to_owned(), configured.parse().unwrap())
    }

    #[test]
    fn a_key_lets_its_owner_in_until_it_expires() {
        let (key, keys) = made();
        let bearer = format!("Bearer {key}");
        let principal = keys.admit(Some(&bearer), at(99)).unwrap();
        assert_eq!((principal.name.as_str(), principal.scopes.len()), ("ci", 1));
        assert_eq!(keys.admit(Some(&bearer), at(100)), Err(Denied::Expired));
    }

    #[test]
    fn nothing_else_lets_anybody_in() {
        let (key, keys) = made();
        let digest = digest(&key);
        for (value, why) in [
            (None, Denied::NoToken),
            (Some(key.clone()), Denied::NoToken),
            (Some(format!("Basic {key}")), Denied::NoToken),
            (Some("Bearer ".to_owned()), Denied::Unknown),
            (Some(format!("Bearer {key}0")), Denied::Unknown),
            (Some(format!("Bearer {digest}")), Denied::Unknown),
        ] {
            assert_eq!(keys.admit(value.as_deref(), at(1)), Err(why), "{value:?}");
        }
        let bearer = format!("Bearer {key}");
        assert_eq!(
            Keys::default().admit(Some(&bearer), at(1)),
            Err(Denied::Unknown)
        );
    }

    #[test]
    fn a_key_is_known_by_its_looks() {
        let (key, _) = made();
        assert_eq!(key.parse::<AccessKey>().unwrap().expose(), key);
        for bad in ["", "idwo_", &key[..68], &key[5..], &key.to_uppercase()] {
            assert!(bad.parse::<AccessKey>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_configuration_that_is_none_is_refused() {
        for bad in [
            "",
            "{}",
            r#"[{"name":"a"}]"#,
            r#"[{"name":"a","sha256":"x","scopes":[],"expires_at":"2030-01-01T00:00:00Z"}]"#,
        ] {
            assert!(bad.parse::<Keys>().is_err(), "{bad}");
        }
    }
}
