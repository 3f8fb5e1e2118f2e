//! What a provider knows us by.

use std::str::FromStr;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

/// Goes into one header of its requests, and nowhere else.
#[derive(Debug, Clone)]
pub(super) struct ApiKey(SecretString);

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
