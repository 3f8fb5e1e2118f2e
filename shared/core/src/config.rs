//! Configuration, read once from the environment into types. What is bad or missing is named.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Longest time a tool may take, in seconds: hosted assistants cut a call at about 60 s, API
/// Gateway at 29 s, and the reply still has to travel.
const CALL_TIMEOUT_S_MAX: u32 = 25;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `IDWO_ALLOWED_HOSTS`: names under which the endpoint may be reached, beside loopback.
    pub allowed_hosts: Vec<Host>,
    /// `IDWO_ALLOWED_ORIGINS`: pages that may call the endpoint from a browser, beside loopback.
    pub allowed_origins: Vec<Origin>,
    /// `IDWO_CALL_TIMEOUT_S`: 1 to 25, default 25.
    pub call_timeout: Duration,
    /// `IDWO_LOG`: what is logged, in the words of `tracing`'s filter. rmcp writes three lines for
    /// each request at `info`, and each refusal at `warn`, which say nothing that our one line does not.
    pub log: String,
}

const LOG_DEFAULT: &str = "info,rmcp=error";

/// A host name or address, with or without a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host(String);

/// Scheme and host of a page, as a browser sends it in `Origin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

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
        Ok(Self {
            allowed_hosts: variables.list("IDWO_ALLOWED_HOSTS")?,
            allowed_origins: variables.list("IDWO_ALLOWED_ORIGINS")?,
            call_timeout: Duration::from_secs(call_timeout_s.into()),
            log: variables
                .optional("IDWO_LOG")?
                .unwrap_or_else(|| LOG_DEFAULT.to_owned()),
        })
    }
}

impl Variables {
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(variables.into_iter().collect())
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

impl Host {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Origin {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Host {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !is_host(text) {
            return Err("host names without scheme or path, such as mcp.example.com");
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

impl FromStr for Origin {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let host = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"));
        if !host.is_some_and(is_host) {
            return Err("origins without a path, such as https://app.example.com");
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

fn parsed<T: FromStr<Err: fmt::Display>>(name: &'static str, text: &str) -> Result<T, ConfigError> {
    text.parse().map_err(|expected: T::Err| ConfigError::Bad {
        name,
        expected: expected.to_string(),
    })
}

fn is_host(text: &str) -> bool {
    let (name, port) = text
        .rsplit_once(':')
        .map_or((text, None), |(name, port)| (name, Some(port)));
    (1..=253).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
        && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|p| p > 0))
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
        assert_eq!(read(&[("IDWO_CALL_TIMEOUT_S", "")]).unwrap(), config);
    }

    #[test]
    fn set_variables_are_read_into_types() {
        let config = read(&[
            ("IDWO_ALLOWED_HOSTS", "MCP.example.com, localhost:9000"),
            ("IDWO_ALLOWED_ORIGINS", "https://app.example.com"),
            ("IDWO_CALL_TIMEOUT_S", "5"),
        ])
        .unwrap();
        let hosts: Vec<_> = config.allowed_hosts.iter().map(Host::as_str).collect();
        assert_eq!(hosts, ["mcp.example.com", "localhost:9000"]);
        assert_eq!(
            config.allowed_origins[0].as_str(),
            "https://app.example.com"
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
        ] {
            let said = read(&[(name, value)]).unwrap_err().to_string();
            assert!(said.starts_with(name) && !said.contains(value), "{said}");
        }
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
