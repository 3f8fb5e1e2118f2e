//! The endpoint's front door: which paths exist, and what a request must be to reach the protocol.

use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::header::ORIGIN;
use http::request::Parts;
use http::{Method, Request, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use idwo_core::access::Caller;
use idwo_core::config::Config;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::answers::{self, HttpAnswer, in_json, method_not_allowed, refusal};
use crate::body::{self, BODY_BYTES_MAX, BODY_TIMEOUT, BoxError, Unreadable};
use crate::cors;
use crate::gateway::Gateway;
use crate::head::{self, AllowedReach, Unacceptable};
use crate::message::{self, Unfit};
use crate::narrowing::Narrowing;
use crate::protected_resource;

/// Messages that are read and answered at the same time: each can take some 10 MB, and one that
/// computes has its own limit behind the dispatch. Further ones wait, still as bytes.
const MESSAGES_AT_ONCE_MAX: usize = 32;

/// Answers one HTTP request at a time and remembers nothing between them; cheap to clone.
#[derive(Clone)]
pub struct Endpoint {
    gateway: Arc<Gateway>,
    reach: Arc<AllowedReach>,
    places: Arc<Semaphore>,
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
        let reach = Arc::new(AllowedReach::of(config));
        Self {
            gateway,
            reach,
            places: Arc::new(Semaphore::new(MESSAGES_AT_ONCE_MAX)),
            protocol,
        }
    }

    /// As a function from request to answer, for a host that wants one.
    pub fn into_handler<B>(self) -> impl Fn(Request<B>) -> BoxFuture<'static, HttpAnswer> + Clone
    where
        B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
    {
        move |request| {
            let endpoint = self.clone();
            Box::pin(async move { endpoint.answer(request).await })
        }
    }

    /// Health is for balancers, which ask by address: it is public, and says only what it says.
    pub async fn answer<B>(&self, request: Request<B>) -> HttpAnswer
    where
        B: Body<Data: Send, Error: Into<BoxError>> + Send,
    {
        let (head, body) = request.into_parts();
        match (head.uri.path(), &head.method) {
            ("/mcp", &Method::POST | &Method::OPTIONS) => self.reached(head, body).await,
            ("/mcp", _) => method_not_allowed("POST"),
            ("/health" | "/healthz", &Method::GET) => self.health(),
            (path, &Method::GET) if protected_resource::is_at(path) => {
                protected_resource::described(&head, self.gateway.catalogue())
            }
            ("/health" | "/healthz", _) => method_not_allowed("GET"),
            (path, _) if protected_resource::is_at(path) => method_not_allowed("GET"),
            _ => refusal(StatusCode::NOT_FOUND, "no such path: MCP is served at /mcp"),
        }
    }

    /// Under a name of ours, and from no foreign page: such a page must not even read a refusal.
    async fn reached<B>(&self, head: Parts, body: B) -> HttpAnswer
    where
        B: Body<Data: Send, Error: Into<BoxError>> + Send,
    {
        if let Err(unacceptable) = self.reach.admits(&head) {
            return unacceptable.into();
        }
        let origin = head.headers.get(ORIGIN).cloned();
        if head.method == Method::OPTIONS {
            return match origin {
                Some(origin) => cors::preflight(origin),
                None => method_not_allowed("POST"),
            };
        }
        // Asked after the preflight, with which a browser sends no credentials.
        if head.extensions.get::<Caller>() == Some(&Caller::Stranger) {
            return answers::challenge();
        }
        let answer = self.message(head, body).await;
        cors::shared(answer.unwrap_or_else(|refusal| refusal), origin)
    }

    /// The protocol's answer, or a refusal before the protocol has seen anything.
    async fn message<B>(&self, mut head: Parts, body: B) -> Result<HttpAnswer, HttpAnswer>
    where
        B: Body<Data: Send, Error: Into<BoxError>> + Send,
    {
        head::announces_message(&head.headers)?;
        let narrowing =
            Narrowing::read(&head.headers).map_err(|why| refusal(StatusCode::BAD_REQUEST, why))?;
        head.extensions.insert(narrowing);
        let body = body::read(body, BODY_TIMEOUT).await?;
        let _place = self.places.acquire().await;
        let message = message::read(&body)?;
        let request = Request::from_parts(head, Full::<Bytes>::from(body));
        let answer = self.protocol.handle(request).await;
        Ok(in_json(answer.map(BodyExt::boxed), message).await)
    }

    fn health(&self) -> HttpAnswer {
        let tools: Vec<_> = self.gateway.catalogue().names().collect();
        let body = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION"), "tools": tools });
        answers::json(StatusCode::OK, &body)
    }
}

impl From<Unacceptable> for HttpAnswer {
    fn from(Unacceptable { status, why }: Unacceptable) -> Self {
        refusal(status, why)
    }
}

impl From<Unreadable> for HttpAnswer {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::TooLarge => {
                let why = format!("the body is larger than {BODY_BYTES_MAX} bytes");
                refusal(StatusCode::PAYLOAD_TOO_LARGE, why)
            }
            Unreadable::TooSlow => {
                let why = format!("the body took longer than {} s", BODY_TIMEOUT.as_secs());
                refusal(StatusCode::REQUEST_TIMEOUT, why)
            }
            Unreadable::Broken => refusal(StatusCode::BAD_REQUEST, "the body ended early"),
        }
    }
}

impl From<Unfit> for HttpAnswer {
    fn from(unfit: Unfit) -> Self {
        answers::json(StatusCode::BAD_REQUEST, &unfit.answer())
    }
}

/// Stateless, so that any process can answer any request, and plain JSON unless progress is asked
/// for. Hosts and origins are off here because [`AllowedReach`] has checked them before the body was
/// read, and in types: on AWS the host is not known when this is made.
fn protocol_config() -> StreamableHttpServerConfig {
    StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_sse_retry(None)
        .with_max_request_body_bytes(BODY_BYTES_MAX)
        .disable_allowed_hosts()
        .disable_allowed_origins()
}
