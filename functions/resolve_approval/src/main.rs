//! `resolve_approval` as a function of its own, over DynamoDB.

use idwo_aws::{Failed, tool, workflows};
use idwo_clients::services;

fn main() -> Result<(), Failed> {
    tool::serve::<resolve_approval::ResolveApproval>(async |start| {
        let ctx = services::of_function(&start.variables).await?;
        let ctx = workflows::beside(ctx, start, idwo_workflows::all)?;
        workflows::with_links(ctx, start)
    })
}
