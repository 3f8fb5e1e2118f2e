//! Who decided what, and who tried in vain: a line each in the log, with the target `audit`. Never a signature, a
//! key or a form.

use idwo_core::access::Denied;
use idwo_core::approval::{Approval, Decision, Link, Refusal, Resolving};

const THROUGH: &str = "link";

pub(crate) fn decided(approval: &Approval, resolving: &Resolving) {
    let Resolving { by, decision, .. } = resolving;
    let (id, decision) = (&approval.id, word(*decision));
    tracing::info!(target: "audit", approval = %id, by, through = THROUGH, decision, "an approval was decided");
}

/// `denied` says what was wrong with the key that came with it.
pub(crate) fn refused(
    approval: &Approval,
    resolving: &Resolving,
    why: Refusal,
    denied: Option<Denied>,
) {
    let Resolving { by, decision, .. } = resolving;
    let (id, decision) = (&approval.id, word(*decision));
    let key = denied.map_or("known".to_owned(), |denied| denied.to_string());
    tracing::warn!(target: "audit", approval = %id, by, through = THROUGH, decision, %why, key, "a decision was refused");
}

pub(crate) fn forged(link: &Link) {
    let id = &link.approval;
    tracing::warn!(target: "audit", approval = %id, through = THROUGH, "a link was refused: nobody here has made it");
}

pub(crate) fn foreign_page(link: &Link) {
    let id = &link.approval;
    tracing::warn!(target: "audit", approval = %id, through = THROUGH, "a decision was refused: another page has sent it");
}

const fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Approve => "approve",
        Decision::Decline | Decision::Expire => "decline",
    }
}
