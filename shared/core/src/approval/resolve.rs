//! Deciding an approval: once, in time, by somebody who was shown this very one. Whatever else is tried stands in
//! its story.

use jiff::Timestamp;
use uuid::Uuid;

use super::form::answer_of;
use super::view::{Approval, State, find, seen};
use super::workflow::Decision;
use crate::failure::Failure;
use crate::input::WorkflowId;
use crate::workflow::{Event, Run, RunsFailure, Said, Through, Workflows};

/// What somebody wants.
#[derive(Debug, Clone)]
pub struct Resolving {
    pub decision: Decision,
    pub by: String,
    pub through: Through,
    /// The run of the approval that they were shown, where that is known: another one is not decided.
    pub shown: Option<Uuid>,
    pub correlation: Uuid,
}

#[derive(Debug, thiserror::Error)]
pub enum NotResolved {
    #[error(transparent)]
    Failed(#[from] Failure),
    #[error("{why}")]
    Refused {
        why: Refusal,
        approval: Box<Approval>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("it was decided before")]
    Decided,
    #[error("its time is over")]
    Expired,
    #[error("what waited for it goes no further")]
    Withdrawn,
    #[error("what was shown is another approval")]
    Foreign,
    #[error("who asked may not approve")]
    NotAllowed,
}

/// Decides the approval `id`, and gives it as it is then.
pub async fn resolve(
    workflows: &Workflows,
    id: &WorkflowId,
    resolving: &Resolving,
    now: Timestamp,
) -> Result<Approval, NotResolved> {
    let run = workflows.find(id).await?.run;
    let approval = seen(&run, id, now)?;
    if let Some(why) = refusal(&approval, resolving) {
        return Err(refused(workflows, approval, resolving, why).await?);
    }
    tell(workflows, &run, resolving).await?;
    let decided = find(workflows, &approval.id, now).await?;
    let is_mine = decided.decided.as_ref().is_some_and(|decided| {
        decided.by == Said::name(&resolving.by) && decided.through == resolving.through
    });
    if is_mine && decided.state == wished(resolving.decision) {
        return Ok(decided);
    }
    let why = refusal(&decided, resolving).unwrap_or(Refusal::Decided);
    Err(refused(workflows, decided, resolving, why).await?)
}

fn refusal(approval: &Approval, resolving: &Resolving) -> Option<Refusal> {
    if resolving.shown.is_some_and(|shown| shown != approval.uid) {
        return Some(Refusal::Foreign);
    }
    match approval.state {
        State::Pending => None,
        State::Approved | State::Declined => Some(Refusal::Decided),
        State::Expired => Some(Refusal::Expired),
        State::Withdrawn => Some(Refusal::Withdrawn),
    }
}

const fn wished(decision: Decision) -> State {
    match decision {
        Decision::Approve => State::Approved,
        Decision::Decline => State::Declined,
        Decision::Expire => State::Expired,
    }
}

async fn tell(workflows: &Workflows, run: &Run, resolving: &Resolving) -> Result<(), Failure> {
    let (runs, _) = workflows.kept()?;
    let asked = runs.own_questions(run);
    let Some(asked) = asked.first() else {
        return Ok(());
    };
    let answer = answer_of(resolving.decision);
    let said = Said::new(answer, &resolving.by, resolving.through);
    RunsFailure::unless_untold(runs.answer(asked, &said, resolving.correlation).await)?;
    Ok(())
}

/// Writes into its story who wanted what, and why it came to nothing.
///
/// # Errors
/// Where that could not be written.
pub async fn refused(
    workflows: &Workflows,
    approval: Approval,
    resolving: &Resolving,
    why: Refusal,
) -> Result<NotResolved, Failure> {
    let (runs, tenant) = workflows.kept()?;
    let Resolving {
        decision,
        by,
        through,
        ..
    } = resolving;
    let (wanted, through) = (decision.word(), through.word());
    let note = format!("`{by}` wanted to {wanted} it ({through}): {why}");
    if let Some(run) = approval.id.run(tenant) {
        let event = Event::Noted { note };
        runs.happen(&run, event, Some(resolving.correlation))
            .await?;
    }
    let approval = Box::new(approval);
    Ok(NotResolved::Refused { why, approval })
}
