//! The endpoint as a function of its own.

use std::sync::Arc;

use idwo_aws::{Failed, endpoint, invoke::Invoke, metrics};
use mcp::{catalogue::Catalogue, endpoint::Endpoint, gateway::Gateway};

fn main() -> Result<(), Failed> {
    endpoint::serve(async |start| {
        let catalogue = Catalogue::of(start.config.serves)?;
        let dispatch = Arc::new(Invoke::new(start, catalogue.functions()).await?);
        let count = metrics::counted(&start.config.function_prefix);
        let gateway = Gateway::configured(&start.config, catalogue, dispatch, count)?;
        Ok(Endpoint::new(gateway, &start.config).into_handler())
    })
}
