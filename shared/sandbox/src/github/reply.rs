//! An answer before it is sent: its status, its headers, and a body of JSON.

use std::hash::{DefaultHasher, Hash, Hasher};

use http::StatusCode;
use serde_json::{Value, json};

/// Where GitHub's answers say that more is to be read.
const DOCUMENTS: &str = "https://docs.github.com/rest";

#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Value,
}

impl Reply {
    pub(super) fn new(status: StatusCode, body: Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body,
        }
    }

    pub(super) fn ok(body: Value) -> Self {
        Self::new(StatusCode::OK, body)
    }

    /// GitHub's way of saying no.
    pub(super) fn refusal(status: StatusCode, message: &str) -> Self {
        let said = json!({
            "message": message, "documentation_url": DOCUMENTS,
            "status": status.as_str(),
        });
        Self::new(status, said)
    }

    pub(super) fn not_found() -> Self {
        Self::refusal(StatusCode::NOT_FOUND, "Not Found")
    }

    pub(super) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Adds `Link`, if there is anything to link to.
    pub(super) fn linked(self, links: &[(&str, String)]) -> Self {
        let links = links
            .iter()
            .map(|(relation, url)| format!("<{url}>; rel=\"{relation}\""));
        let links: Vec<_> = links.collect();
        if links.is_empty() {
            return self;
        }
        self.with("link", links.join(", "))
    }

    /// Adds an `ETag` that changes with the body.
    pub(super) fn tagged(self) -> Self {
        let mut hasher = DefaultHasher::new();
        self.body.to_string().hash(&mut hasher);
        let tag = format!("\"{:016x}\"", hasher.finish());
        self.with("etag", tag)
    }
}
