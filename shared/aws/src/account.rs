//! The account that a function runs in, as Lambda's environment tells it, and a signed request to a
//! service of it. The SDK's clients do the same and more, and two of them make the endpoint's start half
//! as dear again, its zip a fifth larger (measured): each reads the list of all partitions of AWS before
//! its first request. Two requests need nothing of the rest; a store will, and can have it.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use bytes::Bytes;
use http::header::HeaderName;
use http::response::Parts;
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt, Collected, Full, Limited};
use hyper::body::Incoming;
use idwo_core::clock::{Clock, SystemClock};
use idwo_core::config::Variables;
use serde::Deserialize;

use crate::https::Https;
use crate::start::Failed;

/// Largest answer that is read, in bytes: a tool's is at most 100 KB, a secret 64 KiB.
const ANSWER_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Longest refusal that is read, in bytes.
const REFUSAL_BYTES_MAX: usize = 16 * 1024;

/// For every service: one pool of connections, one set of credentials, which last as long as the
/// process does.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    https: Https,
    identity: Identity,
    region: String,
    /// What stands in for AWS where there is none.
    instead: Option<String>,
}

/// A request to a service: always a POST.
pub(crate) struct Ask<'a> {
    pub(crate) service: &'static str,
    pub(crate) path: &'a str,
    pub(crate) headers: &'a [(HeaderName, &'a str)],
    pub(crate) body: Vec<u8>,
    pub(crate) within: Duration,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Why there is no answer. What a service says of its error is left out: it can quote the request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unanswered {
    #[error("no answer in time")]
    TooLate,
    #[error("no connection")]
    Unreached(#[source] Failed),
    #[error("refused with {status} {kind}")]
    Refused { status: StatusCode, kind: String },
    #[error("the answer cannot be read")]
    Unreadable(#[source] Failed),
    #[error("the request cannot be made")]
    Unmade(#[source] Failed),
}

impl Account {
    pub(crate) fn of(variables: &Variables) -> Result<Self, Failed> {
        let credentials = Credentials::from_keys(
            variables.required::<String>("AWS_ACCESS_KEY_ID")?,
            variables.required::<String>("AWS_SECRET_ACCESS_KEY")?,
            variables.optional("AWS_SESSION_TOKEN")?,
        );
        Ok(Self {
            https: Https::new()?,
            identity: credentials.into(),
            region: variables.required("AWS_REGION")?,
            instead: variables.optional("AWS_ENDPOINT_URL")?,
        })
    }

    /// The answer of a service that could do what it was asked. Nothing is asked twice.
    pub(crate) async fn post(&self, ask: Ask<'_>) -> Result<Answer, Unanswered> {
        let within = ask.within;
        let request = self.signed(ask).map_err(Unanswered::Unmade)?;
        let answered = tokio::time::timeout(within, self.answer(request)).await;
        answered.unwrap_or(Err(Unanswered::TooLate))
    }

    async fn answer(&self, request: Request<Full<Bytes>>) -> Result<Answer, Unanswered> {
        let answer = self
            .https
            .send(request)
            .await
            .map_err(Unanswered::Unreached)?;
        let (head, body) = answer.into_parts();
        if !head.status.is_success() {
            return Err(refused(head, body).await);
        }
        let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(Unanswered::Unreadable)?.to_bytes();
        Ok(Answer {
            headers: head.headers,
            body,
        })
    }

    fn signed(&self, ask: Ask<'_>) -> Result<Request<Full<Bytes>>, Failed> {
        let url = format!("{}{}", self.url(ask.service), ask.path);
        let params = v4::SigningParams::builder()
            .identity(&self.identity)
            .region(&self.region)
            .name(ask.service)
            .time(SystemClock.now().into())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let headers = ask
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), *value));
        let body = SignableBody::Bytes(&ask.body);
        let signable = SignableRequest::new("POST", &url, headers, body)?;
        let (signature, _) = sign(signable, &params)?.into_parts();
        let mut request = Request::post(url).body(Full::<Bytes>::default())?;
        for (name, value) in ask.headers {
            request
                .headers_mut()
                .insert(name, HeaderValue::from_str(value)?);
        }
        signature.apply_to_request_http1x(&mut request);
        Ok(request.map(|_| Full::from(ask.body)))
    }

    fn url(&self, service: &str) -> String {
        if let Some(instead) = &self.instead {
            return instead.trim_end_matches('/').to_owned();
        }
        let china = if self.region.starts_with("cn-") {
            ".cn"
        } else {
            ""
        };
        format!("https://{service}.{}.amazonaws.com{china}", self.region)
    }
}

/// The kind of an error, such as `AccessDeniedException`: services say it in a header or in the body.
async fn refused(head: Parts, body: Incoming) -> Unanswered {
    #[derive(Deserialize)]
    struct Said {
        #[serde(rename = "__type")]
        kind: String,
    }
    let header = head.headers.get("x-amzn-errortype");
    let header = header
        .and_then(|kind| kind.to_str().ok())
        .map(str::to_owned);
    let body = Limited::new(body, REFUSAL_BYTES_MAX).collect().await;
    let body = body.map(Collected::to_bytes).unwrap_or_default();
    let said = serde_json::from_slice(&body).map(|said: Said| said.kind);
    let kind = header.or(said.ok()).unwrap_or_default();
    Unanswered::Refused {
        status: head.status,
        kind: kind.split(':').next().unwrap_or_default().to_owned(),
    }
}
