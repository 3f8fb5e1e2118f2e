//! Where a run goes when something happens to it. Pure: nothing is read, nothing is written.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::event::{Event, Record, What};
use super::kind::Kind;
use super::plan::Happened;
use super::run::{Begun, Doing, Lease, Run, Stop, Work};

/// Most notes of a run: whoever goes on trying is in the log.
const NOTES_MAX: u32 = 20;

/// Longest note, in characters.
const NOTE_CHARS_MAX: usize = 400;

#[derive(Debug, Clone, PartialEq)]
pub struct Next {
    pub run: Run,
    pub effects: Vec<Effect>,
}

/// What has to be kept together with the run, or done once it is kept.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    Record(Record),
    /// A step may leave something from now on.
    Intend(Begun),
    /// It has, or is taken back, or cannot be.
    Settle {
        begun: Begun,
        output: Value,
    },
    /// This fact counts, and never again.
    Heard {
        id: String,
    },
    /// There is something to do at [`Run::due_at`].
    Wake,
}

/// When, and in which call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub now: Timestamp,
    pub correlation: Uuid,
}

/// Why an event changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("somebody else has gone on with it since")]
    Stale,
    #[error("somebody else is at it")]
    Held,
    #[error("it is not at that")]
    NotDue,
    #[error("it has ended, or is about to")]
    Ended,
    #[error("as many facts wait as can")]
    Full,
    #[error("the fact is larger than can be kept")]
    TooLarge,
    #[error("this version of the code cannot read its state")]
    Unfit,
}

pub fn next(kind: &dyn Kind, run: &Run, event: Event, moment: Moment) -> Result<Next, Refused> {
    let mut turn = Turn::of(kind, run.clone(), moment);
    turn.take(event)?;
    if turn.is_unfit {
        return Err(Refused::Unfit);
    }
    Ok(turn.taken())
}

/// The run as it is when it can go no further, whatever it was at.
pub(super) fn failed(kind: &dyn Kind, run: &Run, what: String, moment: Moment) -> Next {
    let mut turn = Turn::of(kind, run.clone(), moment);
    turn.run.work = Work::default();
    turn.fail(what);
    turn.taken()
}

/// A run on its way from one state to the next.
pub(super) struct Turn<'a> {
    pub(super) kind: &'a dyn Kind,
    pub(super) run: Run,
    pub(super) effects: Vec<Effect>,
    pub(super) moment: Moment,
    pub(super) is_unfit: bool,
    had_ended: bool,
}

impl<'a> Turn<'a> {
    pub(super) const fn of(kind: &'a dyn Kind, run: Run, moment: Moment) -> Self {
        Self {
            had_ended: run.status.has_ended(),
            kind,
            run,
            effects: Vec::new(),
            moment,
            is_unfit: false,
        }
    }

    pub(super) fn taken(mut self) -> Next {
        // What is told of it after its end changes nothing of it.
        if !self.had_ended {
            self.run.changed_at = self.moment.now;
        }
        Next {
            run: self.run,
            effects: self.effects,
        }
    }

    fn take(&mut self, event: Event) -> Result<(), Refused> {
        match event {
            Event::Claimed {
                holder,
                until,
                instead_of,
            } => self.claimed(Lease { holder, until }, instead_of),
            Event::Performed { epoch, output } => self.performed(epoch, output),
            Event::NotPerformed {
                epoch,
                failure,
                share,
            } => self.not_performed(epoch, failure, share),
            Event::TimeUp => self.time_up(),
            Event::Called(fact) => self.called(fact),
            Event::CancelAsked { by } => self.cancel_asked(by),
            Event::ChildrenStarted => self.children_started(),
            Event::ChildrenSeen => self.children_seen(),
            Event::ChildEnded {
                ordinal,
                entity,
                outcome,
            } => self.child_ended(ordinal, &entity, outcome),
            Event::ChildrenStopped => self.children_stopped(),
            Event::ParentTold => self.parent_told(),
            Event::Noted { note } => self.noted(&note),
        }
    }

    fn time_up(&mut self) -> Result<(), Refused> {
        if self.run.goes_on() && self.run.ends_by <= self.moment.now {
            self.record(What::TimedOut);
            self.stop(Stop::TimedOut);
            return Ok(());
        }
        match self.run.doing {
            Doing::Step { .. } | Doing::Undo { .. } => self.no_answer(),
            Doing::Wait { until } if until <= self.moment.now => {
                self.record(What::WaitOver);
                self.ask(Happened::WaitOver);
                Ok(())
            }
            Doing::Callback { until } if until <= self.moment.now => {
                self.record(What::NotCalled);
                self.ask(Happened::NotCalled);
                Ok(())
            }
            _ => Err(Refused::NotDue),
        }
    }

    fn noted(&mut self, note: &str) -> Result<(), Refused> {
        if self.run.notes >= NOTES_MAX {
            return Err(Refused::Full);
        }
        self.run.notes += 1;
        let note = crate::untrusted::plain(note, NOTE_CHARS_MAX);
        self.record(What::Noted { note });
        Ok(())
    }

    pub(super) const fn is_undoing(&self) -> bool {
        matches!(self.run.doing, Doing::Undo { .. })
    }

    pub(super) fn record(&mut self, what: What) {
        let record = Record {
            number: self.run.records,
            at: self.moment.now,
            correlation: self.moment.correlation,
            what,
        };
        self.run.records += 1;
        self.effects.push(Effect::Record(record));
    }

    pub(super) fn wake(&mut self) {
        self.effects.push(Effect::Wake);
    }

    pub(super) fn after(&self, time: Duration) -> Timestamp {
        after(self.moment.now, time)
    }
}

/// What would be beyond the year 9999 is then.
pub(super) fn after(at: Timestamp, time: Duration) -> Timestamp {
    at.checked_add(time).unwrap_or(Timestamp::MAX)
}
