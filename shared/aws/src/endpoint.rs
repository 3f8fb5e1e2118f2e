//! Serving HTTP behind API Gateway, as REST (v1) and HTTP (v2) APIs send it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::{HeaderValue, Uri};
use idwo_core::access::{Caller, Doorkeeper, Principal};
use idwo_core::clock::{Clock, SystemClock};
use idwo_core::dispatch::CorrelationId;
use idwo_core::reach::{Host, ReachedAs};
use lambda_http::request::RequestContext;
use lambda_http::{IntoResponse, Request, RequestExt, service_fn};
use serde_json::Value;

use crate::keys;
use crate::start::{self, Failed, Start};

/// Serves what `made` gives until Lambda ends the process; `made` runs before the first event.
pub fn serve<H, A>(made: impl AsyncFnOnce(&Start) -> Result<H, Failed>) -> Result<(), Failed>
where
    H: Fn(Request) -> A + Send + Sync + 'static,
    A: Future<Output: IntoResponse> + Send + 'static,
{
    start::runtime()?.block_on(async {
        let start = Start::here().await?;
        let handler = Arc::new(made(&start).await?);
        let keys = keys::at_the_door(&start);
        let answer = |request| {
            let (handler, keys) = (Arc::clone(&handler), Arc::clone(&keys));
            async move {
                let request = received(request, keys.as_ref()).await;
                Ok::<_, Infallible>(handler(request).await)
            }
        };
        lambda_http::run(service_fn(answer)).await
    })
}

/// With what only API Gateway knows. Whom no authorizer has let in, a key lets in here: an HTTP API
/// and a function's own address have no authorizer of ours.
async fn received(mut request: Request, keys: &dyn Doorkeeper) -> Request {
    let path = request.raw_http_path().to_owned();
    let known = Known::of(request.request_context_ref(), &path);
    let admitted = match (known.admitted, request.headers().get(AUTHORIZATION)) {
        (None, Some(header)) => admitted(header.clone(), keys).await,
        (admitted, _) => admitted,
    };
    let extensions = request.extensions_mut();
    extensions.insert(admitted.map_or(Caller::Stranger, Caller::Admitted));
    if let Some(reached_as) = known.reached_as {
        extensions.insert(reached_as);
    }
    if let Some(id) = known.id {
        extensions.insert(id);
    }
    if let Some(uri) = without_stage(request.uri(), &path) {
        *request.uri_mut() = uri;
    }
    request
}

struct Known {
    /// It routes by this name, so it is one of ours, and no template can know it before the API
    /// exists.
    reached_as: Option<ReachedAs>,
    /// By the authorizer.
    admitted: Option<Principal>,
    /// Its own id of the request; that of an HTTP API is none of ours.
    id: Option<CorrelationId>,
}

impl Known {
    fn of(context: Option<&RequestContext>, path: &str) -> Self {
        let (domain, full_path, authorizer, id) = match context {
            Some(RequestContext::ApiGatewayV1(rest)) => (
                rest.domain_name.as_deref(),
                rest.path.as_deref(),
                Some(&rest.authorizer),
                rest.request_id.as_deref(),
            ),
            Some(RequestContext::ApiGatewayV2(http)) => (
                http.domain_name.as_deref(),
                http.http.path.as_deref(),
                http.authorizer.as_ref(),
                http.request_id.as_deref(),
            ),
            _ => (None, None, None, None),
        };
        let host = domain.and_then(|domain| domain.parse::<Host>().ok());
        let base = full_path.and_then(|full| full.strip_suffix(path));
        Self {
            reached_as: host.map(|host| ReachedAs {
                host,
                base: base.unwrap_or_default().to_owned(),
            }),
            admitted: authorizer.and_then(|authorizer| principal(&authorizer.fields)),
            id: id.and_then(|id| id.parse().ok()).map(CorrelationId),
        }
    }
}

/// As our own authorizer writes it.
fn principal(fields: &HashMap<String, Value>) -> Option<Principal> {
    let scopes = fields.get("scopes")?.as_str()?;
    Some(Principal {
        name: fields.get("principal")?.as_str()?.to_owned(),
        scopes: scopes.split_whitespace().map(str::to_owned).collect(),
    })
}

/// Why somebody is not let in is not for them.
async fn admitted(header: HeaderValue, keys: &dyn Doorkeeper) -> Option<Principal> {
    let admitted = keys.admit(header.to_str().ok(), SystemClock.now());
    admitted.await.ok()
}

/// The runtime puts the stage before the path; the endpoint knows no stages.
fn without_stage(uri: &Uri, path: &str) -> Option<Uri> {
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path.parse().ok()?);
    Uri::from_parts(parts).ok()
}
