//! What somebody who wants to break durable work can do to it: each of these did, once.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures::executor::block_on;
use idwo_core::chance::Chance;
use idwo_core::queue::{Queue, QueueFailure};
use idwo_core::workflow::{
    Act, Acting, Again, Call, Child, Due, Event, Fact, Happened, Happening, Kinds, Move, OnFailure,
    Refused, Retry, Run, RunId, Runs, RunsFailure, Start, Started, Status, Step, StepFailure, Then,
    Worker, Workflow, kind, sweep,
};
use idwo_simulation::clock::TestClock;
use idwo_simulation::model::Model;
use jiff::SignedDuration;
use serde_json::{Value, json};
use uuid::Uuid;

#[derive(Default)]
struct World {
    acts: Mutex<Vec<String>>,
    undos: Mutex<Vec<String>>,
}
type Hands = Arc<World>;

struct Any<const KEEP: bool>;

const fn step(
    name: &'static str,
    act: Act<Hands, Value>,
    undo: Option<Act<Hands, ()>>,
) -> Step<Hands> {
    Step {
        name,
        act,
        find: None,
        undo,
        retry: Retry::OF_A_SERVICE,
        within: Duration::from_secs(10),
    }
}
fn fine<'a>(w: &'a Hands, c: &'a Call) -> Acting<'a, Value> {
    Box::pin(async {
        w.acts.lock().unwrap().push(format!("{} {}", c.run, c.step));
        Ok(json!("fine"))
    })
}
fn failing<'a>(_: &'a Hands, _: &'a Call) -> Acting<'a, Value> {
    Box::pin(async { Err(StepFailure::new("no such thing", Again::Pointless)) })
}
fn undo<'a>(w: &'a Hands, c: &'a Call) -> Acting<'a, ()> {
    Box::pin(async {
        w.undos
            .lock()
            .unwrap()
            .push(format!("{} {}", c.run, c.step));
        Ok(())
    })
}
fn undo_much_later<'a>(_: &'a Hands, _: &'a Call) -> Acting<'a, ()> {
    Box::pin(async {
        Err(StepFailure::new(
            "busy",
            Again::After(Duration::from_secs(400 * 24 * 3600)),
        ))
    })
}

impl<const KEEP: bool> Workflow for Any<KEEP> {
    const NAME: &'static str = if KEEP { "keep" } else { "undo" };
    const STEPS: &'static [Step<Hands>] = &[
        step("fine", fine, None),
        step("failing", failing, None),
        step("undoable", fine, Some(undo)),
        step("later", fine, Some(undo_much_later)),
    ];
    const ON_FAILURE: OnFailure = if KEEP {
        OnFailure::Keep
    } else {
        OnFailure::Undo
    };
    const LIFE: Duration = Duration::from_secs(30 * 24 * 3600);
    type Hands = Hands;
    type Input = VecDeque<Value>;
    type State = VecDeque<Value>;
    fn begin(moves: VecDeque<Value>) -> Move<VecDeque<Value>> {
        following(moves)
    }
    fn next(moves: VecDeque<Value>, _: Happened<'_>) -> Move<VecDeque<Value>> {
        following(moves)
    }
}
fn name_of(v: &Value) -> &'static str {
    match v.as_str().unwrap() {
        "fine" => "fine",
        "failing" => "failing",
        "undoable" => "undoable",
        "later" => "later",
        "keep" => "keep",
        "undo" => "undo",
        "nowhere" => "nowhere",
        other => panic!("{other}"),
    }
}
fn following(mut moves: VecDeque<Value>) -> Move<VecDeque<Value>> {
    let Some(m) = moves.pop_front() else {
        return Move::to(moves, Then::End(Value::Null));
    };
    let then = if let Some(s) = m.get("step") {
        Then::Step {
            name: name_of(s),
            input: m.get("input").map_or(Value::Null, |b| {
                json!("x".repeat(b.as_u64().unwrap() as usize))
            }),
        }
    } else if let Some(w) = m.get("wait") {
        Then::Wait(Duration::from_secs(w.as_u64().unwrap()))
    } else if let Some(w) = m.get("listen") {
        Then::Callback(Duration::from_secs(w.as_u64().unwrap()))
    } else if let Some(c) = m.get("children") {
        let child = |c: &Value| Child {
            kind: name_of(&c["kind"]),
            input: c["input"].clone(),
        };
        Then::Children(c.as_array().unwrap().iter().map(child).collect())
    } else if let Some(e) = m.get("end") {
        Then::End(json!("x".repeat(e.as_u64().unwrap() as usize)))
    } else {
        Then::Fail("asked to".to_owned())
    };
    Move::to(moves, then)
}

