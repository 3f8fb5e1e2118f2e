//! `analyze_pr` as a function of its own, over GitHub.

use idwo_aws::{Failed, tool, workflows};
use idwo_clients::services;

fn main() -> Result<(), Failed> {
    tool::serve::<analyze_pr::AnalyzePr>(async |start| {
        let ctx = services::of_function(&start.variables).await?;
        workflows::beside(ctx, start, idwo_workflows::all)
    })
}
