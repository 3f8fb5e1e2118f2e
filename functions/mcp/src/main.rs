//! The endpoint as a function of its own.

use std::sync::Arc;

use idwo_aws::{Failed, endpoint, invoke::Invoke};
use mcp::{catalogue::Catalogue, endpoint::Endpoint, gateway::Gateway};

fn main() -> Result<(), Failed> {
    endpoint::serve(async |config| {
        let catalogue = Catalogue::of(config.serves)?;
        let dispatch = Arc::new(Invoke::new(config, catalogue.functions()).await);
        let gateway = Gateway::configured(config, catalogue, dispatch)?;
        Ok(Endpoint::new(gateway, config).into_handler())
    })
}
