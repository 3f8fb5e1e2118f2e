//! The one pool of connections that all clients share.

use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Longest wait for a connection, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Longest silence within an answer.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// How long an unused connection is kept. Lambda freezes a function between events, and what the other
/// side closed meanwhile fails the next request.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// What GitHub refuses requests without; it tells an operator there whose they are.
const USER_AGENT: &str = concat!("idwo/", env!("CARGO_PKG_VERSION"));

#[derive(Debug, thiserror::Error)]
pub enum Unconnected {
    #[error("SSL_CERT_FILE holds no certificate that can be used")]
    Certificates(#[source] rustls::Error),
    #[error("SSL_CERT_FILE cannot be read")]
    Unread(#[source] rustls::pki_types::pem::Error),
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
    #[error("an HTTP client cannot be made")]
    Client(#[source] reqwest::Error),
}

/// Trusts Mozilla's list of authorities, which costs a start nothing since it is built in, and those of
/// the PEM file `more` (`SSL_CERT_FILE`): a company's own, in front of its GitHub or its proxy. Follows
/// no redirect by itself.
pub fn pool(more: Option<&str>) -> Result<Client, Unconnected> {
    let mut trusted = RootCertStore::empty();
    trusted.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    if let Some(path) = more {
        let certificates = CertificateDer::pem_file_iter(path).map_err(Unconnected::Unread)?;
        for certificate in certificates {
            let certificate = certificate.map_err(Unconnected::Unread)?;
            trusted
                .add(certificate)
                .map_err(Unconnected::Certificates)?;
        }
    }
    let tls = ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .map_err(Unconnected::Tls)?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .user_agent(USER_AGENT)
        .build()
        .map_err(Unconnected::Client)
}
