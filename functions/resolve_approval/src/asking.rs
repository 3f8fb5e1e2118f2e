//! Asking a person: in a form, where the client has forms; otherwise by a link.

use idwo_core::approval::{self, Approval, DECISION, Resolving, decision_of};
use idwo_core::ctx::Ctx;
use idwo_core::envelope::{Detail, Reply, Status};
use idwo_core::failure::Failure;
use idwo_core::input::WorkflowId;
use idwo_core::tool::Answered;
use idwo_core::workflow::Through;

use crate::deciding;
use crate::report::Report;

pub(crate) fn the_user(ctx: &Ctx, approval: &Approval) -> Result<Answered<Report>, Failure> {
    let link = link(ctx, approval)?;
    let id = &approval.id;
    let where_to = match &link {
        Some(link) => format!("A person approves it here: {link}"),
        None => format!("A person approves it on the machine it runs on: idwo-local approve {id}"),
    };
    let report = Report::of(approval).reached_by(link);
    let mut reply = Reply::new(report, ctx.clock.now());
    reply.status = Status::NeedsApproval;
    reply.text = format!("{}\n{where_to}", reply.result.in_words());
    reply.evidence.push(reply.result.fact());
    // A plan that was cut is not the one that is approved.
    Ok(Answered::of(reply, Detail::Full).or_ask(approval::question(approval)))
}

/// `None` where no page is served, or nobody knows under which address.
fn link(ctx: &Ctx, approval: &Approval) -> Result<Option<String>, Failure> {
    let (_, tenant) = ctx.workflows.kept()?;
    let path = ctx.links.as_ref().map(|links| links.path(tenant, approval));
    let address = ctx.asker.address.as_ref();
    Ok(address
        .zip(path)
        .map(|(address, path)| format!("{address}{path}")))
}

/// The state was sealed for this caller and this call, beside the form: it says which run was shown.
pub(crate) async fn heard(
    ctx: &Ctx,
    id: &WorkflowId,
    state: &str,
) -> Result<Answered<Report>, Failure> {
    let shown = state
        .parse()
        .map_err(|error| Failure::ours("cannot read our own state", error))?;
    let Some(decision) = ctx.round.answers.get(DECISION).and_then(decision_of) else {
        let what = "the form was closed, and nothing was decided";
        return Err(Failure::caller(what, "call again, and let the user decide"));
    };
    let resolving = Resolving {
        decision,
        by: ctx.asker.name().to_owned(),
        through: Through::Elicitation,
        shown: Some(shown),
        correlation: ctx.asker.correlation,
    };
    deciding::resolved(ctx, id, &resolving).await
}
