//! Configuration, read once from the environment into types. What is bad or missing is named.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::access::Keys;
use crate::reach::{Host, Origin};
use crate::workflow::Tenant;

/// Longest time a tool may take, in seconds: hosted assistants cut a call at about 60 s, API
/// Gateway at 29 s, and the reply still has to travel.
const CALL_TIMEOUT_S_MAX: u32 = 25;

/// As long as Step Functions keeps what it did.
const KEPT_DAYS: u32 = 90;

/// Ten years: what has to be kept for longer belongs elsewhere.
const KEPT_DAYS_MAX: u32 = 3650;

#[derive(Debug, Clone)]
pub struct Config {
    /// `IDWO_ALLOWED_HOSTS`: names under which the endpoint may be reached, beside loopback.
    pub allowed_hosts: Vec<Host>,
    /// `IDWO_ALLOWED_ORIGINS`: pages that may call the endpoint from a browser, beside loopback.
    pub allowed_origins: Vec<Origin>,
    /// `IDWO_CALL_TIMEOUT_S`: 1 to 25, default 25.
    pub call_timeout: Duration,
    /// `IDWO_CATALOGUE`: what the endpoint serves, default the product's own tools.
    pub serves: Served,
    /// `IDWO_ACCESS_KEYS`: who may call a deployed endpoint, as JSON; nobody by default.
    pub access_keys: Keys,
    /// `IDWO_FUNCTION_PREFIX`: what stands before the name of each function on AWS, default nothing.
    pub function_prefix: String,
    /// `IDWO_REQUEST_STATE_KEY`: signs what a client has to bring back when a call was answered
    /// with a question. Every process that answers the same clients needs the same.
    pub request_state_key: Option<StateKey>,
    /// `IDWO_RETENTION_DAYS`: how long all that is known of a workflow is kept after the end of its longest
    /// life, 1 to 3650 days, default 90.
    pub kept_for: Duration,
    /// `IDWO_TENANT`: whose workflows these are, default `team`. Another name sees none of them.
    pub tenant: Tenant,
    /// `IDWO_LOG`: what is logged, in the words of `tracing`'s filter. rmcp writes three lines for
    /// each request at `info`, each refusal at `warn`, and each client that left at `error`, which
    /// say nothing that our one line does not.
    pub log: String,
}

/// What the endpoint has on its list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Served {
    #[default]
    Product,
    /// The fixture of the protocol's conformance tests, and nothing else.
    Conformance,
}

#[derive(Debug, Clone)]
pub struct StateKey(SecretString);

/// Every variable that begins so is ours.
const OURS: &str = "IDWO_";

/// Those that there are. `IDWO_STATE_TABLE` and `IDWO_QUEUE_URL` name what a deployment keeps its state and
/// its work in; the last two are read by the project's own tests.
const KNOWN: [&str; 18] = [
    "IDWO_RETENTION_DAYS",
    "IDWO_FAULT_PLAN",
    "IDWO_SECRETS",
    "IDWO_ACCESS_KEYS",
    "IDWO_ALLOWED_HOSTS",
    "IDWO_ALLOWED_ORIGINS",
    "IDWO_CALL_TIMEOUT_S",
    "IDWO_CATALOGUE",
    "IDWO_ENV_FILE",
    "IDWO_FUNCTION_PREFIX",
    "IDWO_LOG",
    "IDWO_MODEL_BUDGET_USD",
    "IDWO_QUEUE_URL",
    "IDWO_REQUEST_STATE_KEY",
    "IDWO_STATE_TABLE",
    "IDWO_TENANT",
    "IDWO_CACHE",
    "IDWO_CLONES",
];

const LOG_DEFAULT: &str = "info,rmcp=error,rmcp::service=off";

