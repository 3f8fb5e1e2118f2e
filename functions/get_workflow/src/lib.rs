//! `get_workflow`: where a workflow stands and what has happened to it, for whoever started it or waits for it.

use idwo_core::ctx::Ctx;
use idwo_core::envelope::Detail;
use idwo_core::failure::Failure;
use idwo_core::input::WorkflowId;
use idwo_core::tool::{Annotations, Answered, Tool};
use schemars::JsonSchema;
use serde::Deserialize;

mod answer;
mod approvals;
mod doing;
mod event;
mod newest;
mod report;
mod story;
mod wait;

use self::report::Report;
use self::wait::WaitS;

pub struct GetWorkflow;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Without it the newest 10 are named.
    #[serde(default)]
    workflow_id: Option<WorkflowId>,
    /// Longest wait, in seconds, for something to change.
    #[serde(default)]
    #[schemars(with = "u8", range(max = 20))]
    wait_s: WaitS,
    /// summary: to 8 KB. full: to 100 KB.
    #[serde(default)]
    detail: Detail,
}

impl Tool for GetWorkflow {
    const NAME: &'static str = "get_workflow";
    const TITLE: &'static str = "Look at a workflow";
    const DESCRIPTION: &'static str = "Where a workflow stands: status, state, what it waits for and until \
        when, the steps that it has begun and what they left, its last events, its outcome. Work that outlasts \
        a call is a workflow. Reads only.";
    const ANNOTATIONS: Annotations = Annotations {
        read_only_hint: true,
        destructive_hint: false,
        idempotent_hint: true,
        open_world_hint: false,
    };
    const TOOLSET: &'static str = "workflows";
    const SCOPES: &'static [&'static str] = &["workflows:read"];
    const EXAMPLE: &'static str = "{}";

    type Input = Input;
    type Output = Report;

    async fn call(ctx: &Ctx, input: Input) -> Result<Answered<Report>, Failure> {
        let detail = input.detail;
        let reply = match input.workflow_id {
            Some(id) => {
                let found = wait::found(ctx, &id, input.wait_s).await?;
                answer::of_one(ctx, &found, detail).await?
            }
            None if input.wait_s.is_none() => newest::reply(ctx).await?,
            None => return Err(of_which()),
        };
        Ok(Answered::of(reply, detail))
    }
}

fn of_which() -> Failure {
    let what = "`wait_s` waits for one workflow, and none is named";
    Failure::caller(what, "set `workflow_id`, or leave `wait_s` out")
}