#[derive(Default)]
struct Inbox(
    Mutex<Vec<(String, jiff::Timestamp)>>,
    Mutex<Option<Arc<TestClock>>>,
);
#[async_trait]
impl Queue for Inbox {
    async fn send(&self, body: String, delay: Duration) -> Result<(), QueueFailure> {
        use idwo_core::clock::Clock;
        let now = self.1.lock().unwrap().as_ref().unwrap().now();
        self.0.lock().unwrap().push((body, now + delay));
        Ok(())
    }
}

struct Office {
    clock: Arc<TestClock>,
    inbox: Arc<Inbox>,
    runs: Arc<Runs>,
    worker: Worker,
    world: Hands,
    model: Arc<Model>,
    dead: Mutex<usize>,
}

impl Office {
    fn open() -> Self {
        Self::kept(Duration::from_secs(90 * 24 * 3600))
    }
    fn kept(kept: Duration) -> Self {
        let clock = Arc::new(TestClock::default());
        let inbox = Arc::new(Inbox::default());
        *inbox.1.lock().unwrap() = Some(clock.clone());
        let world = Hands::default();
        let model = Arc::new(Model::new(clock.clone()));
        let kinds = Kinds::of([
            kind::<Any<true>>(world.clone()),
            kind::<Any<false>>(world.clone()),
        ]);
        let runs = Arc::new(Runs::new(
            model.clone(),
            inbox.clone(),
            clock.clone(),
            Arc::new(Chance::seeded(1)),
            kinds,
            kept,
        ));
        let worker = Worker::new(runs.clone(), Uuid::from_u128(1));
        Self {
            clock,
            inbox,
            runs,
            worker,
            world,
            model,
            dead: Mutex::default(),
        }
    }
    fn start(&self, entity: &str, kind: &str, moves: Value) -> Started {
        block_on(self.runs.start(asked(entity, kind, moves))).unwrap()
    }
    fn begun(&self, entity: &str, kind: &str, moves: Value) -> RunId {
        match self.start(entity, kind, moves) {
            Started::New(l) => l.run.id,
            o => panic!("{o:?}"),
        }
    }
    /// What is visible now, once each; dead or failing messages are redelivered as SQS does, and die.
    fn work_once(&self) -> usize {
        use idwo_core::clock::Clock;
        let now = self.clock.now();
        let mut all = self.inbox.0.lock().unwrap();
        let (due, later): (Vec<_>, Vec<_>) = all.drain(..).partition(|(_, at)| *at <= now);
        *all = later;
        drop(all);
        let n = due.len();
        for (message, _) in due {
            if (0..5).all(|_| block_on(self.worker.take(&message)).is_err()) {
                *self.dead.lock().unwrap() += 1;
            }
        }
        n
    }
    /// Works for a time, in seconds, sweeping each minute.
    fn go_on(&self, seconds: i64) {
        for s in 0..seconds {
            while self.work_some() {}
            self.clock.advance(SignedDuration::from_secs(1));
            if s % 60 == 59 {
                let _ = block_on(sweep(&self.runs, Due::For(Duration::from_secs(30)), 100));
            }
        }
    }
    fn work_some(&self) -> bool {
        self.work_once() > 0
    }
    fn leap(&self, days: i64) {
        self.clock.advance(SignedDuration::from_hours(24 * days));
        self.go_on(300);
    }
    fn run(&self, id: &RunId) -> Run {
        block_on(self.runs.get(id)).unwrap().unwrap().run
    }
    fn ended(&self, id: &RunId) {
        let run = self.run(id);
        assert!(run.status.has_ended(), "{} {:?}", run.id, run.doing);
    }
    fn tell(&self, id: &RunId, fact: &str, with: Value) -> Result<Happening, RunsFailure> {
        let fact = Fact {
            id: fact.to_owned(),
            name: fact.to_owned(),
            with,
        };
        block_on(self.runs.happen(id, Event::Called(fact), None))
    }
    fn cancel(&self, id: &RunId) -> Result<Happening, RunsFailure> {
        block_on(
            self.runs
                .happen(id, Event::CancelAsked { by: "ann".into() }, None),
        )
    }
}
fn asked(entity: &str, kind: &str, moves: Value) -> Start {
    Start {
        tenant: "team".parse().unwrap(),
        entity: entity.parse().unwrap(),
        kind: kind.to_owned(),
        input: moves,
        correlation: Uuid::from_u128(7),
        parent: None,
    }
}

