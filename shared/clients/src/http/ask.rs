//! One request, before it has an address.

use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, IF_NONE_MATCH};
use http::{HeaderName, HeaderValue, Method};
use reqwest::{Client, RequestBuilder, Url};
use serde_json::Value;

use super::kept::Kept;

/// Whatever it is, asking twice does what asking once does: what changes something has no form here yet.
pub struct Ask {
    pub(super) method: Method,
    /// Below the service's address; its parts are encoded.
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Option<Value>,
    authorization: Option<HeaderValue>,
    whose: String,
    headers: Vec<(HeaderName, &'static str)>,
    accept: &'static str,
    /// Which of the service's limits it counts against.
    pub(super) kind: &'static str,
    /// Most bytes of the answer, unpacked.
    pub(super) bytes_max: usize,
    /// Longest time for it, repetitions included.
    pub(super) within: Duration,
}

/// Longest time for one answer, repetitions and redirects included.
const ASK_TIMEOUT: Duration = Duration::from_secs(20);

/// Most bytes of an answer, unpacked: GitHub's largest comparison was 3 MB in what was measured.
const BYTES_MAX: usize = 20 * 1024 * 1024;

impl Ask {
    /// Of `path`, below the service's address.
    pub fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            query: Vec::new(),
            body: None,
            authorization: None,
            whose: String::new(),
            headers: Vec::new(),
            accept: "application/json",
            kind: "core",
            bytes_max: BYTES_MAX,
            within: ASK_TIMEOUT,
        }
    }

    /// A question that is too long for an address: it changes nothing.
    pub fn query(path: impl Into<String>, body: Value) -> Self {
        Self {
            method: Method::POST,
            body: Some(body),
            ..Self::get(path)
        }
    }

    /// With `path` before its own.
    pub fn below(&mut self, path: &str) {
        self.path.insert_str(0, path);
    }

    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    pub fn accepting(self, accept: &'static str) -> Self {
        Self { accept, ..self }
    }

    pub fn header(mut self, name: HeaderName, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    pub fn at_most(self, bytes_max: usize) -> Self {
        Self { bytes_max, ..self }
    }

    pub fn within(self, time: Duration) -> Self {
        Self {
            within: time.min(ASK_TIMEOUT),
            ..self
        }
    }

    pub fn counted_as(self, kind: &'static str) -> Self {
        Self { kind, ..self }
    }

    /// By `whose` credential, which tells kept answers apart: a token can be another each hour.
    pub fn authorized(self, mut authorization: HeaderValue, whose: &str) -> Self {
        authorization.set_sensitive(true);
        Self {
            authorization: Some(authorization),
            whose: whose.to_owned(),
            ..self
        }
    }

    pub(super) fn whose(&self) -> &str {
        &self.whose
    }

    pub(super) fn accept(&self) -> &'static str {
        self.accept
    }

    pub(super) fn request(&self, pool: &Client, url: Url, kept: Option<&Kept>) -> RequestBuilder {
        let mut request = pool
            .request(self.method.clone(), url)
            .header(ACCEPT, self.accept);
        for (name, value) in &self.headers {
            request = request.header(name, *value);
        }
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        if let Some(kept) = kept {
            request = request.header(IF_NONE_MATCH, &kept.tag);
        }
        match &self.body {
            Some(body) => request.json(body),
            None => request,
        }
    }
}
