//! The account that a function runs in, as Lambda's environment tells it: no look-up, no chain of
//! places where credentials could be. That chain is what `aws-config` is for, and most of what it
//! weighs (it links a client for a service of its own).

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use aws_types::region::Region;
use idwo_core::config::Variables;

use crate::https::Https;
use crate::start::Failed;

/// For the clients of every service: one pool of connections, one set of credentials.
pub(crate) fn account(variables: &Variables) -> Result<SdkConfig, Failed> {
    let credentials = Credentials::from_keys(
        variables.required::<String>("AWS_ACCESS_KEY_ID")?,
        variables.required::<String>("AWS_SECRET_ACCESS_KEY")?,
        variables.optional("AWS_SESSION_TOKEN")?,
    );
    let mut account = SdkConfig::builder()
        .region(Region::new(variables.required::<String>("AWS_REGION")?))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(Https::new()?);
    // What stands in for AWS where there is none.
    if let Some(url) = variables.optional::<String>("AWS_ENDPOINT_URL")? {
        account = account.endpoint_url(url);
    }
    Ok(account.build())
}
