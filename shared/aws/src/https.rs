//! HTTP to the services of AWS: version 1.1, since one call at a time has no use for another, TLS by
//! ring, trust in AWS's own authorities only.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use crate::start::Failed;

/// The authorities that AWS is verified by, of `infra/roots.pem`. Reading all that the machine knows
/// takes 3.6 ms of CPU.
const ROOTS: &[&[u8]] = include!(concat!(env!("OUT_DIR"), "/roots.rs"));

/// Longest wait for a connection within AWS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long an unused connection is kept. Lambda freezes a function between events, and a connection
/// that the other side closed meanwhile fails a call that is never repeated.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// One pool of connections for all services.
#[derive(Debug, Clone)]
pub(crate) struct Https(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl Https {
    pub(crate) fn new() -> Result<Self, Failed> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls()?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .build(https);
        Ok(Self(client))
    }

    /// Once; what waited in the pool and was closed before a byte of it was sent goes by a new connection.
    pub(crate) async fn send(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, Error> {
        self.0.request(request).await
    }
}

fn tls() -> Result<ClientConfig, Failed> {
    let mut trusted = RootCertStore::empty();
    for root in ROOTS {
        trusted.add(CertificateDer::from(*root))?;
    }
    let provider = rustls::crypto::ring::default_provider();
    let tls = ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    Ok(tls)
}
