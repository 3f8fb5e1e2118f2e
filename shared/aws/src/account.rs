//! The account that a function runs in, as Lambda's environment tells it: no look-up, no chain of
//! places where credentials could be. That chain is what `aws-config` is for, and most of what it
//! weighs (it links a client for a service of its own).

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_types::SdkConfig;
use aws_types::region::Region;
use idwo_core::config::Variables;

use crate::start::Failed;

/// The authorities that AWS is verified by. Reading all that the machine knows takes 3.6 ms of CPU.
const ROOTS: &[u8] = include_bytes!("../../../infra/roots.pem");

/// For the clients of every service: one pool of connections, one set of credentials.
pub(crate) fn account(variables: &Variables) -> Result<SdkConfig, Failed> {
    let credentials = Credentials::from_keys(
        variables.required::<String>("AWS_ACCESS_KEY_ID")?,
        variables.required::<String>("AWS_SECRET_ACCESS_KEY")?,
        variables.optional("AWS_SESSION_TOKEN")?,
    );
    let trusted = TrustStore::empty().with_pem_certificate(ROOTS);
    let tls = TlsContext::builder().with_trust_store(trusted).build()?;
    let http = Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(tls)
        .build_https();
    let mut account = SdkConfig::builder()
        .region(Region::new(variables.required::<String>("AWS_REGION")?))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http);
    // What stands in for AWS where there is none.
    if let Some(url) = variables.optional::<String>("AWS_ENDPOINT_URL")? {
        account = account.endpoint_url(url);
    }
    Ok(account.build())
}
