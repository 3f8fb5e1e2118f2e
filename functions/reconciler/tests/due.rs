//! What nobody was told of is told, once whoever made it due had time for it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use idwo_core::chance::Chance;
use idwo_core::clock::Clock;
use idwo_core::queue::{Queue, QueueFailure};
use idwo_core::workflow::{
    Happened, Kinds, Move, OnFailure, Runs, RunsFailure, Start, Step, Then, Workflow, kind,
};
use idwo_simulation::clock::TestClock;
use idwo_simulation::model::Model;
use jiff::SignedDuration;
use serde_json::{Value, json};
use uuid::Uuid;

struct Rest;

impl Workflow for Rest {
    const NAME: &'static str = "rest";
    const STEPS: &'static [Step<()>] = &[];
    const ON_FAILURE: OnFailure = OnFailure::Keep;
    const LIFE: Duration = Duration::from_secs(3600);
    type Hands = ();
    type Input = ();
    type State = ();

    fn begin((): ()) -> Move<()> {
        Move::to((), Then::Wait(Duration::ZERO))
    }

    fn next((): (), _: Happened<'_>) -> Move<()> {
        Move::to((), Then::End(Value::Null))
    }
}

/// Takes what it is sent, or loses it.
#[derive(Default)]
struct Told {
    messages: Mutex<Vec<String>>,
    is_down: Mutex<bool>,
}

impl Told {
    fn is_down(&self, is_down: bool) {
        *self.is_down.lock().unwrap() = is_down;
    }

    fn times(&self) -> usize {
        self.messages.lock().unwrap().len()
    }
}

#[async_trait]
impl Queue for Told {
    async fn send(&self, body: String, _: Duration) -> Result<(), QueueFailure> {
        if *self.is_down.lock().unwrap() {
            return Err(QueueFailure("down".into()));
        }
        self.messages.lock().unwrap().push(body);
        Ok(())
    }
}

#[tokio::test]
async fn a_run_whose_message_was_lost_is_told_of_after_half_a_minute() {
    let (clock, told) = (Arc::new(TestClock::default()), Arc::new(Told::default()));
    let now: Arc<dyn Clock> = clock.clone();
    let runs = Runs::new(
        Arc::new(Model::new(Arc::clone(&now))),
        told.clone(),
        now,
        Arc::new(Chance::seeded(1)),
        Kinds::of([kind::<Rest>(())]),
        Duration::from_secs(24 * 3600),
    );
    told.is_down(true);
    let started = runs.start(start()).await;
    assert!(matches!(started, Err(RunsFailure::Untold(_))));

    told.is_down(false);
    clock.advance(SignedDuration::from_secs(29));
    reconciler::reconcile(&runs).await.unwrap();
    assert_eq!(told.times(), 0);
    clock.advance(SignedDuration::from_secs(1));
    reconciler::reconcile(&runs).await.unwrap();
    assert_eq!(told.times(), 1);

    told.is_down(true);
    let failed = reconciler::reconcile(&runs).await;
    assert!(matches!(failed, Err(RunsFailure::Untold(_))));
}

fn start() -> Start {
    Start {
        tenant: "team".parse().unwrap(),
        entity: "rest-1".parse().unwrap(),
        kind: Rest::NAME.to_owned(),
        input: json!(null),
        correlation: Uuid::nil(),
        parent: None,
    }
}
