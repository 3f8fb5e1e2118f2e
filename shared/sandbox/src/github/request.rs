//! A request as it came in, and what a test is told of it afterwards.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::HeaderMap;
use http::request::Parts;
use serde_json::Value;

/// One request; its token is not kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub method: String,
    /// Without what enterprise servers put before it (`/api/v3`, `/api`).
    pub path: String,
    pub query: BTreeMap<String, String>,
    /// Whether it came with an `Authorization`.
    pub authorized: bool,
    /// Whether it asked only for what has changed.
    pub conditional: bool,
    /// The operation's name, of a GraphQL request.
    pub operation: Option<String>,
    /// What was sent; null where that is no JSON.
    pub body: Value,
}

impl Asked {
    pub(super) fn read(head: &Parts, body: &Bytes) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let operation = body.get("operationName").and_then(Value::as_str);
        Self {
            method: head.method.to_string(),
            path: path(head.uri.path()).to_owned(),
            query: query(head.uri.query().unwrap_or_default()),
            authorized: head.headers.contains_key(http::header::AUTHORIZATION),
            conditional: head.headers.contains_key(http::header::IF_NONE_MATCH),
            operation: operation.map(str::to_owned),
            body,
        }
    }

    /// A number in the query.
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.query.get(name)?.parse().ok()
    }

    /// A variable of a GraphQL request.
    pub(super) fn variable(&self, name: &str) -> Option<&Value> {
        self.body.get("variables")?.get(name)
    }
}

pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn path(path: &str) -> &str {
    match path.strip_prefix("/api/v3") {
        Some(rest) => rest,
        None if path == "/api/graphql" => "/graphql",
        None => path,
    }
}

fn query(query: &str) -> BTreeMap<String, String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
