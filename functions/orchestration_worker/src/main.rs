//! `orchestration_worker` as a function of its own, over GitHub.

use idwo_aws::{Failed, worker};
use idwo_clients::services;

fn main() -> Result<(), Failed> {
    worker::serve(async |start| {
        let seen = services::of_function(&start.variables).await?;
        Ok(orchestration_worker::kinds(seen.forge))
    })
}
