//! Where a provider is reached. It comes from the configuration and may not be overheard on the way.

use std::net::IpAddr;
use std::str::FromStr;

use reqwest::Url;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

const EXPECTED: &str =
    "an https:// address without user, query or fragment, or http:// on loopback";

/// `https`, or `http` on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address(Url);

/// What a provider knows us by. Goes into one header of its requests, and nowhere else.
#[derive(Debug, Clone)]
pub(super) struct ApiKey(SecretString);

impl Address {
    pub(super) fn is_loopback(&self) -> bool {
        let host = self.0.host_str().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    pub(super) fn is_of(&self, host: &str) -> bool {
        self.0.host_str() == Some(host)
    }

    /// Below this address, whether that ends in a slash or not.
    pub(super) fn join(&self, path: &str) -> String {
        format!("{}/{path}", self.0.as_str().trim_end_matches('/'))
    }
}

impl FromStr for Address {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let address = Self(text.parse().map_err(|_| EXPECTED)?);
        let url = &address.0;
        let is_bare = url.username().is_empty() && url.password().is_none();
        let is_whole = url.query().is_none() && url.fragment().is_none();
        let is_safe = match url.scheme() {
            "https" => url.host().is_some(),
            "http" => address.is_loopback(),
            _ => false,
        };
        (is_bare && is_whole && is_safe)
            .then_some(address)
            .ok_or(EXPECTED)
    }
}

impl ApiKey {
    /// As a header's value, which no log of headers shows.
    pub(super) fn header(&self, before: &str) -> Option<HeaderValue> {
        let text = format!("{before}{}", self.0.expose_secret());
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl FromStr for ApiKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(text.into()))
            .ok_or("a key of visible ASCII characters")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_safe_from_listeners() {
        for good in [
            "https://api.openai.com/v1",
            "http://127.0.0.1:11434/v1/",
            "http://localhost:1/v1",
            "http://[::1]:8080",
        ] {
            assert!(good.parse::<Address>().is_ok(), "{good}");
        }
        for bad in [
            "http://example.com/v1",
            "http://10.0.0.1/v1",
            "http://127.0.0.1.evil.test/",
            "http://localhost.evil.test/",
            "https://user:secret@example.com/",
            "https://example.com/?a=b",
            "ftp://localhost/",
            "file:///etc/passwd",
            "api.openai.com",
        ] {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_path_is_joined_with_one_slash() {
        for base in ["http://localhost:1/v1", "http://localhost:1/v1/"] {
            let address: Address = base.parse().unwrap();
            assert_eq!(address.join("models"), "http://localhost:1/v1/models");
        }
    }
}
