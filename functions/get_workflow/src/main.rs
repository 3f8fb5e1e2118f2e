//! `get_workflow` as a function of its own, over DynamoDB.

use idwo_aws::{Failed, tool, workflows};
use idwo_clients::services;

fn main() -> Result<(), Failed> {
    tool::serve::<get_workflow::GetWorkflow>(async |start| {
        let ctx = services::of_function(&start.variables).await?;
        // To look at one, nobody has to know its kind; to see what it asks, somebody has.
        workflows::beside(ctx, start, idwo_workflows::all)
    })
}
