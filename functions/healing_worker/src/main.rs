//! `healing_worker` as a function of its own.

use idwo_aws::{Failed, worker};

fn main() -> Result<(), Failed> {
    worker::serve(async |_| Ok(healing_worker::kinds()))
}
