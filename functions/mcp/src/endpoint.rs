//! The endpoint's front door: which paths exist, and what a request must be to reach the protocol.

use std::sync::Arc;

use bytes::Bytes;
use http::header::ORIGIN;
use http::request::Parts;
use http::{Method, Request, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use idwo_core::config::Config;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::json;

pub use crate::answers::Answer;
use crate::answers::{in_json, json_answer, method_not_allowed, refusal};
use crate::body::{self, BODY_BYTES_MAX, BODY_TIMEOUT, BoxError, Unreadable};
use crate::cors;
use crate::gateway::Gateway;
use crate::head::{self, Reach, Unfit};
use crate::message;
use crate::narrowing::Narrowing;

/// Answers one HTTP request at a time and remembers nothing between them; cheap to clone.
#[derive(Clone)]
pub struct Endpoint {
    gateway: Arc<Gateway>,
    reach: Arc<Reach>,
    protocol: StreamableHttpService<Arc<Gateway>, NeverSessionManager>,
}

impl Endpoint {
    pub fn new(gateway: Gateway, config: &Config) -> Self {
        let gateway = Arc::new(gateway);
        let each_request = Arc::clone(&gateway);
        let protocol = StreamableHttpService::new(
            move || Ok(Arc::clone(&each_request)),
            Arc::new(NeverSessionManager::default()),
            protocol_config(),
        );
        let reach = Arc::new(Reach::of(config));
        Self {
            gateway,
            reach,
            protocol,
        }
    }

    pub async fn answer<B>(&self, request: Request<B>) -> Answer
    where
        B: Body<Data: Send, Error: Into<BoxError>> + Send,
    {
        let (head, body) = request.into_parts();
        match (head.uri.path(), &head.method) {
            ("/mcp", &Method::POST | &Method::OPTIONS) => self.reached(head, body).await,
            ("/mcp", _) => method_not_allowed("POST"),
            ("/health" | "/healthz", &Method::GET) => self.health(),
            ("/health" | "/healthz", _) => method_not_allowed("GET"),
            _ => refusal(StatusCode::NOT_FOUND, "no such path: MCP is served at /mcp"),
        }
    }

    /// Under a name of ours, and from no foreign page: such a page must not even read a refusal.
    async fn reached<B>(&self, head: Parts, body: B) -> Answer
    where
        B: Body<Data: Send, Error: Into<BoxError>> + Send,
    {
        if let Err(Unfit { status, why }) = self.reach.admits(&head) {
            return refusal(status, why);
        }
        let origin = head.headers.get(ORIGIN).cloned();
        if head.method == Method::OPTIONS {
            return match origin {
                Some(origin) => cors::preflight(origin),
                None => method_not_allowed("POST"),
            };
        }
        cors::shared(self.message(head, body).await, origin)
    }

    async fn message<B>(&self, mut head: Parts, body: B) -> Answer
    where
        B: Body<Data: Send, Error: Into<BoxError>> + Send,
    {
        if let Err(Unfit { status, why }) = head::announces_message(&head.headers) {
            return refusal(status, why);
        }
        match Narrowing::read(&head.headers) {
            Ok(narrowing) => head.extensions.insert(narrowing),
            Err(why) => return refusal(StatusCode::BAD_REQUEST, &why),
        };
        let body = match body::read(body).await {
            Ok(body) => body,
            Err(unreadable) => return unread(&unreadable),
        };
        let taken = match message::check(&body) {
            Ok(taken) => taken,
            Err(refused) => return json_answer(StatusCode::BAD_REQUEST, &refused.answer()),
        };
        let request = Request::from_parts(head, Full::<Bytes>::from(body));
        let answer = self.protocol.handle(request).await;
        in_json(answer.map(BodyExt::boxed), taken).await
    }

    fn health(&self) -> Answer {
        let tools: Vec<_> = self.gateway.catalogue().names().collect();
        let body = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION"), "tools": tools });
        json_answer(StatusCode::OK, &body)
    }
}

fn unread(unreadable: &Unreadable) -> Answer {
    match unreadable {
        Unreadable::TooLarge => {
            let why = format!("the body is larger than {BODY_BYTES_MAX} bytes");
            refusal(StatusCode::PAYLOAD_TOO_LARGE, &why)
        }
        Unreadable::TooSlow => {
            let why = format!("the body took longer than {} s", BODY_TIMEOUT.as_secs());
            refusal(StatusCode::REQUEST_TIMEOUT, &why)
        }
        Unreadable::Broken => refusal(StatusCode::BAD_REQUEST, "the body ended early"),
    }
}

/// Stateless, so that any process can answer any request, and plain JSON unless progress is asked
/// for. Hosts and origins are off here because [`Reach`] has checked them before the body was read,
/// and in types: on AWS the host is not known when this is made.
fn protocol_config() -> StreamableHttpServerConfig {
    StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_sse_retry(None)
        .with_max_request_body_bytes(BODY_BYTES_MAX)
        .disable_allowed_hosts()
        .disable_allowed_origins()
}
