//! What a run has to do, and when.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::kind::Kind;
use super::run::{Doing, Lease, Run, Status};

/// How often somebody looks after children that tell nothing.
const LOOK_AT_CHILDREN_EVERY: Duration = Duration::from_secs(3600);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Todo {
    /// The step or the taking back that it is at.
    Act,
    /// A time is over.
    TimeUp,
    StartChildren,
    /// How they are: one that is gone tells nobody.
    SeeChildren,
    StopChildren,
    TellParent,
    /// Nothing before this time.
    Later(Timestamp),
    /// Nothing that a worker could do.
    Nothing,
}

impl Run {
    /// When somebody has to look at it again, whatever else happens.
    pub fn due_at(&self) -> Option<Timestamp> {
        let due_at = match &self.doing {
            Doing::Step { .. } | Doing::Undo { .. } => {
                let leased = self.work.lease.as_ref().map(|lease| lease.until);
                Some(leased.or(self.work.not_before).unwrap_or(self.changed_at))
            }
            Doing::Wait { until } | Doing::Callback { until } => Some(*until),
            Doing::StartChildren { .. } | Doing::StopChildren { .. } | Doing::TellParent => {
                Some(self.changed_at)
            }
            Doing::AwaitChildren { .. } => {
                let look_at = self.changed_at.checked_add(LOOK_AT_CHILDREN_EVERY);
                look_at.ok()
            }
            Doing::Nothing => None,
        };
        let ends_by = self.goes_on().then_some(self.ends_by);
        due_at.into_iter().chain(ends_by).min()
    }

    /// `instead_of` is a worker that is known to be dead.
    pub fn todo(&self, kind: &dyn Kind, now: Timestamp, instead_of: Option<Uuid>) -> Todo {
        if self.goes_on() && self.ends_by <= now {
            return Todo::TimeUp;
        }
        match &self.doing {
            Doing::Step { step, .. } | Doing::Undo { step, .. } => {
                self.todo_of_step(kind, step, now, instead_of)
            }
            Doing::Wait { until } | Doing::Callback { until } if *until <= now => Todo::TimeUp,
            Doing::StartChildren { .. } => Todo::StartChildren,
            Doing::StopChildren { .. } => Todo::StopChildren,
            Doing::TellParent => Todo::TellParent,
            Doing::AwaitChildren { .. } if self.due_at().is_some_and(|at| at <= now) => {
                Todo::SeeChildren
            }
            Doing::Wait { .. }
            | Doing::Callback { .. }
            | Doing::AwaitChildren { .. }
            | Doing::Nothing => self.due_at().map_or(Todo::Nothing, Todo::Later),
        }
    }

    fn todo_of_step(
        &self,
        kind: &dyn Kind,
        step: &str,
        now: Timestamp,
        instead_of: Option<Uuid>,
    ) -> Todo {
        let work = &self.work;
        if let Some(lease) = &work.lease
            && lease.is_held(now, instead_of)
        {
            return Todo::Later(lease.until);
        }
        let is_spent = kind
            .terms(step)
            .is_none_or(|terms| work.tries >= terms.retry.tries);
        let is_stopping = self.stop.is_some() && matches!(self.doing, Doing::Step { .. });
        if is_spent || is_stopping {
            return Todo::TimeUp;
        }
        match work.not_before {
            Some(at) if now < at => Todo::Later(at),
            _ => Todo::Act,
        }
    }

    /// Neither ended nor about to.
    pub(super) fn goes_on(&self) -> bool {
        self.status == Status::Running && self.stop.is_none()
    }
}

impl Lease {
    pub(super) fn is_held(&self, now: Timestamp, instead_of: Option<Uuid>) -> bool {
        now < self.until && instead_of != Some(self.holder)
    }
}
