//! The front door: an endpoint on a port of its own, and a client that speaks plain HTTP to it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use idwo_clients::memory::Memory;
use idwo_clients::services::Services;
use idwo_core::approval::LinkKey;
use idwo_core::cache::Cache;
use idwo_core::clock::{Clock, StoppedClock, SystemClock};
use idwo_core::config::{Config, Variables};
use idwo_core::dispatch::Dispatch;
use idwo_history::clones::Clones;
use idwo_local::in_process::InProcess;
use idwo_local::serve;
use idwo_local::workshop::Workshop;
use idwo_sandbox::sample;
use jiff::Timestamp;
use mcp::catalogue::Catalogue;
use mcp::endpoint::Endpoint;
use mcp::gateway::{Gateway, Setup};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

/// Both formats that a client of the protocol has to accept.
pub(crate) const ACCEPT: &str = "application/json, text/event-stream";

/// Longest time of a call, where a test does not say otherwise.
const CALL_TIMEOUT: Duration = Duration::from_secs(25);

/// Signs what a client brings back; every door has the same.
pub(crate) const STATE_KEY: &str = "a key of the tests, 32 bytes long";

pub(crate) struct Door {
    address: SocketAddr,
    server: tokio::task::JoinHandle<()>,
    end: Option<tokio::sync::oneshot::Sender<()>>,
}

/// What came back over HTTP.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: String,
}

impl Door {
    /// Opens on the tools of this project over `clones`.
    pub(crate) async fn over(clones: Clones) -> Self {
        Self::to(endpoint(clones)).await
    }

    /// Opens over the sample, in a folder that lasts as long as it is held.
    pub(crate) async fn over_sample() -> (Self, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sample.git");
        sample::write(&path).unwrap();
        (Self::over(sample_clones(&path)).await, folder)
    }

    /// The same, with the workflows that are worked on there.
    pub(crate) async fn over_workshop(clones: Clones, workshop: Workshop) -> Self {
        let catalogue = Catalogue::product().unwrap();
        let links = LinkKey::of(&STATE_KEY.parse().unwrap()).unwrap();
        let tools = with_services(clones, &[], Arc::new(SystemClock))
            .with(workshop)
            .linked_by(links);
        Self::to(endpoint_of(catalogue, Arc::new(tools), CALL_TIMEOUT)).await
    }

    /// The same, over services of the test's own.
    pub(crate) async fn over_host(host: InProcess, call_timeout: Duration) -> Self {
        let catalogue = Catalogue::product().unwrap();
        Self::to(endpoint_of(catalogue, Arc::new(host), call_timeout)).await
    }

    /// Opens before any dispatch.
    pub(crate) async fn before(dispatch: Arc<dyn Dispatch>, call_timeout: Duration) -> Self {
        let catalogue = Catalogue::product().unwrap();
        Self::to(endpoint_of(catalogue, dispatch, call_timeout)).await
    }

    /// Opens on a list of contracts, before what never answers.
    pub(crate) async fn listing(contracts: &Value) -> Self {
        let catalogue = Catalogue::of_tools(&contracts.to_string()).unwrap();
        Self::to(endpoint_of(
            catalogue,
            in_process(Clones::default()),
            CALL_TIMEOUT,
        ))
        .await
    }

    /// Opens on the fixture of the conformance tests.
    pub(crate) async fn over_fixture() -> Self {
        let catalogue = Catalogue::conformance().unwrap();
        Self::to(endpoint_of(
            catalogue,
            in_process(Clones::default()),
            CALL_TIMEOUT,
        ))
        .await
    }

    /// The same, with a store for its jobs.
    pub(crate) async fn over_fixture_of(workshop: Workshop) -> Self {
        Self::to(fixture_of(workshop)).await
    }

