//! What came of a decision, or why there was none.

use idwo_core::approval::{self, Decision, NotResolved, Resolving};
use idwo_core::ctx::Ctx;
use idwo_core::envelope::{Detail, Reply, Status};
use idwo_core::failure::Failure;
use idwo_core::input::WorkflowId;
use idwo_core::tool::Answered;
use idwo_core::workflow::Through;

use crate::audit;
use crate::report::Report;

pub(crate) async fn by_the_call(
    ctx: &Ctx,
    id: &WorkflowId,
    decision: Decision,
) -> Result<Answered<Report>, Failure> {
    let resolving = Resolving {
        decision,
        by: ctx.asker.name().to_owned(),
        through: Through::Tool,
        shown: None,
        correlation: ctx.asker.correlation,
    };
    resolved(ctx, id, &resolving).await
}

pub(crate) async fn resolved(
    ctx: &Ctx,
    id: &WorkflowId,
    resolving: &Resolving,
) -> Result<Answered<Report>, Failure> {
    let now = ctx.clock.now();
    let (status, report) = match approval::resolve(&ctx.workflows, id, resolving, now).await {
        Ok(approval) => {
            audit::decided(&approval, resolving);
            (Status::Ok, Report::of(&approval))
        }
        Err(NotResolved::Refused { why, approval }) => {
            audit::refused(&approval, resolving, why);
            (Status::Refused, Report::of(&approval).refused(why))
        }
        Err(NotResolved::Failed(failure)) => return Err(failure),
    };
    let mut reply = Reply::new(report, now);
    reply.status = status;
    reply.text = reply.result.in_words();
    reply.evidence.push(reply.result.fact());
    Ok(Answered::of(reply, Detail::Summary))
}
