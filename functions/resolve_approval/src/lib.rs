//! `resolve_approval`: declines what waits for an approval, and lets a person approve it: in a form of the client,
//! or on a page. The call itself approves for nobody but a principal that was given the scope for it.

use idwo_core::access::APPROVE;
use idwo_core::approval::{self, Decision};
use idwo_core::ctx::Ctx;
use idwo_core::failure::Failure;
use idwo_core::input::WorkflowId;
use idwo_core::tool::{Annotations, Answered, Tool};
use schemars::JsonSchema;
use serde::Deserialize;

mod asking;
mod audit;
mod deciding;
mod report;

use self::report::Report;

pub struct ResolveApproval;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    approval_id: WorkflowId,
    decision: Wish,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Wish {
    Approve,
    Decline,
}

impl Tool for ResolveApproval {
    const NAME: &'static str = "resolve_approval";
    const TITLE: &'static str = "Decide an approval";
    const DESCRIPTION: &'static str = "Declines what waits for an approval, or asks the user to approve it: in a \
        form, or by a link that it returns. You cannot approve by calling this.";
    const ANNOTATIONS: Annotations = Annotations {
        read_only_hint: false,
        destructive_hint: true,
        idempotent_hint: true,
        open_world_hint: true,
    };
    const TOOLSET: &'static str = "workflows";
    const SCOPES: &'static [&'static str] = &["workflows:write"];
    const EXAMPLE: &'static str =
        r#"{"approval_id":"release-sample-storefront-2.4.0.1.1.0~1","decision":"decline"}"#;

    type Input = Input;
    type Output = Report;

    async fn call(ctx: &Ctx, input: Input) -> Result<Answered<Report>, Failure> {
        let id = &input.approval_id;
        if let Some(state) = &ctx.round.state {
            return asking::heard(ctx, id, state).await;
        }
        if input.decision == Wish::Decline {
            return deciding::by_the_call(ctx, id, Decision::Decline).await;
        }
        let approval = approval::find(&ctx.workflows, id, ctx.clock.now()).await?;
        if approval.state != approval::State::Pending || ctx.asker.holds(APPROVE) {
            return deciding::by_the_call(ctx, id, Decision::Approve).await;
        }
        asking::the_user(ctx, &approval)
    }
}
