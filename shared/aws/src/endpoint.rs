//! Serving HTTP behind API Gateway, as REST (v1) and HTTP (v2) APIs send it.

use std::convert::Infallible;

use idwo_core::config::Config;
use idwo_core::reach::{Host, ReachedAs};
use lambda_http::request::RequestContext;
use lambda_http::{IntoResponse, Request, RequestExt, service_fn};

use crate::start::{self, Failed};

/// Serves what `made` gives until Lambda ends the process; `made` runs before the first event.
pub fn serve<H, A>(made: impl AsyncFnOnce(&Config) -> Result<H, Failed>) -> Result<(), Failed>
where
    H: Fn(Request) -> A + Send,
    A: Future<Output: IntoResponse> + Send + 'static,
{
    start::runtime()?.block_on(async {
        let config = start::configured()?;
        let handler = made(&config).await?;
        let answer = |request| {
            let answer = handler(reached(request));
            async move { Ok::<_, Infallible>(answer.await) }
        };
        lambda_http::run(service_fn(answer)).await
    })
}

/// With the name under which API Gateway was reached: it routes by it, so it is one of ours, and no
/// template can know it before the API exists.
fn reached(mut request: Request) -> Request {
    let domain = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV1(context)) => context.domain_name.as_deref(),
        Some(RequestContext::ApiGatewayV2(context)) => context.domain_name.as_deref(),
        _ => None,
    };
    if let Some(host) = domain.and_then(|domain| domain.parse::<Host>().ok()) {
        request.extensions_mut().insert(ReachedAs(host));
    }
    request
}