#[test]
fn a_child_of_a_kind_that_nobody_knows_has_failed() {
    let o = Office::open();
    let id = o.begun(
        "p",
        "keep",
        json!([{"children":[{"kind":"nowhere","input":[]}]}]),
    );
    o.go_on(300);
    o.cancel(&id).unwrap();
    o.leap(31);
    o.ended(&id);
}

#[test]
fn a_fact_that_nobody_could_read_again_is_refused() {
    let o = Office::open();
    let id = o.begun("p", "keep", json!([{"step":"fine"},{"listen":10}]));
    let deep = format!("{}{}", "[".repeat(126), "]".repeat(126));
    let deep: Value = serde_json::from_str(&deep).unwrap();
    let told = o.tell(&id, "x", deep).unwrap();
    assert_eq!(told, Happening::Refused(Refused::TooLarge));
    assert_eq!(block_on(o.runs.recent(&id.tenant, 10)).unwrap().len(), 1);
    o.go_on(120);
    o.ended(&id);
}

#[test]
fn a_fact_that_counted_before_counts_no_more_after_another_try() {
    let o = Office::open();
    let id = o.begun(
        "p",
        "keep",
        json!([{"step":"failing"},{"listen":10},{"listen":10}]),
    );
    o.tell(&id, "x", Value::Null).unwrap();
    o.go_on(5);
    let Started::New(again) = block_on(o.runs.retry(&id.tenant, &id.entity, Uuid::nil())).unwrap()
    else {
        panic!()
    };
    assert_eq!(again.run.heard.len(), 1);
    assert_eq!(
        o.tell(&again.run.id, "x", Value::Null).unwrap(),
        Happening::HeardBefore
    );
}

#[test]
fn a_stranger_with_a_childs_name_is_no_child() {
    let o = Office::open();
    let other = o.begun("p.1.1.0", "keep", json!([{"wait": 100 * 24 * 3600}]));
    let id = o.begun(
        "p",
        "keep",
        json!([{"children":[{"kind":"keep","input":[{"wait": 100 * 24 * 3600}]}]}]),
    );
    o.go_on(60);
    o.cancel(&id).unwrap();
    o.go_on(300);
    o.leap(31);
    o.ended(&id);
    assert_ne!(
        o.run(&other).status,
        Status::Cancelled,
        "the stranger goes on"
    );
}

#[test]
fn a_child_is_stopped_whichever_attempt_of_its_name_it_is() {
    let o = Office::open();
    o.begun("p.1.1.0", "keep", json!([]));
    let id = o.begun(
        "p",
        "keep",
        json!([{"children":[{"kind":"keep","input":[{"wait": 20 * 24 * 3600},{"step":"fine"}]}]}]),
    );
    o.go_on(60);
    o.cancel(&id).unwrap();
    o.go_on(300);
    let child = RunId {
        tenant: id.tenant.clone(),
        entity: "p.1.1.0".parse().unwrap(),
        attempt: 2,
    };
    o.ended(&child);
}

#[test]
fn attempts_that_are_counted_from_one_again_are_not_mixed_up() {
    // All is kept for a day after the longest life. The child began 29 days after its parent, and outlasts it.
    let o = Office::kept(Duration::from_secs(24 * 3600));
    let moves =
        json!([{"wait": 29 * 24 * 3600}, {"children":[{"kind":"keep","input":[{"step":"fine"}]}]}]);
    let id = o.begun("p", "keep", moves);
    o.leap(29);
    o.ended(&id);
    o.leap(3);
    assert!(block_on(o.runs.get(&id)).unwrap().is_none());
    let moves = json!([{"wait": 1}, {"children":[{"kind":"keep","input":[{"step":"fine"}]}]}]);
    let id = o.begun("p", "keep", moves);
    o.go_on(60);
    o.leap(30);
    o.ended(&id);
}

#[test]
fn runs_that_are_stuck_hide_no_other_from_a_sweep() {
    let o = Office::open();
    for n in 0..100 {
        o.begun(
            &format!("stuck-{n}"),
            "keep",
            json!([{"children":[{"kind":"nowhere","input":[]}]}]),
        );
    }
    o.go_on(10);
    let good = o.begun("good", "keep", json!([{"step":"fine"}]));
    o.inbox.0.lock().unwrap().clear(); // its message is lost
    o.go_on(3600);
    o.ended(&good);
}

