//! Who decided what, and who tried in vain: a line each in the log, with the target `audit`, in the words of the
//! page's. Never what was filled in.

use idwo_core::approval::{Approval, Decision, Refusal, Resolving};
use idwo_core::workflow::Through;

pub(crate) fn decided(approval: &Approval, resolving: &Resolving) {
    let Resolving { by, decision, .. } = resolving;
    let (id, decision, through) = (&approval.id, word(*decision), through(resolving.through));
    tracing::info!(target: "audit", approval = %id, by, through, decision, "an approval was decided");
}

pub(crate) fn refused(approval: &Approval, resolving: &Resolving, why: Refusal) {
    let Resolving { by, decision, .. } = resolving;
    let (id, decision, through) = (&approval.id, word(*decision), through(resolving.through));
    tracing::warn!(target: "audit", approval = %id, by, through, decision, %why, "a decision was refused");
}

const fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Approve => "approve",
        Decision::Decline | Decision::Expire => "decline",
    }
}

const fn through(through: Through) -> &'static str {
    match through {
        Through::Elicitation => "elicitation",
        Through::Link => "link",
        Through::Terminal => "terminal",
        Through::Tool => "tool",
    }
}
