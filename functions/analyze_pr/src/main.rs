//! `analyze_pr` as a function of its own, over GitHub.

use idwo_aws::{Failed, tool};
use idwo_clients::services;

fn main() -> Result<(), Failed> {
    tool::serve::<analyze_pr::AnalyzePr>(async |start| {
        Ok(services::of_function(&start.variables).await?)
    })
}
