//! The endpoint's front door: which paths exist, and what a request must be to reach the protocol.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use idwo_core::config::{Config, Origin};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::json;

pub use crate::answers::Answer;
use crate::answers::{json_answer, method_not_allowed, refusal};
use crate::gateway::Gateway;
use crate::message::{self, BODY_BYTES_MAX, BoxError, DEPTH_MAX, Unreadable};

/// Longest time a client may take to send its body: a slow one must not hold a place for ever.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

const LOOPBACK_HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
const LOOPBACK_ORIGINS: [&str; 3] = ["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"];

/// Answers one HTTP request at a time and remembers nothing between them; cheap to clone.
#[derive(Clone)]
pub struct Endpoint {
    gateway: Arc<Gateway>,
    protocol: StreamableHttpService<Arc<Gateway>, NeverSessionManager>,
}

impl Endpoint {
    pub fn new(gateway: Gateway, config: &Config) -> Self {
        let gateway = Arc::new(gateway);
        let each_request = Arc::clone(&gateway);
        let protocol = StreamableHttpService::new(
            move || Ok(Arc::clone(&each_request)),
            Arc::new(NeverSessionManager::default()),
            protocol_config(config),
        );
        Self { gateway, protocol }
    }

    pub async fn answer<B>(&self, request: Request<B>) -> Answer
    where
        B: Body<Data: Send, Error: Into<BoxError>> + Send,
    {
        match (request.uri().path(), request.method()) {
            ("/mcp", &Method::POST) => self.message(request).await,
            ("/mcp", _) => method_not_allowed("POST"),
            ("/health" | "/healthz", &Method::GET) => self.health(),
            ("/health" | "/healthz", _) => method_not_allowed("GET"),
            _ => refusal(StatusCode::NOT_FOUND, "no such path: MCP is served at /mcp"),
        }
    }

    async fn message<B>(&self, request: Request<B>) -> Answer
    where
        B: Body<Data: Send, Error: Into<BoxError>> + Send,
    {
        let (parts, body) = request.into_parts();
        let body = match tokio::time::timeout(BODY_TIMEOUT, message::read(body)).await {
            Ok(Ok(body)) => body,
            Ok(Err(Unreadable::TooLarge)) => return too_large(),
            Ok(Err(Unreadable::Broken)) => {
                return refusal(StatusCode::BAD_REQUEST, "the body ended early");
            }
            Err(_) => {
                let why = format!("the body took longer than {} s", BODY_TIMEOUT.as_secs());
                return refusal(StatusCode::REQUEST_TIMEOUT, &why);
            }
        };
        if message::is_too_deep(&body) {
            let why = format!("the request nests deeper than {DEPTH_MAX} levels");
            return refusal(StatusCode::BAD_REQUEST, &why);
        }
        self.protocol
            .handle(Request::from_parts(parts, Full::<Bytes>::from(body)))
            .await
            .map(|body| body.boxed())
    }

    fn health(&self) -> Answer {
        let tools: Vec<_> = self.gateway.catalogue().names().collect();
        let body = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION"), "tools": tools });
        json_answer(StatusCode::OK, &body)
    }
}

fn too_large() -> Answer {
    let why = format!("the body is larger than {BODY_BYTES_MAX} bytes");
    refusal(StatusCode::PAYLOAD_TOO_LARGE, &why)
}

/// Stateless, so that any process can answer any request, and plain JSON unless progress is asked
/// for. Hosts and origins are checked against what the operator configured, beside loopback.
fn protocol_config(config: &Config) -> StreamableHttpServerConfig {
    let hosts = LOOPBACK_HOSTS
        .into_iter()
        .chain(config.allowed_hosts.iter().map(|host| host.as_str()));
    let origins = LOOPBACK_ORIGINS
        .into_iter()
        .map(str::to_owned)
        .chain(config.allowed_origins.iter().map(with_port));
    StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_sse_retry(None)
        .with_max_request_body_bytes(BODY_BYTES_MAX)
        .with_allowed_hosts(hosts.map(str::to_owned).collect::<Vec<_>>())
        .with_allowed_origins(origins.collect::<Vec<_>>())
}

/// An origin without a port means its scheme's own; rmcp would take it for any.
fn with_port(origin: &Origin) -> String {
    let text = origin.as_str();
    let (scheme, host) = text.split_once("://").unwrap_or(("https", text));
    match (scheme, host.contains(':')) {
        (_, true) => text.to_owned(),
        ("http", false) => format!("{text}:80"),
        (_, false) => format!("{text}:443"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_without_a_port_means_its_schemes_own() {
        let explicit = |text: &str| with_port(&text.parse().unwrap());
        assert_eq!(
            explicit("https://app.example.com"),
            "https://app.example.com:443"
        );
        assert_eq!(
            explicit("http://app.example.com"),
            "http://app.example.com:80"
        );
        assert_eq!(
            explicit("https://app.example.com:8443"),
            "https://app.example.com:8443"
        );
    }
}
