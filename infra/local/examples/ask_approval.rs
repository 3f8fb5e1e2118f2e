//! Asks for an approval in a folder for data, and prints the path of its page: `ask_approval FOLDER NAME ACTION
//! TARGET LINE...`. Nobody may serve that folder meanwhile.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use approval_page::kinds;
use idwo_core::approval::{Approval, LinkKey, Request};
use idwo_core::chance::Chance;
use idwo_core::clock::{Clock, SystemClock};
use idwo_core::config::{Config, Variables};
use idwo_core::workflow::{Start, Started};
use idwo_local::own_keys;
use idwo_local::terminal::Failed;
use idwo_local::work::Work;

const OPEN_FOR: Duration = Duration::from_secs(3600);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failed> {
    let words: Vec<_> = std::env::args().skip(1).collect();
    let [folder, name, action, target, plan @ ..] = words.as_slice() else {
        return Err("usage: ask_approval FOLDER NAME ACTION TARGET LINE...".into());
    };
    let folder = Path::new(folder);
    std::fs::create_dir_all(folder)?;
    let variables = Variables::new([]);
    let config = own_keys::signing(Config::read(&variables)?, folder)?;
    let request = Request::new("", action, target, plan, "example", OPEN_FOR)?;
    let start = Start {
        tenant: config.tenant.clone(),
        entity: name.parse()?,
        kind: request.asked().kind.to_owned(),
        input: request.asked().input,
        correlation: Chance::of_machine().id(SystemClock.now())?,
        parent: None,
    };
    let work = Work::open(folder, &variables, kinds()).await?;
    let Started::New(loaded) = work.runs.start(start).await? else {
        return Err("it was asked for before".into());
    };
    let approval = Approval::of(&loaded.run, SystemClock.now()).ok_or("it is no approval")?;
    let key = config.request_state_key.ok_or("no key")?;
    let path = LinkKey::of(&key)?.path(&config.tenant, &approval);
    Ok(writeln!(std::io::stdout(), "{path}")?)
}
