//! Work that outlasts its call: a job rests, asks, or both, and then ends as it was told to. Nobody else works on
//! it: each call about it does what is due.

use idwo_core::chance::Chance;
use idwo_core::clock::{Clock, SystemClock};
use idwo_core::dispatch::{Call, Reply};
use idwo_core::failure::Failure;
use idwo_core::input::WorkflowId;
use idwo_core::task::{self, Wish};
use idwo_core::workflow::{Kinds, Start, Started, Worker, Workflow, Workflows, kind};
use serde_json::json;

mod job;

pub(crate) use self::job::{End, Job};

/// The kinds of work that the fixture's tools start.
pub fn kinds() -> Kinds {
    Kinds::of([kind::<Job>(())])
}

/// Starts `job`; what is answered says that the work goes on, and as what.
pub(crate) async fn start(job: &Job, call: &Call, workflows: &Workflows) -> Result<Reply, Failure> {
    let (runs, tenant) = workflows.kept()?;
    let name = Chance::of_machine().id(SystemClock.now());
    let name = name.map_err(|error| Failure::ours("cannot name a job", error))?;
    let entity = format!("conformance-{name}").parse();
    let start = Start {
        tenant: tenant.clone(),
        entity: entity.map_err(Failure::ours_without_source)?,
        kind: Job::NAME.to_owned(),
        input: json!(job),
        correlation: call.correlation_id,
        parent: None,
    };
    match runs.start(start).await? {
        Started::New(loaded) => Ok(accepted(&WorkflowId::of(&loaded.run.id))),
        _ => Err(Failure::ours_without_source("a job was not started")),
    }
}

/// Goes on with it as far as is due, and answers.
pub(crate) async fn answer(
    id: &WorkflowId,
    wish: &Wish,
    call: &Call,
    workflows: &Workflows,
) -> Result<Reply, Failure> {
    let (runs, _) = workflows.kept()?;
    // A job has no steps, so that nothing is held in this name.
    let worker = Worker::new(runs.clone(), call.correlation_id);
    let found = workflows.find(id).await?;
    worker.advance(&found.run.id).await?;
    task::answer(workflows, (id, wish), &call.asker, &call.round).await
}

fn accepted(id: &WorkflowId) -> Reply {
    let words = format!("It goes on as {id}.");
    let told = json!({
        "content": [{ "type": "text", "text": words }],
        "structuredContent": { "status": "accepted", "workflow_id": id },
    });
    let result = told.as_object().cloned().unwrap_or_default();
    Reply::Result { result }
}
