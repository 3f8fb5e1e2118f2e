//! Starts the tracking of a pull request from outside, tells it facts and shows it, by the very adapters that
//! the worker has: `track OWNER/REPO NUMBER start|show|FACT`, where FACT is one as JSON.

use std::io::Write;

use idwo_aws::{Failed, Start, runs};
use idwo_clients::services;
use idwo_core::workflow::{Event, Runs, Tenant};
use idwo_workflows::track_pull_request::{PullRequestFact, PullRequestName};
use uuid::Uuid;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failed> {
    let words: Vec<_> = std::env::args().skip(1).collect();
    let [repository, number, wish] = words.as_slice() else {
        return Err("usage: track OWNER/REPO NUMBER start|show|FACT".into());
    };
    let name = PullRequestName::of(&repository.parse()?, number.parse()?)?;
    let start = Start::here().await?;
    let seen = services::of_function(&start.variables).await?;
    let runs = runs::of(&start, idwo_workflows::all(seen.forge))?;
    let tenant: Tenant = "team".parse()?;
    match wish.as_str() {
        "start" => drop(runs.start(name.start(tenant.clone(), Uuid::nil())?).await?),
        "show" => {}
        fact => tell(&runs, &name, &tenant, fact).await?,
    }
    let shown = runs.newest(&tenant, &name.entity()?).await?;
    let shown = serde_json::to_string(&shown.map(|loaded| loaded.run))?;
    Ok(writeln!(std::io::stdout(), "{shown}")?)
}

async fn tell(
    runs: &Runs,
    name: &PullRequestName,
    tenant: &Tenant,
    fact: &str,
) -> Result<(), Failed> {
    let run = runs
        .newest(tenant, &name.entity()?)
        .await?
        .ok_or("no such run")?
        .run;
    let told: PullRequestFact = serde_json::from_str(fact)?;
    let event = Event::Called(name.told(told.name().to_owned(), &told));
    runs.happen(&run.id, event, None).await?;
    Ok(())
}
