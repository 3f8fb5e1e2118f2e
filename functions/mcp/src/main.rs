//! The endpoint as a function of its own.

use idwo_aws::{Failed, endpoint, invoke, metrics};
use mcp::{catalogue::Catalogue, endpoint::Endpoint, gateway::Gateway};

fn main() -> Result<(), Failed> {
    endpoint::serve(async |start| {
        let catalogue = Catalogue::of(start.config.serves)?;
        let dispatch = invoke::dispatch(start, catalogue.functions())?;
        let gateway = Gateway::configured(&start.config, catalogue, dispatch, metrics::of(start))?;
        Ok(Endpoint::new(gateway, &start.config).into_handler())
    })
}
