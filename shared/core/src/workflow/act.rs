//! How a step, or its taking back, is claimed, and what comes of it.

use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;

use super::event::What;
use super::kind::Terms;
use super::next::{Effect, Refused, Turn};
use super::plan::Happened;
use super::run::{Begun, Doing, Lease, Left, Work};
use super::step::{Again, Marker, StepFailure};

/// Longest that a service can put a try off.
const AFTER_MAX: Duration = Duration::from_secs(24 * 3600);

impl Turn<'_> {
    pub(super) fn claimed(
        &mut self,
        lease: Lease,
        instead_of: Option<Uuid>,
    ) -> Result<(), Refused> {
        let (ordinal, step, terms) = self.act()?;
        let work = &self.run.work;
        if work
            .lease
            .as_ref()
            .is_some_and(|lease| lease.is_held(self.moment.now, instead_of))
        {
            return Err(Refused::Held);
        }
        let is_early = work.not_before.is_some_and(|at| self.moment.now < at);
        let is_stopping = self.run.stop.is_some() && !self.is_undoing();
        if is_early || is_stopping || work.tries >= terms.retry.tries {
            return Err(Refused::NotDue);
        }
        self.run.epoch += 1;
        self.run.work = Work {
            tries: work.tries + 1,
            not_before: None,
            lease: Some(lease),
        };
        let (tries, epoch) = (self.run.work.tries, self.run.epoch);
        if self.is_undoing() {
            self.record(What::UndoBegun {
                step,
                ordinal,
                tries,
                epoch,
            });
            return Ok(());
        }
        if self.run.begun(ordinal).is_none() {
            self.intend(ordinal, &step);
        }
        self.record(What::StepBegun {
            step,
            ordinal,
            tries,
            epoch,
        });
        Ok(())
    }

    fn intend(&mut self, ordinal: u32, step: &str) {
        let begun = Begun {
            ordinal,
            step: step.to_owned(),
            marker: Marker::of(self.run.uid, ordinal),
            attempt: self.run.id.attempt,
            left: Left::Unknown,
        };
        self.run.begun.push(begun.clone());
        self.effects.push(Effect::Intend(begun));
    }

    pub(super) fn performed(&mut self, epoch: u64, output: Value) -> Result<(), Refused> {
        self.fenced(epoch)?;
        let (ordinal, step, _) = self.act()?;
        self.run.work = Work::default();
        if self.is_undoing() {
            self.settle(ordinal, Left::Undone, Value::Null);
            self.record(What::Undone {
                step,
                ordinal,
                epoch,
            });
            self.undo_next();
            return Ok(());
        }
        self.settle(ordinal, Left::Done, output.clone());
        self.record(What::StepDone {
            step: step.clone(),
            ordinal,
            epoch,
        });
        if self.run.stop.is_some() {
            self.unwind();
            return Ok(());
        }
        self.ask(Happened::Done {
            step: &step,
            output: &output,
        });
        Ok(())
    }

    pub(super) fn not_performed(
        &mut self,
        epoch: u64,
        failure: StepFailure,
        share: f64,
    ) -> Result<(), Refused> {
        self.fenced(epoch)?;
        let (ordinal, step, terms) = self.act()?;
        let tries = self.run.work.tries;
        let pause = match failure.again {
            Again::Pointless => None,
            Again::Soon => Some(terms.retry.pause(tries, share)),
            Again::After(wished) => {
                Some(wished.min(AFTER_MAX).max(terms.retry.pause(tries, share)))
            }
        };
        let is_wanted = self.is_undoing() || self.run.stop.is_none();
        let pause = pause.filter(|_| is_wanted && tries < terms.retry.tries);
        let again_at = pause.map(|pause| self.after(pause));
        self.run.work.lease = None;
        self.run.work.not_before = again_at;
        let why = failure.what.clone();
        self.record(if self.is_undoing() {
            What::UndoFailed {
                step,
                ordinal,
                why,
                again_at,
            }
        } else {
            What::StepFailed {
                step,
                ordinal,
                why,
                again_at,
            }
        });
        match again_at {
            Some(_) => self.wake(),
            None => self.give_up(failure.what),
        }
        Ok(())
    }

    /// Whoever was at it has not come back, and it is not tried again.
    pub(super) fn no_answer(&mut self) -> Result<(), Refused> {
        let is_held = |lease: &Lease| lease.is_held(self.moment.now, None);
        if self.run.work.lease.as_ref().is_some_and(is_held) {
            return Err(Refused::Held);
        }
        let tries = self.run.work.tries;
        let is_spent = self.act().is_err()
            || self
                .act()
                .is_ok_and(|(_, _, terms)| tries >= terms.retry.tries);
        let is_stopping = self.run.stop.is_some() && !self.is_undoing();
        if !is_spent && !is_stopping {
            return Err(Refused::NotDue);
        }
        self.give_up(format!("no answer in {tries} tries"));
        Ok(())
    }

    /// The step, or its taking back, that is to be done.
    fn act(&self) -> Result<(u32, String, Terms), Refused> {
        let (Doing::Step { ordinal, step, .. } | Doing::Undo { ordinal, step }) = &self.run.doing
        else {
            return Err(Refused::NotDue);
        };
        let terms = self.kind.terms(step).ok_or(Refused::NotDue)?;
        Ok((*ordinal, step.clone(), terms))
    }

    /// Only who claimed it last says how it went.
    fn fenced(&self, epoch: u64) -> Result<(), Refused> {
        let is_current = self.run.epoch == epoch && self.run.work.lease.is_some();
        is_current.then_some(()).ok_or(Refused::Stale)
    }

    pub(super) fn settle(&mut self, ordinal: u32, left: Left, output: Value) {
        let mut begun = self.run.begun.iter_mut();
        let Some(begun) = begun.find(|begun| begun.ordinal == ordinal) else {
            return;
        };
        begun.left = left;
        let begun = begun.clone();
        self.effects.push(Effect::Settle { begun, output });
    }
}
