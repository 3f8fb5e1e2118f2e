//! How a run comes to its end: done, failed, cancelled, or out of time, with what it did taken back.

use serde_json::Value;

use super::event::What;
use super::next::{Refused, Turn};
use super::plan::OnFailure;
use super::run::{Doing, Left, Outcome, Status, Stop, Work};

/// Longest name of who cancels, and longest account of why a run failed, in characters.
const BY_CHARS_MAX: usize = 200;
const WHAT_CHARS_MAX: usize = 400;

impl Turn<'_> {
    pub(super) fn cancel_asked(&mut self, by: String) -> Result<(), Refused> {
        if !self.run.goes_on() {
            return Err(Refused::Ended);
        }
        let by = crate::untrusted::plain(&by, BY_CHARS_MAX);
        self.record(What::CancelAsked { by: by.clone() });
        self.stop(Stop::Cancelled { by });
        Ok(())
    }

    /// The step that it is at comes to nothing, or to nobody knows what.
    pub(super) fn give_up(&mut self, what: String) {
        self.run.work = Work::default();
        match self.run.doing.clone() {
            Doing::Undo { ordinal, .. } => {
                self.settle(ordinal, Left::Stuck, Value::String(what));
                self.undo_next();
            }
            Doing::Step { step, .. } => {
                self.run.failed = Some(self.run.doing.clone());
                let step = Some(step);
                self.stop(Stop::Failed { step, what });
            }
            _ => self.fail(what),
        }
    }

    pub(super) fn fail(&mut self, what: String) {
        let what = crate::untrusted::plain(&what, WHAT_CHARS_MAX);
        self.stop(Stop::Failed { step: None, what });
    }

    /// For the first reason that there is. What somebody is at is waited for, so that it is known what has
    /// to be taken back.
    pub(super) fn stop(&mut self, why: Stop) {
        self.run.stop.get_or_insert(why);
        match self.run.doing {
            Doing::Step { .. } if self.run.work.lease.is_some() => {}
            Doing::StartChildren { .. } | Doing::StopChildren { .. } => {}
            Doing::AwaitChildren { ordinal } => {
                self.run.doing = Doing::StopChildren { ordinal };
                self.wake();
            }
            _ => self.unwind(),
        }
    }

    pub(super) fn unwind(&mut self) {
        let is_cancelled = matches!(self.run.stop, Some(Stop::Cancelled { .. }));
        if !is_cancelled && self.kind.on_failure() == OnFailure::Keep {
            return self.end_stopped();
        }
        self.undo_next();
    }

    /// Takes back the last step that has left something and can be taken back, or ends.
    pub(super) fn undo_next(&mut self) {
        let has_left = |left| matches!(left, Left::Unknown | Left::Done);
        // Of a step that is no longer in the table nobody knows whether it can be taken back.
        let unknown = self
            .run
            .begun
            .iter()
            .filter(|begun| has_left(begun.left) && self.kind.terms(&begun.step).is_none());
        let unknown: Vec<u32> = unknown.map(|begun| begun.ordinal).collect();
        for ordinal in unknown {
            let why = Value::from("there is no such step any more");
            self.settle(ordinal, Left::Stuck, why);
        }
        let can_undo = |step: &str| self.kind.terms(step).is_some_and(|terms| terms.can_undo);
        let mut last_first = self.run.begun.iter().rev();
        let last = last_first.find(|begun| has_left(begun.left) && can_undo(&begun.step));
        let Some(begun) = last else {
            return self.end_stopped();
        };
        self.run.doing = Doing::Undo {
            ordinal: begun.ordinal,
            step: begun.step.clone(),
        };
        self.run.status = Status::Undoing;
        self.run.work = Work::default();
        self.wake();
    }

    fn end_stopped(&mut self) {
        let outcome = match &self.run.stop {
            Some(Stop::Cancelled { by }) => Outcome::Cancelled { by: by.clone() },
            Some(Stop::TimedOut) | None => Outcome::Failed {
                what: "it was not done in time".to_owned(),
            },
            Some(Stop::Failed { step: None, what }) => Outcome::Failed { what: what.clone() },
            Some(Stop::Failed {
                step: Some(step),
                what,
            }) => Outcome::Failed {
                what: format!("{step}: {what}"),
            },
        };
        self.end(outcome);
    }

    pub(super) fn end(&mut self, outcome: Outcome) {
        self.run.status = match outcome {
            Outcome::Done { .. } => Status::Done,
            Outcome::Failed { .. } => Status::Failed,
            Outcome::Cancelled { .. } => Status::Cancelled,
        };
        self.run.work = Work::default();
        self.run.outcome = Some(outcome.clone());
        self.record(What::Ended { outcome });
        if self.run.parent.is_some() {
            self.run.doing = Doing::TellParent;
            return self.wake();
        }
        self.run.doing = Doing::Nothing;
    }

    pub(super) fn parent_told(&mut self) -> Result<(), Refused> {
        if self.run.doing != Doing::TellParent {
            return Err(Refused::NotDue);
        }
        self.record(What::ParentTold);
        self.run.doing = Doing::Nothing;
        Ok(())
    }
}
