//! The fixture as a function of its own; no template deploys it by default.

use idwo_aws::{Failed, function, workflows};

fn main() -> Result<(), Failed> {
    function::serve(conformance::NAME, async |start| {
        let workflows = workflows::without_workers(start, conformance::kinds())?;
        Ok(move |call| conformance::answer(call, workflows.clone()))
    })
}
