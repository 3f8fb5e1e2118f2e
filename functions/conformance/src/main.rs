//! The fixture as a function of its own; no template deploys it by default.

use idwo_aws::{Failed, function};

fn main() -> Result<(), Failed> {
    function::serve(conformance::NAME, async |_| Ok(conformance::answer))
}
