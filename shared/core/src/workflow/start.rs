//! How runs begin: once for an entity at a time, and again where one has failed.

use serde_json::Value;
use uuid::Uuid;

use super::event::What;
use super::id::{Entity, RunId, Tenant};
use super::json::misfit;
use super::kind::Kind;
use super::next::{Moment, Next, Turn, after};
use super::rows;
use super::run::{Doing, Left, Parent, Run, Status, Work};
use super::runs::{Loaded, Runs, RunsFailure};
use crate::store::StoreFailure;

/// How often a start is tried again when others start the same.
const RACES_MAX: usize = 5;

/// Largest input, in bytes of JSON.
const INPUT_BYTES_MAX: usize = 64 * 1024;

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    pub tenant: Tenant,
    pub entity: Entity,
    pub kind: String,
    pub input: Value,
    pub correlation: Uuid,
    pub parent: Option<Parent>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Started {
    New(Box<Loaded>),
    /// The same was asked for before, and is open; or, of a child, has ended since.
    Known(Box<Loaded>),
    /// Something else was asked for before, and is open.
    Conflict {
        open: Box<Loaded>,
    },
    /// What is wrong with the input, or with what should be tried again.
    Refused(String),
}

impl Runs {
    /// Starts what is asked for, unless it is under way. Asked again, it starts nothing twice.
    pub async fn start(&self, start: Start) -> Result<Started, RunsFailure> {
        for _ in 0..RACES_MAX {
            let newest = self.newest(&start.tenant, &start.entity).await?;
            if let Some(newest) = &newest
                && let Some(known) = known(newest, &start)
            {
                // Whoever started it may have died before the workers were told.
                self.tell(&newest.run).await?;
                return Ok(known);
            }
            let attempt = newest.map_or(0, |newest| newest.run.id.attempt) + 1;
            if let Some(what) = misfit(&start.input, INPUT_BYTES_MAX) {
                return Ok(Started::Refused(format!("its input: {what}")));
            }
            let next = match self.first(&start, attempt) {
                Ok(next) => next?,
                Err(what) => return Ok(Started::Refused(what)),
            };
            if let Some(loaded) = self.begin(next).await? {
                return Ok(Started::New(Box::new(loaded)));
            }
        }
        Err(RunsFailure::Contended)
    }

    /// A new attempt that goes on where the last one has failed, if that took nothing back.
    pub async fn retry(
        &self,
        tenant: &Tenant,
        entity: &Entity,
        correlation: Uuid,
    ) -> Result<Started, RunsFailure> {
        let Some(last) = self.newest(tenant, entity).await? else {
            return Ok(Started::Refused("there is no such workflow".to_owned()));
        };
        let failed = match failed_step(&last.run) {
            Ok(failed) => failed,
            Err(why) => return Ok(Started::Refused(why.to_owned())),
        };
        let next = self.again(&last.run, failed, correlation)?;
        match self.begin(next).await? {
            Some(loaded) => Ok(Started::New(Box::new(loaded))),
            None => Err(RunsFailure::Contended),
        }
    }

    /// `None` where somebody else has begun the same attempt.
    async fn begin(&self, next: Next) -> Result<Option<Loaded>, RunsFailure> {
        match self.write(rows::inserted(&next)?).await {
            Ok(()) => {}
            Err(StoreFailure::Conflict { .. }) => return Ok(None),
            Err(other) => return Err(other.into()),
        }
        self.tell(&next.run).await?;
        Ok(Some(Loaded {
            run: next.run,
            version: 1,
        }))
    }

    fn first(&self, start: &Start, attempt: u32) -> Result<Result<Next, RunsFailure>, String> {
        let Some(kind) = self.kinds.named(&start.kind) else {
            return Ok(Err(RunsFailure::UnknownKind(start.kind.clone())));
        };
        let first = kind.begin(&start.input)?;
        let moment = self.moment(start.correlation);
        Ok(self
            .blank(start, attempt, kind.as_ref(), moment)
            .map(|run| {
                let mut turn = Turn::of(kind.as_ref(), run, moment);
                turn.record(What::Started);
                turn.go(Ok(first));
                turn.taken()
            }))
    }

    fn again(
        &self,
        last: &Run,
        (step, doing): (&str, &Doing),
        correlation: Uuid,
    ) -> Result<Next, RunsFailure> {
        let kind = self.kind_of(last)?;
        let moment = self.moment(correlation);
        let start = Start {
            tenant: last.id.tenant.clone(),
            entity: last.id.entity.clone(),
            kind: last.kind.clone(),
            input: last.input.clone(),
            correlation,
            parent: None,
        };
        let blank = self.blank(&start, last.id.attempt + 1, kind.as_ref(), moment)?;
        let run = Run {
            state: last.state.clone(),
            doing: doing.clone(),
            begun: last.begun.clone(),
            heard: last.heard.clone(),
            ordinals: last.ordinals,
            hears_since: last.hears_since,
            epoch: last.epoch,
            ..blank
        };
        let mut turn = Turn::of(kind.as_ref(), run, moment);
        let from_step = step.to_owned();
        turn.record(What::StartedAgain { from_step });
        turn.wake();
        Ok(turn.taken())
    }

    fn blank(
        &self,
        start: &Start,
        attempt: u32,
        kind: &dyn Kind,
        Moment { now, correlation }: Moment,
    ) -> Result<Run, RunsFailure> {
        Ok(Run {
            id: RunId {
                tenant: start.tenant.clone(),
                entity: start.entity.clone(),
                attempt,
            },
            uid: self.chance.id(now)?,
            kind: start.kind.clone(),
            input: start.input.clone(),
            correlation,
            parent: start.parent.clone(),
            status: Status::Running,
            state: Value::Null,
            doing: Doing::Nothing,
            work: Work::default(),
            begun: Vec::new(),
            children: Vec::new(),
            heard: Vec::new(),
            hears_since: attempt,
            stop: None,
            failed: None,
            outcome: None,
            ordinals: 0,
            records: 0,
            notes: 0,
            epoch: 0,
            started_at: now,
            changed_at: now,
            ends_by: after(now, kind.life()),
            kept_until: after(now, kind.life().saturating_add(self.kept)),
        })
    }

    fn moment(&self, correlation: Uuid) -> Moment {
        let now = self.clock.now();
        Moment { now, correlation }
    }
}

/// What is there already of what is asked for.
fn known(newest: &Loaded, start: &Start) -> Option<Started> {
    let run = &newest.run;
    let newest = || Box::new(newest.clone());
    if run.parent.is_some() && run.parent == start.parent {
        return Some(Started::Known(newest()));
    }
    if run.status.has_ended() {
        return None;
    }
    // Of another parent, or of none, it is somebody else's.
    let is_same = run.parent == start.parent && run.kind == start.kind && run.input == start.input;
    Some(if is_same {
        Started::Known(newest())
    } else {
        Started::Conflict { open: newest() }
    })
}

fn failed_step(last: &Run) -> Result<(&str, &Doing), &'static str> {
    if !last.status.has_ended() {
        return Err("it has not ended");
    }
    if last.parent.is_some() {
        return Err("it is a part of another: try that again");
    }
    if last.status != Status::Failed {
        return Err("it has not failed");
    }
    let Some(doing @ Doing::Step { step, .. }) = &last.failed else {
        return Err("it has not failed at a step");
    };
    let is_taken_back = |left| matches!(left, Left::Undone | Left::Stuck);
    if last.begun.iter().any(|begun| is_taken_back(begun.left)) {
        return Err("what it did was taken back: start it again from the beginning");
    }
    Ok((step, doing))
}
