//! A service's address: over TLS, or on this machine.

use std::fmt;
use std::str::FromStr;

use http::HeaderValue;
use reqwest::Url;
use reqwest::header::ToStrError;

use super::Unanswered;

/// From the configuration, never from a caller: `https://api.github.com`, `http://127.0.0.1:9000`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl FromStr for BaseUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "an address such as https://github.example.com/api/v3: https (or http on this machine), without user, query or fragment";
        let url: Url = text.trim().parse().map_err(|_| EXPECTED)?;
        let is_private = url.scheme() == "http" && is_loopback(&url);
        let is_plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if (url.scheme() == "https" || is_private) && url.has_host() && is_plain {
            Ok(Self(url))
        } else {
            Err(EXPECTED)
        }
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl BaseUrl {
    pub fn is_on_this_machine(&self) -> bool {
        is_loopback(&self.0)
    }

    /// Where people look at what this API serves: `https://github.com` beside `https://api.github.com`, and
    /// a server of one's own at its own name.
    pub fn for_people(&self) -> String {
        let origin = self.0.origin().ascii_serialization();
        origin.replacen("://api.", "://", 1)
    }

    pub(super) fn join(
        &self,
        path: &str,
        query: &[(&'static str, String)],
    ) -> Result<Url, Unanswered> {
        let mut url: Url = format!("{self}{path}")
            .parse()
            .map_err(|_| Unanswered::Redirected)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    /// Where a redirect leads, on this very host; credentials go nowhere else.
    pub(super) fn same_host(&self, from: &Url, to: &HeaderValue) -> Result<Url, Unanswered> {
        let elsewhere = |_: ToStrError| Unanswered::Redirected;
        let to = to.to_str().map_err(elsewhere)?;
        let url = from.join(to).map_err(|_| Unanswered::Redirected)?;
        if url.origin() == self.0.origin() {
            Ok(url)
        } else {
            Err(Unanswered::Redirected)
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost" | "[::1]") => true,
        Some(host) => host
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_secure_or_on_this_machine() {
        for good in [
            "https://api.github.com",
            "https://github.example.com/api/v3/",
            "http://127.0.0.1:9000",
            "http://localhost:1",
            "http://[::1]:1",
        ] {
            assert!(good.parse::<BaseUrl>().is_ok(), "{good}");
        }
        for bad in [
            "http://github.example.com",
            "https://user:pass@api.github.com",
            "https://api.github.com/?x=1",
            "https://api.github.com/#x",
            "ftp://api.github.com",
            "http://127.0.0.1.evil.test",
            "api.github.com",
            "",
        ] {
            assert!(bad.parse::<BaseUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_redirect_stays_on_its_host() {
        let base: BaseUrl = "https://api.github.com".parse().unwrap();
        let from = base.join("/repos/a/b", &[]).unwrap();
        let to = |text: &'static str| base.same_host(&from, &HeaderValue::from_static(text));
        assert_eq!(
            to("/repositories/7").unwrap().as_str(),
            "https://api.github.com/repositories/7"
        );
        assert!(to("https://api.github.com/x").is_ok());
        for elsewhere in [
            "https://evil.test/x",
            "//evil.test/x",
            "http://api.github.com/x",
            "https://api.github.com:444/x",
            "https://api.github.com@evil.test/x",
        ] {
            assert!(to(elsewhere).is_err(), "{elsewhere}");
        }
    }
}