/// A set of named values, such as the environment.
#[derive(Debug, Clone)]
pub struct Variables(BTreeMap<String, String>);

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("{0} is not set")]
    Missing(&'static str),
    /// The value is left out: it could be a secret.
    #[error("{name} is not usable: expected {expected}")]
    Bad {
        name: &'static str,
        expected: String,
    },
}

impl Config {
    pub fn read(variables: &Variables) -> Result<Self, ConfigError> {
        let call_timeout_s = variables.number(
            "IDWO_CALL_TIMEOUT_S",
            1..=CALL_TIMEOUT_S_MAX,
            CALL_TIMEOUT_S_MAX,
        )?;
        let kept_days = variables.number("IDWO_RETENTION_DAYS", 1..=KEPT_DAYS_MAX, KEPT_DAYS)?;
        Ok(Self {
            kept_for: Duration::from_secs(u64::from(kept_days) * 24 * 3600),
            allowed_hosts: variables.list("IDWO_ALLOWED_HOSTS")?,
            allowed_origins: variables.list("IDWO_ALLOWED_ORIGINS")?,
            call_timeout: Duration::from_secs(call_timeout_s.into()),
            access_keys: variables.optional("IDWO_ACCESS_KEYS")?.unwrap_or_default(),
            function_prefix: variables
                .optional("IDWO_FUNCTION_PREFIX")?
                .unwrap_or_default(),
            serves: variables.optional("IDWO_CATALOGUE")?.unwrap_or_default(),
            request_state_key: variables.optional("IDWO_REQUEST_STATE_KEY")?,
            tenant: variables.optional("IDWO_TENANT")?.unwrap_or_default(),
            log: variables
                .optional("IDWO_LOG")?
                .unwrap_or_else(|| LOG_DEFAULT.to_owned()),
        })
    }
}

impl FromStr for Served {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "product" => Ok(Self::Product),
            "conformance" => Ok(Self::Conformance),
            _ => Err("`product` or `conformance`"),
        }
    }
}

impl StateKey {
    /// As long as the digest that it keys (HMAC-SHA256), in bytes.
    pub const BYTES_MIN: usize = 32;

    pub fn expose(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

impl FromStr for StateKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() < Self::BYTES_MIN {
            return Err("at least 32 bytes, such as `openssl rand -hex 32` gives");
        }
        Ok(Self(text.into()))
    }
}

impl Variables {
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(variables.into_iter().collect())
    }

    /// With `more` for what is not set here.
    pub fn or(mut self, more: impl IntoIterator<Item = (String, String)>) -> Self {
        for (name, value) in more {
            self.0.entry(name).or_insert(value);
        }
        self
    }

    /// Names that look like ours and that nothing reads: misspelt, most likely.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        let ours = self.0.keys().filter(|name| name.starts_with(OURS));
        ours.map(String::as_str)
            .filter(|name| !KNOWN.contains(name))
    }

    /// Of an environment; what is no text is none of ours.
    pub fn of_environment(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let texts = variables.into_iter().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self::new(texts)
    }

    /// Set and not empty: an empty variable is what a deploy template leaves of an unset one.
    pub fn optional<T: FromStr<Err: fmt::Display>>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, ConfigError> {
        self.0
            .get(name)
            .filter(|text| !text.is_empty())
            .map(|text| parsed(name, text))
            .transpose()
    }

    pub fn required<T: FromStr<Err: fmt::Display>>(
        &self,
        name: &'static str,
    ) -> Result<T, ConfigError> {
        self.optional(name)?.ok_or(ConfigError::Missing(name))
    }

    /// Values between commas; none when the variable is not set.
    pub fn list<T: FromStr<Err: fmt::Display>>(
        &self,
        name: &'static str,
    ) -> Result<Vec<T>, ConfigError> {
        let text: String = self.optional(name)?.unwrap_or_default();
        let entries = text
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty());
        entries.map(|entry| parsed(name, entry)).collect()
    }

    pub fn number(
        &self,
        name: &'static str,
        range: std::ops::RangeInclusive<u32>,
        default: u32,
    ) -> Result<u32, ConfigError> {
        let bad = || ConfigError::Bad {
            name,
            expected: format!("a whole number from {} to {}", range.start(), range.end()),
        };
        let text: Option<String> = self.optional(name)?;
        let number = text.map_or(Ok(default), |text| text.parse().map_err(|_| bad()))?;
        if range.contains(&number) {
            Ok(number)
        } else {
            Err(bad())
        }
    }
}