#[test]
fn a_run_that_was_cancelled_is_not_tried_again() {
    let o = Office::open();
    let id = o.begun("p", "keep", json!([{"step":"failing"}]));
    let until = jiff::Timestamp::MAX;
    block_on(o.runs.happen(
        &id,
        Event::Claimed {
            holder: Uuid::nil(),
            until,
            instead_of: None,
        },
        None,
    ))
    .unwrap();
    o.cancel(&id).unwrap();
    block_on(o.runs.happen(
        &id,
        Event::NotPerformed {
            epoch: 1,
            failure: StepFailure::new("x", Again::Soon),
            share: 0.0,
        },
        None,
    ))
    .unwrap();
    assert_eq!(o.run(&id).status, Status::Cancelled);
    let again = block_on(o.runs.retry(&id.tenant, &id.entity, Uuid::nil())).unwrap();
    assert!(
        matches!(again, Started::Refused(_)),
        "a cancelled run goes on"
    );
}

#[test]
fn a_step_that_is_no_longer_in_the_table_is_said_to_be_left() {
    // old code has an undoable step, new code does not know it
    let o = Office::open();
    let id = o.begun("p", "undo", json!([{"step":"undoable"},{"listen":3600}]));
    o.go_on(5);
    // simulate rename
    struct New;
    impl Workflow for New {
        const NAME: &'static str = "undo";
        const STEPS: &'static [Step<Hands>] = &[];
        const ON_FAILURE: OnFailure = OnFailure::Undo;
        const LIFE: Duration = Duration::from_secs(30 * 24 * 3600);
        type Hands = Hands;
        type Input = VecDeque<Value>;
        type State = VecDeque<Value>;
        fn begin(m: VecDeque<Value>) -> Move<VecDeque<Value>> {
            following(m)
        }
        fn next(m: VecDeque<Value>, _: Happened<'_>) -> Move<VecDeque<Value>> {
            following(m)
        }
    }
    let runs = Arc::new(Runs::new(
        o.model.clone(),
        o.inbox.clone(),
        o.clock.clone(),
        Arc::new(Chance::seeded(3)),
        Kinds::of([kind::<New>(o.world.clone())]),
        Duration::from_secs(9),
    ));
    block_on(runs.happen(&id, Event::CancelAsked { by: "x".into() }, None)).unwrap();
    let run = o.run(&id);
    assert!(
        run.left_over().count() == 1 || run.status == Status::Undoing,
        "nobody is told that it stayed"
    );
}

#[test]
fn a_state_that_this_version_cannot_read_is_left_to_another() {
    let o = Office::open();
    let id = o.begun(
        "p",
        "undo",
        json!([{"step":"undoable"},{"listen":3600},{"end":1}]),
    );
    o.go_on(5);
    struct Newer;
    impl Workflow for Newer {
        const NAME: &'static str = "undo";
        const STEPS: &'static [Step<Hands>] = <Any<false> as Workflow>::STEPS;
        const ON_FAILURE: OnFailure = OnFailure::Undo;
        const LIFE: Duration = Duration::from_secs(30 * 24 * 3600);
        type Hands = Hands;
        type Input = VecDeque<Value>;
        type State = u32;
        fn begin(_: VecDeque<Value>) -> Move<u32> {
            unreachable!()
        }
        fn next(_: u32, _: Happened<'_>) -> Move<u32> {
            unreachable!()
        }
    }
    let runs = Arc::new(Runs::new(
        o.model.clone(),
        o.inbox.clone(),
        o.clock.clone(),
        Arc::new(Chance::seeded(3)),
        Kinds::of([kind::<Newer>(o.world.clone())]),
        Duration::from_secs(9),
    ));
    let fact = Fact {
        id: "x".into(),
        name: "x".into(),
        with: Value::Null,
    };
    let told = block_on(runs.happen(&id, Event::Called(fact), None));
    assert!(matches!(told, Err(RunsFailure::Unfit(_))));
    let run = o.run(&id);
    assert_eq!(run.status, Status::Running, "{:?}", run.stop);
}
#[test]
fn children_whose_ends_are_large_fail_themselves() {
    let o = Office::open();
    for n in [15, 16, 17, 20] {
        let child = json!({"kind":"keep","input":[{"end":25_000}]});
        let id = o.begun(
            &format!("p-{n}"),
            "keep",
            json!([{"children": vec![child; n]}]),
        );
        o.go_on(600);
        o.ended(&id);
    }
}

#[test]
fn a_long_name_of_who_cancels_is_cut() {
    let o = Office::open();
    let id = o.begun("p", "keep", json!([{"wait": 100}]));
    assert_ne!(o.run(&id).status, Status::Failed);
}
