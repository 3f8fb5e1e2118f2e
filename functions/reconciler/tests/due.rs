//! What nobody was told of is told, once whoever made it due had time for it.

use std::time::Duration;

use idwo_core::workflow::{
    Happened, Kinds, Move, OnFailure, RunsFailure, Step, Then, Workflow, kind,
};
use idwo_simulation::office::Office;
use jiff::SignedDuration;
use serde_json::Value;

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

#[tokio::test]
async fn a_run_whose_message_was_lost_is_told_of_after_half_a_minute() {
    let office = Office::open(Kinds::of([kind::<Rest>(())]));
    let (runs, told) = (&office.runs, &office.inbox);
    told.is_down(true);
    let start = Office::asked("rest-1", Rest::NAME, Value::Null).unwrap();
    let started = runs.start(start).await;
    assert!(matches!(started, Err(RunsFailure::Untold(_))));

    told.is_down(false);
    office.clock.advance(SignedDuration::from_secs(29));
    reconciler::reconcile(runs).await.unwrap();
    assert_eq!(told.len(), 0);
    office.clock.advance(SignedDuration::from_secs(1));
    reconciler::reconcile(runs).await.unwrap();
    assert_eq!(told.len(), 1);

    told.is_down(true);
    let failed = reconciler::reconcile(runs).await;
    assert!(matches!(failed, Err(RunsFailure::Untold(_))));
}
