//! A stand-in for Jira Cloud, over real HTTP: tickets by key, for who brings the right credential.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

mod issue;
pub mod sample;

pub use self::issue::Issue;

/// Most tickets of one request.
const KEYS_MAX: usize = 100;

#[derive(Clone)]
pub struct Jira {
    address: SocketAddr,
    credential: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    issues: BTreeMap<String, Issue>,
    /// By the key that each had before.
    moved: BTreeMap<String, String>,
    fault: Option<Fault>,
    /// The path of each request, oldest first.
    asked: Vec<String>,
}

/// What goes wrong, until it is mended.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Everything is refused so.
    Status(u16),
    /// Refused so, with how many seconds to wait.
    StatusFor(u16, u32),
    /// Nothing is answered.
    Silence,
    /// A page for people, as a proxy or a wrong address gives it.
    Page,
    /// Half of the answer.
    Truncated,
    /// This one cannot be read just now.
    Unreadable(String),
}

impl Jira {
    /// Without tickets; for who comes as `username` with `token`.
    pub async fn start(username: &str, token: &str) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let credential = STANDARD.encode(format!("{username}:{token}"));
        let jira = Self {
            address: listener.local_addr()?,
            credential: format!("Basic {credential}"),
            state: Arc::default(),
        };
        tokio::spawn(jira.clone().accept(listener));
        Ok(jira)
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn has(&self, issue: Issue) {
        self.state().issues.insert(issue.key().to_owned(), issue);
    }

    /// Brings a ticket to another status.
    pub fn moves(&self, key: &str, status: &str) {
        let mut state = self.state();
        if let Some(issue) = state.issues.remove(key) {
            state.issues.insert(key.to_owned(), issue.moved_to(status));
        }
    }

    /// Gives a ticket another key; it is still found by the old one.
    pub fn renames(&self, key: &str, new: &str) {
        let mut state = self.state();
        if let Some(issue) = state.issues.remove(key) {
            state.issues.insert(new.to_owned(), issue.renamed(new));
            state.moved.insert(key.to_owned(), new.to_owned());
        }
    }

    pub fn fails(&self, fault: Fault) {
        self.state().fault = Some(fault);
    }

    pub fn mends(&self) {
        self.state().fault = None;
    }

    /// The path of each request so far, oldest first.
    pub fn asked(&self) -> Vec<String> {
        self.state().asked.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn accept(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let jira = self.clone();
            let service = service_fn(move |request| {
                let jira = jira.clone();
                async move { Ok::<_, Infallible>(jira.answer(request).await) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap_or_default().to_bytes();
        self.state().asked.push(head.uri.path().to_owned());
        let fault = self.state().fault.clone();
        match fault {
            Some(Fault::Silence) => std::future::pending().await,
            Some(Fault::Status(status)) => refusal(status),
            Some(Fault::StatusFor(status, seconds)) => {
                let mut refusal = refusal(status);
                refusal.headers_mut().insert(RETRY_AFTER, seconds.into());
                refusal
            }
            Some(Fault::Page) => page(),
            Some(Fault::Truncated) => truncated(&self.answered(&head, &body)),
            Some(Fault::Unreadable(_)) | None => {
                let (status, body) = self.answered(&head, &body);
                json_answer(status, body.to_string())
            }
        }
    }

    fn answered(&self, head: &Parts, body: &Bytes) -> (StatusCode, Value) {
        let body = serde_json::from_slice(body).unwrap_or_default();
        match (&head.method, head.uri.path()) {
            (&Method::POST, "/rest/api/3/issue/bulkfetch") => {
                self.issues(&body, self.is_known(head))
            }
            (&Method::GET, "/rest/api/3/myself") if self.is_known(head) => {
                (StatusCode::OK, json!({ "active": true }))
            }
            (&Method::GET, "/rest/api/3/myself") => (StatusCode::UNAUTHORIZED, Value::Null),
            _ => (StatusCode::NOT_FOUND, Value::Null),
        }
    }

    /// A wrong credential makes a stranger, who is shown nothing, and told nothing.
    fn issues(&self, body: &Value, is_known: bool) -> (StatusCode, Value) {
        let keys = body.get("issueIdsOrKeys").and_then(Value::as_array);
        let keys: Vec<_> = keys
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if keys.is_empty() || keys.len() > KEYS_MAX {
            let why = json!({ "errorMessages": ["bad number of issues"], "errors": {} });
            return (StatusCode::BAD_REQUEST, why);
        }
        let fields = body.get("fields").and_then(Value::as_array);
        let fields: Vec<_> = fields
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let state = self.state();
        let found: Vec<_> = keys
            .iter()
            .filter(|key| is_known && !state.is_unreadable(key))
            .filter_map(|key| Some(state.issue(key)?.json(&fields)))
            .collect();
        let unreadable = keys.iter().filter(|key| state.is_unreadable(key));
        let errors: Vec<_> = unreadable
            .map(|key| json!({ "id": key, "errorMessage": "try again" }))
            .collect();
        let issues = json!({ "expand": "names", "issues": found, "issueErrors": errors });
        (StatusCode::OK, issues)
    }

    fn is_known(&self, head: &Parts) -> bool {
        let brought = head.headers.get(AUTHORIZATION);
        brought.is_some_and(|brought| brought.as_bytes() == self.credential.as_bytes())
    }
}

impl State {
    fn issue(&self, key: &str) -> Option<&Issue> {
        let key = self.moved.get(key).map_or(key, String::as_str);
        self.issues.get(key)
    }

    fn is_unreadable(&self, key: &str) -> bool {
        matches!(&self.fault, Some(Fault::Unreadable(unreadable)) if unreadable == key)
    }
}

fn refusal(status: u16) -> Response<Full<Bytes>> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let why = json!({ "errorMessages": ["refused, by the words of whoever asked"], "errors": {} });
    json_answer(status, why.to_string())
}

fn truncated((status, body): &(StatusCode, Value)) -> Response<Full<Bytes>> {
    let whole = body.to_string();
    let half: String = whole.chars().take(whole.len() / 2).collect();
    json_answer(*status, half)
}

fn page() -> Response<Full<Bytes>> {
    let mut page = json_answer(
        StatusCode::OK,
        "<!doctype html><title>Log in</title>".to_owned(),
    );
    let html = HeaderValue::from_static("text/html");
    page.headers_mut().insert(CONTENT_TYPE, html);
    page
}

fn json_answer(status: StatusCode, body: String) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    let json = HeaderValue::from_static("application/json;charset=UTF-8");
    answer.headers_mut().insert(CONTENT_TYPE, json);
    answer
}
