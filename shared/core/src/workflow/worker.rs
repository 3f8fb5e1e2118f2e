//! Does what a run has to do. The message that asked for it is deleted when this has come back without a
//! failure, and not before.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::event::Event;
use super::id::RunId;
use super::job::Job;
use super::json::misfit;
use super::kind::Kind;
use super::next::{Refused, after};
use super::run::{Doing, Left, Run};
use super::runs::{Happening, Loaded, Runs, RunsFailure};
use super::step::{Again, Call, StepFailure};
use super::todo::Todo;
use crate::failure::chain;
use crate::queue::DELAY_MAX;
use crate::store::StoreFailure;

/// How much longer than a try a lease lasts: what a worker needs beside it, and what clocks differ by.
const LEASE_MARGIN: Duration = Duration::from_secs(10);

/// Largest output of a step, in bytes of JSON: a tool's full reply has 100 KB and 4 of a model, its text 1.5.
pub(super) const OUTPUT_BYTES_MAX: usize = 112 * 1024;

/// Most turns for one message: times that are over, children that are told; one of them performs a step.
const TURNS_MAX: usize = 50;

/// What is due within this is waited for with another message, since clocks and queues round.
const SOON: Duration = Duration::from_secs(5);

pub struct Worker {
    pub(super) runs: Arc<Runs>,
    holder: Uuid,
    is_alone: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advanced {
    /// A step was performed or taken back, well or not.
    Acted,
    /// Something else went on.
    Moved,
    /// Another worker went on with it meanwhile; what this one did counts no more.
    Superseded,
    NothingDue,
    NoSuchRun,
    /// Something failed that may be well again soon: what, and what caused it.
    PutOff(String),
}

/// The message is to be delivered again.
pub type Unfinished = RunsFailure;

/// How long a run rests whose worker could not go on with it.
const REST: Duration = Duration::from_secs(5);

impl Worker {
    /// One of several; `holder` is its own name, and never used again.
    pub const fn new(runs: Arc<Runs>, holder: Uuid) -> Self {
        Self {
            runs,
            holder,
            is_alone: false,
        }
    }

    /// The only one that there is: what others hold they died with.
    pub const fn alone(runs: Arc<Runs>, holder: Uuid) -> Self {
        Self {
            runs,
            holder,
            is_alone: true,
        }
    }

    /// Does what a message asks for. Whoever brings it deletes it then; after a failure it is delivered again,
    /// and ends as a dead letter in the end.
    pub async fn take(&self, message: &str) -> Result<Advanced, Unfinished> {
        let Job::Advance { run } = Job::read(message)?;
        match self.advance(&run).await {
            // What no store takes now, none will take later.
            Err(failure @ RunsFailure::Store(StoreFailure::Refused(_))) => Err(failure),
            // The store or the queue failed, and not the message: it is not for that to die.
            Err(
                failure @ (RunsFailure::Store(_) | RunsFailure::Untold(_) | RunsFailure::Contended),
            ) => {
                self.runs.hint(&run, REST).await?;
                Ok(Advanced::PutOff(chain(&failure)))
            }
            came => came,
        }
    }

    /// Goes on with a run until it has performed one step, or nothing is to be done.
    pub async fn advance(&self, id: &RunId) -> Result<Advanced, Unfinished> {
        let mut advanced = Advanced::NothingDue;
        for _ in 0..TURNS_MAX {
            let Some(loaded) = self.runs.get(id).await? else {
                return Ok(Advanced::NoSuchRun);
            };
            let kind = self.runs.kind_of(&loaded.run)?;
            let now = self.runs.clock.now();
            match loaded
                .run
                .todo(kind.as_ref(), now, self.instead_of(&loaded.run))
            {
                Todo::Nothing => return Ok(advanced),
                Todo::Later(at) => {
                    self.come_again(&loaded.run, now, at).await?;
                    return Ok(advanced);
                }
                Todo::Act => {
                    if let Some(acted) = self.act(&loaded, kind.as_ref()).await? {
                        return Ok(acted);
                    }
                }
                Todo::TimeUp => {
                    if !self.turn(&loaded, Event::TimeUp).await? {
                        return Ok(advanced);
                    }
                }
                Todo::SeeChildren => self.see_children(&loaded).await?,
                Todo::StartChildren => self.start_children(&loaded).await?,
                Todo::StopChildren => self.stop_children(&loaded).await?,
                Todo::TellParent => self.tell_parent(&loaded).await?,
            }
            advanced = Advanced::Moved;
        }
        self.runs.hint(id, Duration::ZERO).await?;
        Ok(advanced)
    }

    /// Whether there is another turn: where somebody else was there first, that sees it.
    pub(super) async fn turn(&self, loaded: &Loaded, event: Event) -> Result<bool, Unfinished> {
        let came = self.runs.happen_to(loaded, event, None).await?;
        Ok(!matches!(came, Some(Happening::Refused(_))))
    }

