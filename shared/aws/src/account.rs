//! The account that a function runs in, as Lambda's environment tells it, and a signed request to a
//! service of it. The SDK's clients do the same and more, and two of them make the endpoint's start half
//! as dear again, its zip a fifth larger (measured): each reads the list of all partitions of AWS before
//! its first request. What is asked of AWS here is a dozen operations, each one JSON object there and one
//! back; and who asks must be the only one that tries again, which the SDK does by itself.

use std::fmt;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::response::Parts;
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt, Collected, Full, Limited};
use idwo_core::clock::{Clock, SystemClock};
use idwo_core::config::Variables;
use serde::Deserialize;

use crate::https::Https;
use crate::start::Failed;

/// Largest answer that is read where it is not known to be larger, in bytes: a tool's is at most 100 KB, a
/// secret 64 KiB.
pub(crate) const ANSWER_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Longest kind of an error that is told, in characters. Those that are known have at most 40.
const KIND_CHARS_MAX: usize = 64;

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

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
    pub(crate) headers: Vec<(HeaderName, &'a str)>,
    pub(crate) body: Bytes,
    pub(crate) within: Duration,
    /// Of a refusal as well.
    pub(crate) answer_bytes_max: usize,
}

/// The versions of JSON over HTTP that services speak.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Json {
    V1_0,
    V1_1,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Why there is no answer, told apart by what is known of the request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unanswered {
    #[error("no answer in time")]
    TooLate,
    /// Nothing was sent.
    #[error("no connection")]
    Unreached(#[source] Failed),
    /// It may have been sent, or not.
    #[error("the connection broke")]
    CutOff(#[source] Failed),
    #[error("refused with {status} {kind}")]
    Refused {
        status: StatusCode,
        /// Empty where it was not said or cannot be read.
        kind: String,
        said: Said,
    },
    #[error("the answer cannot be read")]
    Unreadable(#[source] Failed),
    #[error("the request cannot be made")]
    Unmade(#[source] Failed),
}

/// What a service says of its error. It can quote the request, so it is shown to nobody.
pub(crate) struct Said(pub(crate) Bytes);

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl<'a> Ask<'a> {
    /// The operation `target` of a service that speaks JSON.
    pub(crate) fn operation(
        service: &'static str,
        json: Json,
        target: &'a str,
        body: impl Into<Bytes>,
        within: Duration,
    ) -> Self {
        let content_type = match json {
            Json::V1_0 => "application/x-amz-json-1.0",
            Json::V1_1 => "application/x-amz-json-1.1",
        };
        Self {
            service,
            path: "/",
            headers: vec![(CONTENT_TYPE, content_type), (TARGET, target)],
            body: body.into(),
            within,
            answer_bytes_max: ANSWER_BYTES_MAX,
        }
    }
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
        let (within, bytes_max) = (ask.within, ask.answer_bytes_max);
        let request = self.signed(ask).map_err(Unanswered::Unmade)?;
        let answered = tokio::time::timeout(within, self.answer(request, bytes_max)).await;
        answered.unwrap_or(Err(Unanswered::TooLate))
    }

    async fn answer(
        &self,
        request: Request<Full<Bytes>>,
        bytes_max: usize,
    ) -> Result<Answer, Unanswered> {
        let answer = self.https.send(request).await.map_err(not_sent)?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, bytes_max).collect().await;
        let body = body.map(Collected::to_bytes);
        if !head.status.is_success() {
            return Err(refused(&head, body.unwrap_or_default()));
        }
        let body = body.map_err(Unanswered::Unreadable)?;
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
        let headers = ask.headers.iter();
        let headers = headers.map(|(name, value)| (name.as_str(), *value));
        let body = SignableBody::Bytes(&ask.body);
        let signable = SignableRequest::new("POST", &url, headers, body)?;
        let (signature, _) = sign(signable, &params)?.into_parts();
        let mut request = Request::post(url).body(Full::<Bytes>::default())?;
        for (name, value) in ask.headers {
            let value = HeaderValue::from_str(value)?;
            request.headers_mut().insert(name, value);
        }
        signature.apply_to_request_http1x(&mut request);
        Ok(request.map(|_| Full::new(ask.body)))
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

fn not_sent(error: hyper_util::client::legacy::Error) -> Unanswered {
    if error.is_connect() {
        return Unanswered::Unreached(error.into());
    }
    Unanswered::CutOff(error.into())
}

/// Services say the kind of an error, such as `AccessDeniedException`, in a header or in the body.
fn refused(head: &Parts, body: Bytes) -> Unanswered {
    #[derive(Deserialize)]
    struct Told {
        #[serde(rename = "__type")]
        kind: String,
    }
    let header = head.headers.get("x-amzn-errortype");
    let header = header
        .and_then(|kind| kind.to_str().ok())
        .map(str::to_owned);
    let told = serde_json::from_slice(&body).map(|told: Told| told.kind);
    Unanswered::Refused {
        status: head.status,
        kind: plain(&header.or(told.ok()).unwrap_or_default()),
        said: Said(body),
    }
}

/// A kind without where it is defined: `com.amazonaws.dynamodb.v20120810#Kind` and `Kind:http://…`.
pub(crate) fn plain(kind: &str) -> String {
    let kind = kind.split(':').next().unwrap_or_default();
    let kind = kind.rsplit('#').next().unwrap_or_default();
    let letters = kind
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '.');
    letters.take(KIND_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_tells_its_kind_and_never_what_was_said() {
        let (head, ()) = http::Response::new(()).into_parts();
        let body =
            r#"{"__type":"com.amazonaws.dynamodb.v20120810#Kind:http://x","Item":"private"}"#;
        let refused = refused(&head, Bytes::from_static(body.as_bytes()));
        assert_eq!(refused.to_string(), "refused with 200 OK Kind");
        assert!(!format!("{refused:?}").contains("private"));
        assert!(matches!(refused, Unanswered::Refused { said, .. } if said.0 == body));
    }
}
