//! Runs that a run has started, and waits for.

use super::event::What;
use super::id::Entity;
use super::next::{Refused, Turn};
use super::plan::Happened;
use super::run::{Doing, Outcome};

impl Turn<'_> {
    /// Only when all have started can they be stopped: none starts afterwards that nobody stops.
    pub(super) fn children_started(&mut self) -> Result<(), Refused> {
        let Doing::StartChildren { ordinal } = self.run.doing else {
            return Err(Refused::NotDue);
        };
        self.record(What::ChildrenStarted);
        self.run.doing = if self.run.stop.is_some() {
            Doing::StopChildren { ordinal }
        } else {
            Doing::AwaitChildren { ordinal }
        };
        self.wake();
        self.go_on_when_all_ended();
        Ok(())
    }

    pub(super) fn child_ended(
        &mut self,
        of: u32,
        entity: &Entity,
        outcome: Outcome,
    ) -> Result<(), Refused> {
        let (Doing::StartChildren { ordinal }
        | Doing::AwaitChildren { ordinal }
        | Doing::StopChildren { ordinal }) = self.run.doing
        else {
            return Err(Refused::Stale);
        };
        let mut children = self.run.children.iter_mut();
        let child = children.find(|child| child.entity == *entity && child.outcome.is_none());
        let child = child.filter(|_| ordinal == of).ok_or(Refused::Stale)?;
        child.outcome = Some(outcome.clone());
        let entity = entity.clone();
        self.record(What::ChildEnded { entity, outcome });
        if !matches!(self.run.doing, Doing::StartChildren { .. }) {
            self.go_on_when_all_ended();
        }
        Ok(())
    }

    /// Nothing has changed; it is looked at again later.
    pub(super) const fn children_seen(&mut self) -> Result<(), Refused> {
        match self.run.doing {
            Doing::AwaitChildren { .. } => Ok(()),
            _ => Err(Refused::NotDue),
        }
    }

    pub(super) fn children_stopped(&mut self) -> Result<(), Refused> {
        let Doing::StopChildren { ordinal } = self.run.doing else {
            return Err(Refused::NotDue);
        };
        self.record(What::ChildrenStopped);
        self.run.doing = Doing::AwaitChildren { ordinal };
        Ok(())
    }

    fn go_on_when_all_ended(&mut self) {
        if self
            .run
            .children
            .iter()
            .any(|child| child.outcome.is_none())
        {
            return;
        }
        let children = std::mem::take(&mut self.run.children);
        if self.run.stop.is_some() {
            return self.unwind();
        }
        self.ask(Happened::ChildrenEnded(&children));
    }
}
