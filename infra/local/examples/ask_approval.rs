//! Asks for an approval in a folder that nobody serves meanwhile, and prints its id: for trying out how people are
//! asked, before there is work that needs one. `cargo run -p idwo-local --example ask_approval -- FOLDER`

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use idwo_core::approval::{ApprovalWorkflow, Request};
use idwo_core::chance::Chance;
use idwo_core::clock::{Clock, SystemClock};
use idwo_core::config::Variables;
use idwo_core::input::WorkflowId;
use idwo_core::workflow::{Kinds, Start, Started, Tenant, Workflow, kind};
use idwo_local::work::Work;
use serde_json::json;
use uuid::Uuid;

const OPEN_FOR: Duration = Duration::from_secs(3600);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let folder = std::env::args_os()
        .nth(1)
        .ok_or("usage: ask_approval FOLDER")?;
    let kinds = Kinds::of([kind::<ApprovalWorkflow>(())]);
    let work = Work::open(&PathBuf::from(folder), &Variables::new([]), kinds).await?;
    match work.runs.start(start()?).await? {
        Started::New(loaded) => terminal(&WorkflowId::of(&loaded.run.id)),
        other => Err(format!("not asked: {other:?}").into()),
    }
}

fn start() -> Result<Start, Box<dyn Error + Send + Sync>> {
    let plan = [
        "tag v2.4.0 at 4f1c9d2",
        "publish the release, with its <notes>",
        "close the version in Jira",
        "tell #releases",
    ];
    let plan = plan.map(str::to_owned);
    let request = Request::new(
        "ann",
        "release v2.4.0",
        "acme/storefront",
        &plan,
        "1",
        OPEN_FOR,
    )?;
    let id = Chance::of_machine().id(SystemClock.now())?;
    Ok(Start {
        tenant: Tenant::default(),
        entity: format!("release-{}", id.simple()).parse()?,
        kind: ApprovalWorkflow::NAME.to_owned(),
        input: json!(request),
        correlation: Uuid::nil(),
        parent: None,
    })
}

#[expect(clippy::print_stdout, reason = "what it prints is its product")]
fn terminal(id: &WorkflowId) -> Result<(), Box<dyn Error + Send + Sync>> {
    println!("{id}");
    Ok(())
}
