//! Who comes between a worker and the steps that it performs.

use std::collections::BTreeSet;
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use idwo_core::workflow::{
    Again, Call, Happened, Kind, Marker, Move, OnFailure, RunId, StepFailure, Terms,
};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// What happens on the way; acts and turns are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Disturbance {
    None,
    /// The worker dies when the act is done, and has told nobody.
    DeathAfter {
        act: usize,
    },
    /// Each message is taken by two workers at once, and each fact is told twice.
    Doubled,
    Refused {
        act: usize,
        of: Refusal,
        undos_die: bool,
    },
    Cancelled {
        turn: usize,
        undos_die: bool,
    },
}

/// What an act that is refused for good has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Undone,
    /// All of it: it is refused all the same.
    Done,
}

#[derive(Debug)]
pub(super) struct Meddler {
    disturbance: Disturbance,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    acts: usize,
    refused: Option<RunId>,
    /// Those after whose taking back a worker has died.
    died_undoing: BTreeSet<Marker>,
    has_died: bool,
}

impl Meddler {
    pub(super) fn new(disturbance: Disturbance) -> Arc<Self> {
        let seen = Mutex::default();
        Arc::new(Self { disturbance, seen })
    }

    pub(super) fn between(self: &Arc<Self>, kind: Arc<dyn Kind>) -> Arc<dyn Kind> {
        let meddler = self.clone();
        Arc::new(Meddled { kind, meddler })
    }

    /// `None` where the worker dies at it.
    pub(super) async fn survives<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if std::mem::take(&mut self.seen().has_died) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    pub(super) fn acts(&self) -> usize {
        self.seen().acts
    }

    /// The run whose step was refused.
    pub(super) fn refused(&self) -> Option<RunId> {
        self.seen().refused.clone()
    }

    fn next_act(&self) -> usize {
        let mut seen = self.seen();
        seen.acts += 1;
        seen.acts - 1
    }

    fn refusal(&self, nth: usize) -> Option<Refusal> {
        match self.disturbance {
            Disturbance::Refused { act, of, .. } if act == nth => Some(of),
            _ => None,
        }
    }

    fn refuse(&self, call: &Call) -> StepFailure {
        self.seen().refused = Some(call.run.clone());
        StepFailure::new("it is refused", Again::Pointless)
    }

    /// Once for each.
    fn dies_undoing(&self, marker: &Marker) -> bool {
        let undos_die = matches!(
            self.disturbance,
            Disturbance::Refused {
                undos_die: true,
                ..
            } | Disturbance::Cancelled {
                undos_die: true,
                ..
            }
        );
        undos_die && self.seen().died_undoing.insert(marker.clone())
    }

    async fn die<T>(&self) -> T {
        self.seen().has_died = true;
        pending().await
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Meddled {
    kind: Arc<dyn Kind>,
    meddler: Arc<Meddler>,
}

#[async_trait]
impl Kind for Meddled {
    fn name(&self) -> &'static str {
        self.kind.name()
    }

    fn on_failure(&self) -> OnFailure {
        self.kind.on_failure()
    }

    fn life(&self) -> Duration {
        self.kind.life()
    }

    fn terms(&self, step: &str) -> Option<Terms> {
        self.kind.terms(step)
    }

    fn begin(&self, input: &Value) -> Result<Move<Value>, String> {
        self.kind.begin(input)
    }

    fn next(&self, state: &Value, happened: Happened<'_>) -> Result<Move<Value>, String> {
        self.kind.next(state, happened)
    }

    fn questions(&self, state: &Value, until: Timestamp) -> Map<String, Value> {
        self.kind.questions(state, until)
    }

    async fn act(&self, call: &Call) -> Result<Value, StepFailure> {
        let nth = self.meddler.next_act();
        let refusal = self.meddler.refusal(nth);
        if refusal == Some(Refusal::Undone) {
            return Err(self.meddler.refuse(call));
        }
        let done = self.kind.act(call).await;
        if refusal == Some(Refusal::Done) {
            return Err(self.meddler.refuse(call));
        }
        if self.meddler.disturbance == (Disturbance::DeathAfter { act: nth }) {
            return self.meddler.die().await;
        }
        done
    }

    async fn find(&self, call: &Call) -> Result<Option<Value>, StepFailure> {
        self.kind.find(call).await
    }

    async fn undo(&self, call: &Call) -> Result<(), StepFailure> {
        let undone = self.kind.undo(call).await;
        if self.meddler.dies_undoing(&call.marker) {
            return self.meddler.die().await;
        }
        undone
    }
}
