//! Who decided what, and who tried in vain: a line each in the log, with the target `audit`. Never a signature, a
//! key or a form.

use idwo_core::access::Denied;
use idwo_core::approval::{Approval, Link, Refusal, Resolving};
use idwo_core::workflow::Through;

const THROUGH: &str = Through::Link.word();

pub(crate) fn decided(approval: &Approval, resolving: &Resolving) {
    let Resolving { by, decision, .. } = resolving;
    let (id, decision) = (&approval.id, decision.word());
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
    let (id, decision) = (&approval.id, decision.word());
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
