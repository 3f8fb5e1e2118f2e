//! HTTP for the clients of AWS: version 1.1, TLS by ring, trust in AWS's own authorities. The SDK's
//! own connector links HTTP/2 and aws-lc beside it, which makes the endpoint's zip 0.4 MB larger
//! (2.9 instead of 2.5, measured); one call at a time has no use for either.

use std::time::Duration;

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::shared::IntoShared;
use aws_smithy_types::body::SdkBody;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{HttpConnector as Tcp, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::start::Failed;

/// The authorities that AWS is verified by. Reading all that the machine knows takes 3.6 ms of CPU.
const ROOTS: &[u8] = include_bytes!("../../../infra/roots.pem");

/// Longest wait for a connection within AWS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long an unused connection is kept. Lambda freezes a function between events, and a connection
/// that the other side closed meanwhile fails a call that is never repeated.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// One pool of connections for all services.
#[derive(Debug, Clone)]
pub(crate) struct Https(Client<HttpsConnector<Tcp>, SdkBody>);

impl Https {
    pub(crate) fn new() -> Result<Self, Failed> {
        let mut trusted = RootCertStore::empty();
        for root in CertificateDer::pem_slice_iter(ROOTS) {
            trusted.add(root?)?;
        }
        let provider = rustls::crypto::ring::default_provider();
        let tls = ClientConfig::builder_with_provider(provider.into())
            .with_safe_default_protocol_versions()?
            .with_root_certificates(trusted)
            .with_no_client_auth();
        let mut tcp = Tcp::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .build(https);
        Ok(Self(client))
    }
}

impl HttpClient for Https {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.clone().into_shared()
    }
}

impl HttpConnector for Https {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move {
            let mut request = request
                .try_into_http1x()
                .map_err(|error| ConnectorError::user(error.into()))?;
            tell_connection(&mut request);
            let answer = client.request(request).await;
            let answer = answer.map_err(|error| ConnectorError::io(error.into()))?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// The SDK closes a connection over which a service failed.
fn tell_connection(request: &mut http::Request<SdkBody>) {
    let Some(wanted) = request
        .extensions()
        .get::<CaptureSmithyConnection>()
        .cloned()
    else {
        return;
    };
    let captured = capture_connection(request);
    wanted.set_connection_retriever(move || {
        let connection = captured.clone();
        let close = move || {
            if let Some(connected) = connection.connection_metadata().as_ref() {
                connected.poison();
            }
        };
        let told = ConnectionMetadata::builder()
            .proxied(false)
            .poison_fn(close);
        Some(told.build())
    });
}
