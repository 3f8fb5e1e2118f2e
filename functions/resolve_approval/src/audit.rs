//! Who decided what, and who tried in vain: a line each in the log, with the target `audit`, in the words of the
//! page's. Never what was filled in.

use idwo_core::approval::{Approval, Refusal, Resolving};

pub(crate) fn decided(approval: &Approval, resolving: &Resolving) {
    let Resolving { by, decision, .. } = resolving;
    let (id, decision, through) = (&approval.id, decision.word(), resolving.through.word());
    tracing::info!(target: "audit", approval = %id, by, through, decision, "an approval was decided");
}

pub(crate) fn refused(approval: &Approval, resolving: &Resolving, why: Refusal) {
    let Resolving { by, decision, .. } = resolving;
    let (id, decision, through) = (&approval.id, decision.word(), resolving.through.word());
    tracing::warn!(target: "audit", approval = %id, by, through, decision, %why, "a decision was refused");
}