    async fn come_again(&self, run: &Run, now: Timestamp, at: Timestamp) -> Result<(), Unfinished> {
        let wait = Duration::try_from(at.duration_since(now)).unwrap_or_default();
        // Whoever is alone has lost its queue with its last life, and looks at all that is open.
        let soon = if self.is_alone { DELAY_MAX } else { SOON };
        // What somebody is at has its message, or is found by a sweep.
        if run.work.lease.is_some() || wait > soon {
            return Ok(());
        }
        self.runs.hint(&run.id, wait).await
    }

    /// `None` where somebody else was there first.
    async fn act(&self, loaded: &Loaded, kind: &dyn Kind) -> Result<Option<Advanced>, Unfinished> {
        let Some((step, ends_at)) = self.times(&loaded.run, kind) else {
            return Ok(None);
        };
        let claim = Event::Claimed {
            holder: self.holder,
            until: after(ends_at, LEASE_MARGIN),
            instead_of: self.instead_of(&loaded.run),
        };
        let Some(Happening::Changed(claimed)) = self.runs.happen_to(loaded, claim, None).await?
        else {
            return Ok(None);
        };
        let Some(call) = self.call(&claimed.run, step, ends_at).await? else {
            return Ok(None);
        };
        let done = self.perform(kind, &loaded.run, &call).await;
        self.settle(&claimed.run, done).await.map(Some)
    }

    fn times(&self, run: &Run, kind: &dyn Kind) -> Option<(String, Timestamp)> {
        let (Doing::Step { step, .. } | Doing::Undo { step, .. }) = &run.doing else {
            return None;
        };
        let within = kind.terms(step)?.within;
        Some((step.clone(), after(self.runs.clock.now(), within)))
    }

    async fn call(
        &self,
        run: &Run,
        step: String,
        ends_at: Timestamp,
    ) -> Result<Option<Call>, Unfinished> {
        let (ordinal, input) = match &run.doing {
            Doing::Step { ordinal, input, .. } => (*ordinal, input.clone()),
            Doing::Undo { ordinal, .. } => (*ordinal, Value::Null),
            _ => return Ok(None),
        };
        let Some(begun) = run.begun(ordinal) else {
            return Ok(None);
        };
        let output = match begun.left {
            Left::Done => self.runs.output(run, begun).await?,
            _ => None,
        };
        Ok(Some(Call {
            run: run.id.clone(),
            step,
            input,
            output,
            marker: begun.marker.clone(),
            ends_at,
            correlation: run.correlation,
        }))
    }

    /// `before` is the run as it was before this try was claimed.
    async fn perform(
        &self,
        kind: &dyn Kind,
        before: &Run,
        call: &Call,
    ) -> Result<Value, StepFailure> {
        self.in_time(call)?;
        let output = match &before.doing {
            Doing::Undo { .. } => kind.undo(call).await.map(|()| Value::Null)?,
            Doing::Step { ordinal, .. } if before.begun(*ordinal).is_some() => {
                self.perform_again(kind, call).await?
            }
            _ => kind.act(call).await?,
        };
        if let Some(what) = misfit(&output, OUTPUT_BYTES_MAX) {
            return Err(StepFailure::new(
                format!("its output: {what}"),
                Again::Pointless,
            ));
        }
        Ok(output)
    }

    /// An earlier try may have done it, and died before it could say so.
    async fn perform_again(&self, kind: &dyn Kind, call: &Call) -> Result<Value, StepFailure> {
        if let Some(found) = kind.find(call).await? {
            return Ok(found);
        }
        self.in_time(call)?;
        kind.act(call).await
    }

    /// A worker that was frozen, or waited long for the store, must not begin what another may be at.
    fn in_time(&self, call: &Call) -> Result<(), StepFailure> {
        if self.runs.clock.now() < call.ends_at {
            return Ok(());
        }
        let what = "its time was over before it began";
        Err(StepFailure::new(what, Again::Soon))
    }

    async fn settle(
        &self,
        claimed: &Run,
        done: Result<Value, StepFailure>,
    ) -> Result<Advanced, Unfinished> {
        let epoch = claimed.epoch;
        let event = match done {
            Ok(output) => Event::Performed { epoch, output },
            Err(failure) => self.not_performed(epoch, failure)?,
        };
        Ok(match self.runs.happen(&claimed.id, event, None).await? {
            Happening::Refused(Refused::Stale) => Advanced::Superseded,
            _ => Advanced::Acted,
        })
    }

    fn not_performed(&self, epoch: u64, failure: StepFailure) -> Result<Event, Unfinished> {
        let share = self.runs.chance.share()?;
        Ok(Event::NotPerformed {
            epoch,
            failure,
            share,
        })
    }

    fn instead_of(&self, run: &Run) -> Option<Uuid> {
        let holder = run.work.lease.as_ref().map(|lease| lease.holder);
        holder.filter(|holder| self.is_alone && *holder != self.holder)
    }
}
