//! `orchestration_worker` as a function of its own, over GitHub.

use idwo_aws::{Failed, invoke, worker};
use idwo_clients::services;
use idwo_workflows::answer_later::ASK_WITHIN;

fn main() -> Result<(), Failed> {
    worker::serve(async |start| {
        let seen = services::of_function(&start.variables).await?;
        let tools = invoke::tools(start, ASK_WITHIN)?;
        Ok(orchestration_worker::kinds(seen.forge, tools))
    })
}
