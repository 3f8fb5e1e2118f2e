//! `reconciler` as a function of its own. It goes on with nothing itself, and knows no workflow.

use idwo_aws::{Failed, runs, schedule};
use idwo_core::workflow::Kinds;

fn main() -> Result<(), Failed> {
    schedule::serve(async |start| {
        let runs = runs::of(start, Kinds::default())?;
        Ok(async move || reconciler::reconcile(&runs).await)
    })
}
