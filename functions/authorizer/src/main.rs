//! The authorizer as a function of its own.

use idwo_aws::{Failed, authorizer};

fn main() -> Result<(), Failed> {
    authorizer::serve(|keys, request, now| ::authorizer::answer(keys, &request, now))
}
