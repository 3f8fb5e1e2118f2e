//! `idwo-local track`: begins to follow a pull request.

use idwo_core::chance::Chance;
use idwo_core::clock::{Clock, SystemClock};
use idwo_core::config::Variables;
use idwo_core::input::WorkflowId;
use idwo_core::workflow::Started;
use idwo_workflows::track_pull_request::PullRequestName;

use crate::args::{Args, Track};
use crate::host;
use crate::repositories::Repositories;
use crate::terminal::{self, Failed};

/// Writes down that it is to be followed; the next process that serves goes on with it.
pub async fn run(args: &Args, wanted: &Track, variables: &Variables) -> Result<(), Failed> {
    if args.ephemeral {
        return Err(
            "what is kept in a temporary folder is not followed: leave --ephemeral out".into(),
        );
    }
    let repositories = Repositories::open(args)?;
    let dispatch = host::working_dispatch(&repositories, variables).await?;
    let workflows = dispatch.workshop().workflows();
    let (runs, tenant) = workflows.kept()?;
    let name = PullRequestName::of(&wanted.repository, wanted.number)?;
    let correlation = Chance::of_machine().id(SystemClock.now())?;
    let started = runs.start(name.start(tenant.clone(), correlation)?).await?;
    terminal::print(&said(&started)?)?;
    Ok(())
}

fn said(started: &Started) -> Result<String, Failed> {
    match started {
        Started::New(loaded) => {
            let id = WorkflowId::of(&loaded.run.id);
            Ok(format!(
                "{id} is started; while idwo-local serves in this folder, it goes on"
            ))
        }
        Started::Known(loaded) => {
            let id = WorkflowId::of(&loaded.run.id);
            Ok(format!("{id} follows it already"))
        }
        Started::Conflict { open } => {
            let id = WorkflowId::of(&open.run.id);
            Err(format!("{id} is open and follows another one; cancel that first").into())
        }
        Started::Refused(why) => Err(format!("it cannot be followed: {why}").into()),
    }
}
