//! Asks for an approval from outside, by the adapters that the page has, and prints the path of its page: `ask
//! NAME ACTION LINE...`.

use std::io::Write;
use std::time::Duration;

use approval_page::kinds;
use idwo_aws::{Failed, Start, runs};
use idwo_core::approval::{Approval, LinkKey, Request};
use idwo_core::clock::{Clock, SystemClock};
use idwo_core::workflow::{self, Started};
use uuid::Uuid;

const OPEN_FOR: Duration = Duration::from_secs(3600);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failed> {
    let words: Vec<_> = std::env::args().skip(1).collect();
    let [name, action, plan @ ..] = words.as_slice() else {
        return Err("usage: ask NAME ACTION LINE...".into());
    };
    let here = Start::here().await?;
    let request = Request::new(
        "tests",
        action,
        "sample/storefront",
        plan,
        "example",
        OPEN_FOR,
    )?;
    let tenant = here.config.tenant.clone();
    let start = workflow::Start {
        tenant: tenant.clone(),
        entity: name.parse()?,
        kind: request.asked().kind.to_owned(),
        input: request.asked().input,
        correlation: Uuid::nil(),
        parent: None,
    };
    let Started::New(loaded) = runs::of(&here, kinds())?.start(start).await? else {
        return Err("it was asked for before".into());
    };
    let approval = Approval::of(&loaded.run, SystemClock.now()).ok_or("it is no approval")?;
    let key = here.config.request_state_key.ok_or("no key")?;
    let path = LinkKey::of(&key)?.path(&tenant, &approval);
    Ok(writeln!(std::io::stdout(), "{path}")?)
}