fn parsed<T: FromStr<Err: fmt::Display>>(name: &'static str, text: &str) -> Result<T, ConfigError> {
    text.parse().map_err(|expected: T::Err| ConfigError::Bad {
        name,
        expected: expected.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::read(&Variables::new(
            variables
                .iter()
                .map(|(k, v)| (k.to_string(), v.to_string())),
        ))
    }

    #[test]
    fn an_empty_environment_gives_the_defaults() {
        let config = read(&[]).unwrap();
        assert_eq!(config.call_timeout, Duration::from_secs(25));
        assert_eq!(
            (config.allowed_hosts.len(), config.allowed_origins.len()),
            (0, 0)
        );
        assert_eq!(config.serves, Served::Product);
        let empty = read(&[("IDWO_CALL_TIMEOUT_S", ""), ("IDWO_CATALOGUE", "")]).unwrap();
        assert_eq!(format!("{empty:?}"), format!("{config:?}"));
    }

    #[test]
    fn set_variables_are_read_into_types() {
        let config = read(&[
            ("IDWO_ALLOWED_HOSTS", "MCP.example.com, localhost:9000"),
            ("IDWO_ALLOWED_ORIGINS", "https://app.example.com"),
            ("IDWO_CALL_TIMEOUT_S", "5"),
        ])
        .unwrap();
        let hosts: Vec<_> = config.allowed_hosts.iter().map(Host::to_string).collect();
        assert_eq!(hosts, ["mcp.example.com", "localhost:9000"]);
        assert_eq!(
            config.allowed_origins,
            ["https://app.example.com:443".parse().unwrap()]
        );
        assert_eq!(config.call_timeout, Duration::from_secs(5));
    }

    #[test]
    fn a_bad_variable_is_named_and_its_value_is_not_shown() {
        for (name, value) in [
            ("IDWO_CALL_TIMEOUT_S", "26"),
            ("IDWO_CALL_TIMEOUT_S", "soon"),
            ("IDWO_ALLOWED_HOSTS", "https://x"),
            ("IDWO_ALLOWED_HOSTS", "host:0"),
            ("IDWO_ALLOWED_ORIGINS", "example.com/path"),
            ("IDWO_CATALOGUE", "all of it"),
            ("IDWO_REQUEST_STATE_KEY", "too short"),
        ] {
            let said = read(&[(name, value)]).unwrap_err().to_string();
            assert!(said.starts_with(name) && !said.contains(value), "{said}");
        }
    }

    #[test]
    fn a_key_is_never_shown() {
        let key = "0123456789abcdef0123456789abcdef";
        let config = read(&[("IDWO_REQUEST_STATE_KEY", key)]).unwrap();
        assert!(!format!("{config:?}").contains(key));
        assert_eq!(config.request_state_key.unwrap().expose(), key.as_bytes());
    }

    #[test]
    fn a_misspelt_variable_is_found() {
        let names = ["IDWO_ALOWED_HOSTS", "IDWO_LOG", "HOME"];
        let variables = Variables::new(names.map(|name| (name.to_owned(), "x".to_owned())));
        assert_eq!(
            variables.unknown().collect::<Vec<_>>(),
            ["IDWO_ALOWED_HOSTS"]
        );
    }

    #[test]
    fn a_missing_variable_is_named() {
        let none = Variables::new([]);
        assert_eq!(
            none.required::<Host>("IDWO_X").unwrap_err().to_string(),
            "IDWO_X is not set"
        );
    }
}
