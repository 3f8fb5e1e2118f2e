//! What is served at the one address: the endpoint, and beside it the pages that links to approvals lead to.

use std::convert::Infallible;

use approval_page::ApprovalPage;
use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::combinators::BoxBody;
use hyper::body::Incoming;
use hyper::{Request, Response};
use idwo_core::approval::Link;
use mcp::endpoint::Endpoint;

/// Cheap to clone.
#[derive(Clone)]
pub struct Front {
    endpoint: Endpoint,
    approvals: Option<ApprovalPage>,
}

impl Front {
    #[must_use]
    pub fn with(self, approvals: ApprovalPage) -> Self {
        let approvals = Some(approvals);
        Self { approvals, ..self }
    }

    pub(crate) async fn answer(
        &self,
        request: Request<Incoming>,
    ) -> Response<BoxBody<Bytes, Infallible>> {
        match &self.approvals {
            Some(page) if Link::is_at(request.uri().path()) => {
                page.answer(request).await.map(BodyExt::boxed)
            }
            _ => self.endpoint.answer(request).await,
        }
    }
}

/// Without the pages.
impl From<Endpoint> for Front {
    fn from(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            approvals: None,
        }
    }
}
