//! What people have to agree to before a workflow goes on.

use idwo_core::approval::{self, Approval, ApprovalWorkflow, State};
use idwo_core::ctx::Ctx;
use idwo_core::envelope::NextCall;
use idwo_core::failure::Failure;
use idwo_core::input::WorkflowId;
use idwo_core::workflow::{Run, Workflow};
use serde_json::json;

use crate::report::ToApprove;

/// The run itself, where it is one; else those that it waits for.
pub(crate) async fn of(ctx: &Ctx, run: &Run) -> Result<Vec<Approval>, Failure> {
    let now = ctx.clock.now();
    if let Some(approval) = Approval::of(run, now) {
        return Ok(vec![approval]);
    }
    let is_open = |kind: &str| kind == ApprovalWorkflow::NAME;
    let open = run.children.iter().filter(|child| is_open(&child.kind));
    let mut approvals = Vec::new();
    for child in open.filter(|child| child.outcome.is_none()) {
        let id = WorkflowId::of(&child.id(run));
        match approval::find(&ctx.workflows, &id, now).await {
            Ok(approval) => approvals.push(approval),
            // It is asked for, and not there yet.
            Err(Failure::Caller { .. }) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(approvals)
}

pub(crate) fn is_pending(approval: &Approval) -> bool {
    approval.state == State::Pending
}

/// The call that lets a person decide.
pub(crate) fn asking(approval: &Approval) -> NextCall {
    let arguments = [
        ("approval_id", json!(approval.id)),
        ("decision", json!("approve")),
    ];
    NextCall::of("resolve_approval", arguments)
}

pub(crate) fn in_words(approval: &Approval) -> String {
    let (action, target) = (&approval.request.action, &approval.request.target);
    let until = approval.expires_at;
    format!("A person has to approve until {until}: {action} on {target}.")
}

impl ToApprove {
    pub(crate) fn of(approval: &Approval) -> Self {
        let request = &approval.request;
        Self {
            approval_id: approval.id.clone(),
            state: approval.state,
            actor: request.actor.clone(),
            action: request.action.clone(),
            target: request.target.clone(),
            plan_hash: request.plan_hash.clone(),
            decided: approval.decided.clone(),
            expires_at: approval.expires_at,
        }
    }
}