    async fn to(endpoint: Endpoint) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (end, ended) = tokio::sync::oneshot::channel();
        let ended = async move { ended.await.unwrap_or_default() };
        let server = tokio::spawn(serve::accept(listener, endpoint, ended));
        Self {
            address,
            server,
            end: Some(end),
        }
    }

    /// Ends the server as Ctrl-C does, and waits until it has ended.
    pub(crate) async fn close(mut self) {
        drop(self.end.take());
        self.server.await.unwrap();
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Reply {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        let connection = tokio::spawn(connection);
        let response = sender.send_request(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        connection.abort();
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(
            self.request(Method::GET, path, "")
                .body(Full::default())
                .unwrap(),
        )
        .await
    }

    pub(crate) async fn post(&self, body: impl Into<Bytes>) -> Reply {
        self.send(
            self.request(Method::POST, "/mcp", ACCEPT)
                .body(Full::new(body.into()))
                .unwrap(),
        )
        .await
    }

    pub(crate) fn request(
        &self,
        method: Method,
        path: &str,
        accept: &str,
    ) -> http::request::Builder {
        let builder = Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.address.to_string());
        builder
            .header("accept", accept)
            .header("content-type", "application/json")
    }

    /// One call of the protocol as it was before 2026-07-28, answered.
    pub(crate) async fn ask(&self, method: &str, params: Value) -> Value {
        let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let reply = self.post(message.to_string()).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()
    }

    /// One call of the protocol as it is since 2026-07-28, from a client that can do all of
    /// `capabilities`; `lines` are further headers.
    pub(crate) async fn ask_of_2026(
        &self,
        method: &str,
        params: Value,
        capabilities: Value,
        lines: &[(&str, &str)],
    ) -> Reply {
        let request = self.request(Method::POST, "/mcp", ACCEPT);
        self.send(of_2026(request, method, params, capabilities, lines))
            .await
    }

    /// Calls a tool; gives the result, or the error as `{"error": …}`.
    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Value {
        let reply = self
            .ask(
                "tools/call",
                json!({ "name": tool, "arguments": arguments }),
            )
            .await;
        match reply.get("result") {
            Some(result) => result.clone(),
            None => reply,
        }
    }

    /// Calls `analyze_pr`; gives the structured reply.
    pub(crate) async fn analyze(&self, repository: &str, number: u64) -> Value {
        let (owner, repo) = repository.split_once('/').unwrap();
        let result = self
            .call(
                "analyze_pr",
                json!({ "owner": owner, "repo": repo, "pull_number": number }),
            )
            .await;
        assert_eq!(result["isError"], Value::Bool(false), "{result:#}");
        result["structuredContent"].clone()
    }
}

/// A call as it is since 2026-07-28.
pub(crate) fn of_2026(
    request: http::request::Builder,
    method: &str,
    mut params: Value,
    capabilities: Value,
    lines: &[(&str, &str)],
) -> Request<Full<Bytes>> {
    for (name, value) in [
        ("protocolVersion", json!("2026-07-28")),
        ("clientCapabilities", capabilities),
        ("clientInfo", json!({ "name": "test", "version": "1" })),
    ] {
        params["_meta"][format!("io.modelcontextprotocol/{name}")] = value;
    }
    let mut request = request
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", method);
    let named = ["name", "uri", "taskId"]
        .iter()
        .find_map(|name| params[name].as_str());
    if let Some(name) = named {
        request = request.header("mcp-name", name);
    }
    for (name, value) in lines {
        request = request.header(*name, *value);
    }
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    request.body(message.to_string().into()).unwrap()
}

/// The endpoint on the tools of this project over `clones`.
pub(crate) fn endpoint(clones: Clones) -> Endpoint {
    let catalogue = Catalogue::product().unwrap();
    endpoint_of(catalogue, in_process(clones), CALL_TIMEOUT)
}

/// The endpoint on the fixture, with a store for its jobs.
pub(crate) fn fixture_of(workshop: Workshop) -> Endpoint {
    let catalogue = Catalogue::conformance().unwrap();
    let tools = with_services(Clones::default(), &[], Arc::new(SystemClock)).with(workshop);
    endpoint_of(catalogue, Arc::new(tools), CALL_TIMEOUT)
}

fn endpoint_of(
    catalogue: Catalogue,
    dispatch: Arc<dyn Dispatch>,
    call_timeout: Duration,
) -> Endpoint {
    let gateway = Gateway::new(Setup {
        catalogue,
        dispatch,
        ids: Arc::new(|| Uuid::from_u128(7)),
        count: Arc::new(|_| ()),
        call_timeout,
        state_key: STATE_KEY.parse().unwrap(),
    });
    let hosts = (
        "IDWO_ALLOWED_HOSTS".to_owned(),
        "mcp.example.com".to_owned(),
    );
    let config = Config::read(&Variables::new([hosts])).unwrap();
    Endpoint::new(gateway.unwrap(), &config)
}

/// The tools over `clones` and the services that the variables switch on.
pub(crate) fn with_services(
    clones: Clones,
    variables: &[(&str, &str)],
    clock: Arc<dyn Clock>,
) -> InProcess {
    let variables = variables.iter();
    let variables = variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let cache: Arc<dyn Cache> = Arc::new(Memory::default());
    let services = Services::configured(&Variables::new(variables), &clock, &cache);
    InProcess::new(clones, services.unwrap(), clock)
}

fn in_process(clones: Clones) -> Arc<InProcess> {
    let clock = Arc::new(StoppedClock(Timestamp::UNIX_EPOCH));
    Arc::new(InProcess::new(clones, Services::default(), clock))
}

/// The sample at `path`, offered as it is to users.
pub(crate) fn sample_clones(path: &Path) -> Clones {
    let mut clones = Clones::default();
    clones
        .offer_sample(path, sample::NAME.parse().unwrap(), sample::NOTE)
        .unwrap();
    clones
}

impl Reply {
    /// The messages of a stream of events.
    pub(crate) fn events(&self) -> Vec<Value> {
        let data = self
            .body
            .lines()
            .filter_map(|line| line.strip_prefix("data:"));
        let messages = data.map(str::trim).filter(|data| !data.is_empty());
        messages
            .map(|data| serde_json::from_str(data).unwrap())
            .collect()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }
}
