//! `cancel_workflow`: asks a workflow to stop, which takes back what it did where that can be taken back.

use idwo_core::ctx::Ctx;
use idwo_core::envelope::{Detail, NextCall, Reply, Status};
use idwo_core::failure::Failure;
use idwo_core::input::WorkflowId;
use idwo_core::tool::{Annotations, Answered, Tool};
use schemars::JsonSchema;
use serde::Deserialize;

mod report;

use self::report::Report;

pub struct CancelWorkflow;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    workflow_id: WorkflowId,
}

impl Tool for CancelWorkflow {
    const NAME: &'static str = "cancel_workflow";
    const TITLE: &'static str = "Stop a workflow";
    const DESCRIPTION: &'static str = "Asks a workflow to stop. It ends the step that it is at, takes back what \
        can be taken back, and does nothing more. Says where it stands then; one that has ended stays as it is.";
    const ANNOTATIONS: Annotations = Annotations {
        read_only_hint: false,
        destructive_hint: true,
        idempotent_hint: true,
        open_world_hint: true,
    };
    const TOOLSET: &'static str = "workflows";
    const SCOPES: &'static [&'static str] = &["workflows:write"];
    const EXAMPLE: &'static str = r#"{"workflow_id":"pr-sample-storefront-71~1"}"#;

    type Input = Input;
    type Output = Report;

    async fn call(ctx: &Ctx, input: Input) -> Result<Answered<Report>, Failure> {
        let before = ctx.workflows.find(&input.workflow_id).await?;
        let id = WorkflowId::of(&before.run.id);
        ctx.workflows.cancel(&before.run, Self::NAME, None).await?;
        let now = ctx.workflows.find(&id).await?;
        let mut reply = Reply::new(Report::of(&before.run, &now.run), ctx.clock.now());
        reply.text = reply.result.in_words();
        reply.evidence.push(reply.result.fact());
        if !now.run.status.has_ended() {
            reply.status = Status::Accepted;
            reply.workflow_id = Some(id.to_string());
            reply.next.push(NextCall::waiting_for(&id));
        }
        Ok(Answered::of(reply, Detail::Summary))
    }
}
