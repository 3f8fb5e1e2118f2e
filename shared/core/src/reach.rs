//! Under which names the endpoint is reached, and from which pages: the two headers that tell a
//! browser's hostile page from a client.

use std::fmt;
use std::str::FromStr;

const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// A host name or address in lower case, with or without a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    name: String,
    port: Option<u16>,
}

/// Under what whoever hands a request on was reached, where that is known for certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReachedAs {
    pub host: Host,
    /// What stands before our own paths, such as `/v1`; often nothing.
    pub base: String,
}

/// The page that a browser's request comes from: scheme, host and port, the port never left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    scheme: Scheme,
    name: String,
    port: u16,
}

/// The names that a server goes by, beside loopback.
#[derive(Debug, Clone, Default)]
pub struct Names(Vec<Host>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOurs {
    #[error("the Host is no host name")]
    NoName,
    #[error("this server does not go by that Host")]
    OtherName,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

impl Host {
    /// Whether a request for `other` is meant for this host. Without a port it stands for all.
    pub fn covers(&self, other: &Self) -> bool {
        self.name == other.name && self.port.is_none_or(|port| other.port == Some(port))
    }

    pub fn is_loopback(&self) -> bool {
        LOOPBACK.contains(&self.name.as_str())
    }
}

impl Origin {
    pub fn is_loopback(&self) -> bool {
        LOOPBACK.contains(&self.name.as_str())
    }

    /// Whether it is of pages that `host`, as a request names it, serves itself.
    pub fn is_of(&self, host: &Host) -> bool {
        let port = host.port.unwrap_or(self.scheme.port());
        self.name == host.name && self.port == port
    }
}

impl Scheme {
    /// Where no other is named.
    const fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl Names {
    pub const fn new(names: Vec<Host>) -> Self {
        Self(names)
    }

    /// The host that a request names, where this server goes by it: a name of its own, loopback, or what it
    /// was `reached` as.
    pub fn cover(&self, named: &[u8], reached: Option<&ReachedAs>) -> Result<Host, NotOurs> {
        let named = std::str::from_utf8(named).ok();
        let host = named.and_then(|named| named.parse::<Host>().ok());
        let host = host.ok_or(NotOurs::NoName)?;
        let is_reached = reached.is_some_and(|reached| reached.host.covers(&host));
        let is_own = self.0.iter().any(|own| own.covers(&host));
        let is_ours = host.is_loopback() || is_reached || is_own;
        is_ours.then_some(host).ok_or(NotOurs::OtherName)
    }
}

impl FromStr for Host {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "host names without scheme or path, such as mcp.example.com";
        let (name, port) = split_port(text).ok_or(EXPECTED)?;
        let name = name.to_ascii_lowercase();
        is_name(&name)
            .then_some(Self { name, port })
            .ok_or(EXPECTED)
    }
}

impl FromStr for Origin {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "origins without a path, such as https://app.example.com";
        let (scheme, host) = text.split_once("://").ok_or(EXPECTED)?;
        let scheme = match scheme {
            "https" => Scheme::Https,
            "http" => Scheme::Http,
            _ => return Err(EXPECTED),
        };
        let Host { name, port } = host.parse().map_err(|_| EXPECTED)?;
        let port = port.unwrap_or(scheme.port());
        Ok(Self { scheme, name, port })
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// The colons of a bracketed IPv6 address are not a port's.
fn split_port(text: &str) -> Option<(&str, Option<u16>)> {
    match text.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => {
            let digits = port.bytes().all(|b| b.is_ascii_digit());
            let port = port.parse().ok().filter(|port| digits && *port > 0)?;
            Some((name, Some(port)))
        }
        _ => Some((text, None)),
    }
}

/// Longest name of a host, in bytes: the limit of the domain name system.
const NAME_BYTES_MAX: usize = 253;

fn is_name(text: &str) -> bool {
    text == "[::1]"
        || (1..=NAME_BYTES_MAX).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Host {
        text.parse().unwrap()
    }

    fn origin(text: &str) -> Origin {
        text.parse().unwrap()
    }

    #[test]
    fn a_host_without_a_port_covers_all_of_them() {
        assert!(host("MCP.example.com").covers(&host("mcp.example.com:443")));
        assert!(host("a.test:81").covers(&host("a.test:81")));
        assert!(!host("a.test:81").covers(&host("a.test")));
        assert!(!host("example.com").covers(&host("mcp.example.com")));
        assert!(!host("example.com").covers(&host("example.com.evil.test")));
    }

    #[test]
    fn an_origin_without_a_port_means_its_schemes_own() {
        assert_eq!(origin("https://a.test"), origin("https://A.test:443"));
        assert_eq!(origin("http://a.test"), origin("http://a.test:80"));
        assert_ne!(origin("https://a.test"), origin("https://a.test:8443"));
        assert_ne!(origin("https://a.test:80"), origin("http://a.test"));
    }

    #[test]
    fn an_origin_is_of_the_host_that_serves_its_pages() {
        assert!(origin("https://a.test").is_of(&host("a.test")));
        assert!(origin("https://a.test").is_of(&host("A.test:443")));
        assert!(origin("http://127.0.0.1:8787").is_of(&host("127.0.0.1:8787")));
        assert!(!origin("http://127.0.0.1:6274").is_of(&host("127.0.0.1:8787")));
        assert!(!origin("https://a.test:8443").is_of(&host("a.test")));
        assert!(!origin("https://a.test.evil.test").is_of(&host("a.test")));
    }

    #[test]
    fn a_server_goes_by_its_names_by_loopback_and_by_what_it_was_reached_as() {
        let names = Names::new(vec![host("mcp.example.com")]);
        let reached = ReachedAs {
            host: host("abc.test"),
            base: String::new(),
        };
        for ours in ["MCP.example.com:443", "127.0.0.1:8787", "abc.test"] {
            assert!(
                names.cover(ours.as_bytes(), Some(&reached)).is_ok(),
                "{ours}"
            );
        }
        assert_eq!(names.cover(b"abc.test", None), Err(NotOurs::OtherName));
        assert_eq!(names.cover(b"a b", None), Err(NotOurs::NoName));
        assert_eq!(names.cover(b"\xff", None), Err(NotOurs::NoName));
    }

    #[test]
    fn loopback_is_known_in_all_its_spellings() {
        assert!(host("LOCALHOST:8787").is_loopback() && host("[::1]:1").is_loopback());
        assert!(origin("http://127.0.0.1:6274").is_loopback());
        assert!(!host("127.0.0.1.evil.test").is_loopback());
        assert!(!origin("http://localhost.evil.test").is_loopback());
    }

    #[test]
    fn what_is_neither_is_refused() {
        for bad in [
            "",
            "*",
            "a b",
            "https://x",
            "x/y",
            "a:0",
            "a:99999",
            "a:",
            "a:+1",
            "u@a",
            "-a",
            "[::2]",
        ] {
            assert!(bad.parse::<Host>().is_err(), "{bad}");
        }
        for bad in [
            "",
            "null",
            "a.test",
            "ftp://a.test",
            "https://",
            "https://a/b",
            "https://u@a",
            "https://a.test/",
        ] {
            assert!(bad.parse::<Origin>().is_err(), "{bad}");
        }
    }
}
