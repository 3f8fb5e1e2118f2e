//! Serving HTTP behind API Gateway, as REST (v1) and HTTP (v2) APIs send it.

use std::collections::HashMap;
use std::convert::Infallible;

use idwo_core::access::{Caller, Principal};
use idwo_core::config::Config;
use idwo_core::reach::{Host, ReachedAs};
use lambda_http::request::RequestContext;
use lambda_http::{IntoResponse, Request, RequestExt, service_fn};
use serde_json::Value;

use crate::start::{self, Failed};

/// Serves what `made` gives until Lambda ends the process; `made` runs before the first event.
pub fn serve<H, A>(made: impl AsyncFnOnce(&Config) -> Result<H, Failed>) -> Result<(), Failed>
where
    H: Fn(Request) -> A + Send,
    A: Future<Output: IntoResponse> + Send + 'static,
{
    start::runtime()?.block_on(async {
        let config = start::configured().await?;
        let handler = made(&config).await?;
        let answer = |request| {
            let answer = handler(reached(request));
            async move { Ok::<_, Infallible>(answer.await) }
        };
        lambda_http::run(service_fn(answer)).await
    })
}

/// With what only API Gateway knows: the name under which it was reached (it routes by it, so it is
/// one of ours, and no template can know it before the API exists), and whom the authorizer let in.
/// Where there is no authorizer nobody is let in.
fn reached(mut request: Request) -> Request {
    let (domain, authorizer) = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV1(context)) => {
            (context.domain_name.as_deref(), Some(&context.authorizer))
        }
        Some(RequestContext::ApiGatewayV2(context)) => {
            (context.domain_name.as_deref(), context.authorizer.as_ref())
        }
        _ => (None, None),
    };
    let host = domain.and_then(|domain| domain.parse::<Host>().ok());
    let caller = authorizer.and_then(|authorizer| principal(&authorizer.fields));
    let caller = caller.map_or(Caller::Stranger, Caller::Admitted);
    if let Some(host) = host {
        request.extensions_mut().insert(ReachedAs(host));
    }
    request.extensions_mut().insert(caller);
    request
}

/// As our own authorizer writes it.
fn principal(fields: &HashMap<String, Value>) -> Option<Principal> {
    let scopes = fields.get("scopes")?.as_str()?;
    Some(Principal {
        name: fields.get("principal")?.as_str()?.to_owned(),
        scopes: scopes.split_whitespace().map(str::to_owned).collect(),
    })
}
