//! The authorizer as a function of its own.

use idwo_aws::{Failed, authorizer};

fn main() -> Result<(), Failed> {
    authorizer::serve(::authorizer::answer)
}
