//! `idwo-local --quiesce`, `--dump-state`: works on what is open until nothing goes on by itself, and says how
//! all of it stands. Serves nobody meanwhile.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use idwo_core::config::{Config, Variables};
use idwo_core::workflow::{Tenant, census, is_still};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::args::Args;
use crate::host;
use crate::repositories::Repositories;
use crate::terminal::{self, Failed};
use crate::work::Work;

/// How long it may take until all is still: two of the longest steps, which take 25 s, and what is between.
const STILL_WITHIN: Duration = Duration::from_secs(60);

/// What goes on by itself within this is waited for; what rests longer stays open.
const SOON: Duration = Duration::from_secs(5);

/// How often it is looked whether all is still: nobody tells.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Runs that are looked at, and counted: more are said to be more.
const RUNS_MAX: usize = 10_000;

pub async fn run(args: &Args, variables: &Variables) -> Result<ExitCode, Failed> {
    let config = Config::read(variables)?;
    host::log_to_stderr(&config)?;
    let repositories = Repositories::open(args)?;
    let dispatch = host::dispatch(&repositories, variables)?;
    let kinds = host::kinds(&dispatch, &repositories);
    let work = Arc::new(Work::open(&repositories.data, variables, kinds).await?);
    let is_still = !args.quiesce || stilled(&work, STILL_WITHIN).await?;
    if args.dump_state.is_some() {
        terminal::print(&state(&work, &config.tenant).await?.to_string())?;
    }
    if is_still {
        return Ok(ExitCode::SUCCESS);
    }
    let seconds = STILL_WITHIN.as_secs();
    Err(format!("something still went on after {seconds} s; the next start goes on with it").into())
}

/// Whether all was still in time. Nobody is at anything any more when this is over.
async fn stilled(work: &Arc<Work>, within: Duration) -> Result<bool, Failed> {
    let end = CancellationToken::new();
    let working = tokio::spawn({
        let (work, end) = (Arc::clone(work), end.clone());
        async move { work.go_on(&end).await }
    });
    let is_still = tokio::time::timeout(within, still(work)).await.is_ok();
    end.cancel();
    working.await?;
    Ok(is_still)
}

async fn still(work: &Work) {
    loop {
        match is_still(&work.runs, SOON, RUNS_MAX).await {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "it could not be seen whether all is still"),
        }
        rest().await;
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "there is no condition to wait for"
)]
async fn rest() {
    tokio::time::sleep(LOOK_EVERY).await;
}

/// Every run is in one of `terminal`, `open` and `unreadable`; dead letters are messages of this process.
async fn state(work: &Work, tenant: &Tenant) -> Result<Value, Failed> {
    let all = census(&work.runs, tenant, RUNS_MAX).await?;
    Ok(json!({
        "accepted": all.accepted,
        "terminal": all.ended(),
        "by_outcome": { "done": all.done, "failed": all.failed, "cancelled": all.cancelled },
        "open": all.open.total(),
        "open_at": all.open,
        "unreadable": all.unreadable,
        "dead_lettered": work.queue.dead_letters().len(),
        "effects": all.effects,
        "is_cut": all.is_cut,
    }))
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use idwo_workflows::track_pull_request::PullRequestName;
    use uuid::Uuid;

    use super::*;

    /// A run that is at its first step.
    async fn at_a_step(args: &Args) -> Arc<Work> {
        let repositories = Repositories::open(args).unwrap();
        let variables = Variables::new([]);
        let dispatch = host::dispatch(&repositories, &variables).unwrap();
        let kinds = host::kinds(&dispatch, &repositories);
        let work = Work::open(&repositories.data, &variables, kinds).await;
        let work = Arc::new(work.unwrap());
        let (name, number) = ("sample/storefront".parse().unwrap(), "71".parse().unwrap());
        let name = PullRequestName::of(&name, number).unwrap();
        let start = name.start(Tenant::default(), Uuid::nil()).unwrap();
        work.runs.start(start).await.unwrap();
        work
    }

    #[tokio::test]
    async fn what_is_not_still_in_time_is_said_to_be_so() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_str().unwrap();
        let args = Args::parse_from(["idwo-local", "--data", data]);
        let work = at_a_step(&args).await;
        assert!(!stilled(&work, Duration::ZERO).await.unwrap());
        assert!(stilled(&work, STILL_WITHIN).await.unwrap());
    }
}
