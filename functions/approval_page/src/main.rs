//! `approval_page` as a function of its own, over DynamoDB.

use approval_page::{ApprovalPage, kinds};
use idwo_aws::{Failed, endpoint, keys, workflows};

fn main() -> Result<(), Failed> {
    endpoint::serve(async |start| {
        let (workflows, keys) = (workflows::of(start, kinds())?, keys::at_the_door(start));
        Ok(ApprovalPage::configured(&start.config, workflows, keys)?.into_handler())
    })
}
