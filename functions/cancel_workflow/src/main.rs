//! `cancel_workflow` as a function of its own, over DynamoDB.

use idwo_aws::{Failed, tool, workflows};
use idwo_clients::services;

fn main() -> Result<(), Failed> {
    tool::serve::<cancel_workflow::CancelWorkflow>(async |start| {
        let ctx = services::of_function(&start.variables).await?;
        workflows::beside(ctx, start, idwo_workflows::all)
    })
}
