//! Runs as whoever starts, tells, stops and looks at them sees them.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use futures::executor::block_on;
use idwo_core::chance::Chance;
use idwo_core::clock::Clock;
use idwo_core::workflow::{
    Acting, Advanced, Call, Census, Due, Effects, Event, Fact, Happened, Happening, Kinds, Move,
    OnFailure, Open, Outcome, Refused, Retry, RunId, Runs, RunsFailure, Start, Started, Status,
    Step, Tenant, Then, What, Workflow, census, is_still, kind, sweep,
};
use idwo_simulation::model::Model;
use idwo_simulation::office::Office;
use jiff::SignedDuration;
use serde_json::{Value, json};
use uuid::Uuid;

const DAYS_90: Duration = Duration::from_secs(90 * 24 * 3600);

/// Takes a step for each letter of its input: `s`tep, `f`ailing one, `b`ig one, `w`ait of a day, `l`isten; `sg` grows, `o` goes
/// round in circles.
struct Letters;

const fn step(name: &'static str, act: idwo_core::workflow::Act<(), Value>) -> Step<()> {
    Step {
        name,
        act,
        find: None,
        undo: None,
        retry: Retry::OF_A_SERVICE,
        within: Duration::from_secs(10),
    }
}

fn fine<'a>((): &'a (), _: &'a Call) -> Acting<'a, Value> {
    Box::pin(async { Ok(json!("fine")) })
}

fn failing<'a>((): &'a (), _: &'a Call) -> Acting<'a, Value> {
    use idwo_core::workflow::{Again, StepFailure};
    Box::pin(async { Err(StepFailure::new("no such thing", Again::Pointless)) })
}

fn big<'a>((): &'a (), _: &'a Call) -> Acting<'a, Value> {
    Box::pin(async { Ok(json!("x".repeat(113 * 1024))) })
}

impl Workflow for Letters {
    const NAME: &'static str = "letters";
    const STEPS: &'static [Step<()>] = &[
        step("fine", fine),
        step("failing", failing),
        step("big", big),
    ];
    const ON_FAILURE: OnFailure = OnFailure::Keep;
    const LIFE: Duration = Duration::from_secs(30 * 24 * 3600);

    type Hands = ();
    type Input = String;
    type State = VecDeque<char>;

    fn begin(letters: String) -> Move<VecDeque<char>> {
        following(letters.chars().collect())
    }

    fn next(letters: VecDeque<char>, _: Happened<'_>) -> Move<VecDeque<char>> {
        following(letters)
    }
}

fn following(mut letters: VecDeque<char>) -> Move<VecDeque<char>> {
    let perform = |name| Then::Step {
        name,
        input: Value::Null,
    };
    let then = match letters.pop_front() {
        Some('s') => perform("fine"),
        Some('f') => perform("failing"),
        Some('b') => perform("big"),
        Some('w') => Then::Wait(Duration::from_secs(24 * 3600)),
        Some('l') => Then::Callback(Duration::from_secs(3600)),
        // Grows beyond what can be kept.
        Some('g') => {
            letters.extend(std::iter::repeat_n('s', 400_000));
            Then::Wait(Duration::from_secs(1))
        }
        Some('o') => {
            letters.push_front('o');
            Then::Children(Vec::new())
        }
        _ => Then::End(json!("read")),
    };
    Move::to(letters, then)
}

struct Team(Office);

impl Deref for Team {
    type Target = Office;

    fn deref(&self) -> &Office {
        &self.0
    }
}

impl Team {
    fn open() -> Self {
        Self(Office::open(Kinds::of([kind::<Letters>(())])))
    }

    fn start(&self, entity: &str, letters: &str) -> Started {
        block_on(self.runs.start(asked(entity, letters))).unwrap()
    }

    fn begun(&self, entity: &str, letters: &str) -> RunId {
        match self.start(entity, letters) {
            Started::New(loaded) => loaded.run.id,
            other => panic!("{other:?}"),
        }
    }

    fn work(&self) {
        block_on(self.0.work()).unwrap();
    }

    fn status(&self, id: &RunId) -> Status {
        block_on(self.runs.get(id)).unwrap().unwrap().run.status
    }

    fn tell(&self, id: &RunId, fact: &str) -> Happening {
        let fact = Fact {
            id: fact.to_owned(),
            name: fact.to_owned(),
            with: Value::Null,
        };
        block_on(self.runs.happen(id, Event::Called(fact), None)).unwrap()
    }

    fn told(&self, id: &RunId) -> Vec<What> {
        let history = block_on(self.runs.history(id)).unwrap();
        history.into_iter().map(|record| record.what).collect()
    }
}

fn tenant(name: &str) -> Tenant {
    name.parse().unwrap()
}

fn asked(entity: &str, letters: &str) -> Start {
    Office::asked(entity, Letters::NAME, json!(letters)).unwrap()
}

fn cancel() -> Event {
    let by = "ann".to_owned();
    Event::CancelAsked { by }
}

#[test]
fn starting_again_while_it_is_open_gives_the_open_one() {
    let office = Team::open();
    let id = office.begun("pr-1", "sl");
    match office.start("pr-1", "sl") {
        Started::Known(loaded) => assert_eq!(loaded.run.id, id),
        other => panic!("{other:?}"),
    }
    match office.start("pr-1", "ss") {
        Started::Conflict { open } => assert_eq!(open.run.input, json!("sl")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn starting_again_after_it_has_ended_is_a_new_attempt() {
    let office = Team::open();
    let first = office.begun("pr-1", "s");
    office.work();
    assert_eq!(office.status(&first), Status::Done);
    let second = office.begun("pr-1", "s");
    assert_eq!((first.attempt, second.attempt), (1, 2));
    let team = tenant("team");
    let newest = block_on(office.runs.newest(&team, &first.entity))
        .unwrap()
        .unwrap();
    assert_eq!(newest.run.id, second);
    assert_eq!(
        office.status(&first),
        Status::Done,
        "the first is as it was"
    );
}

#[test]
fn another_tenants_workflow_is_not_found() {
    let office = Team::open();
    let id = office.begun("pr-1", "l");
    let [team, others] = ["team", "others"].map(tenant);
    let foreign = RunId {
        tenant: others.clone(),
        ..id.clone()
    };
    let runs = &office.runs;
    assert_eq!(block_on(runs.get(&foreign)).unwrap(), None);
    assert_eq!(block_on(runs.newest(&others, &id.entity)).unwrap(), None);
    assert_eq!(block_on(runs.recent(&others, 10)).unwrap().len(), 0);
    assert_eq!(block_on(runs.history(&foreign)).unwrap().len(), 0);
    assert_eq!(office.tell(&foreign, "x"), Happening::NoSuchRun);
    assert_eq!(block_on(runs.recent(&team, 10)).unwrap().len(), 1);
    // Names that would read the same without their borders.
    let near = tenant("team-entity");
    assert_eq!(block_on(runs.recent(&near, 10)).unwrap().len(), 0);
}

#[test]
fn runs_of_the_last_hour_are_told_from_older_ones_and_from_others() {
    let office = Team::open();
    office.begun("old", "l");
    let hour = SignedDuration::from_hours(1);
    office.clock.advance(hour + SignedDuration::from_secs(1));
    let new = ["pr-1", "pr-2"].map(|entity| office.begun(entity, "l"));
    let since = office.clock.now().checked_sub(hour).unwrap();
    let begun = |team, most| block_on(office.runs.begun_since(&tenant(team), since, most)).unwrap();
    let [first, last] = new;
    assert_eq!(begun("team", 1).first(), Some(&last));
    let mut both = begun("team", 10);
    both.sort_by(|a, b| a.entity.as_str().cmp(b.entity.as_str()));
    assert_eq!(both, [first, last]);
    assert_eq!(begun("others", 10), []);
}

#[test]
fn input_that_cannot_be_read_is_refused_and_nothing_is_started() {
    let office = Team::open();
    let start = Start {
        input: json!({ "letters": 1 }),
        ..asked("pr-1", "")
    };
    match block_on(office.runs.start(start)).unwrap() {
        Started::Refused(why) => assert!(why.contains("expected a string"), "{why}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(
        block_on(office.runs.recent(&tenant("team"), 10))
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn a_wait_of_a_day_needs_nobody_until_it_is_over() {
    let office = Team::open();
    let id = office.begun("pr-1", "sws");
    office.work();
    let soon = || {
        block_on(sweep(&office.runs, Due::For(Duration::ZERO), 10))
            .unwrap()
            .told
    };
    assert_eq!(soon(), 0);
    office.clock.advance(SignedDuration::from_hours(23));
    assert_eq!(soon(), 0);
    office.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(soon(), 1);
    office.work();
    assert_eq!(office.status(&id), Status::Done);
}

#[test]
fn a_sweep_tells_of_no_more_than_it_may_and_says_so() {
    let office = Team::open();
    for n in 0..5 {
        office.begun(&format!("pr-{n}"), "s");
    }
    while office.inbox.next().is_some() {}
    let swept = block_on(sweep(&office.runs, Due::For(Duration::ZERO), 3)).unwrap();
    assert_eq!((swept.told, swept.is_cut), (3, true));
    let all = block_on(sweep(&office.runs, Due::For(Duration::ZERO), 5)).unwrap();
    assert_eq!((all.told, all.is_cut), (5, false));
}

#[test]
fn a_fact_counts_once_and_is_kept_until_it_can_be_taken() {
    let office = Team::open();
    let id = office.begun("pr-1", "sll");
    assert!(matches!(office.tell(&id, "early"), Happening::Changed(_)));
    assert_eq!(office.tell(&id, "early"), Happening::HeardBefore);
    office.work();
    assert!(matches!(office.tell(&id, "late"), Happening::Changed(_)));
    assert_eq!(office.tell(&id, "early"), Happening::HeardBefore);
    office.work();
    assert_eq!(office.status(&id), Status::Done);
    assert_eq!(office.tell(&id, "late"), Happening::HeardBefore);
    assert_eq!(
        office.tell(&id, "too late"),
        Happening::Refused(Refused::Ended)
    );
    let called = |what: &What| matches!(what, What::Called { .. });
    assert_eq!(
        office.told(&id).iter().filter(|what| called(what)).count(),
        2
    );
}

#[test]
fn more_facts_than_can_wait_are_refused_and_not_lost() {
    let office = Team::open();
    let id = office.begun("pr-1", &format!("s{}", "l".repeat(51)));
    for n in 0..50 {
        assert!(
            matches!(office.tell(&id, &n.to_string()), Happening::Changed(_)),
            "{n}"
        );
    }
    assert_eq!(office.tell(&id, "50"), Happening::Refused(Refused::Full));
    office.work();
    assert!(matches!(office.tell(&id, "50"), Happening::Changed(_)));
    assert_eq!(office.status(&id), Status::Done);
}

#[test]
fn what_is_told_of_a_run_names_the_call_that_made_it_happen() {
    let office = Team::open();
    let id = office.begun("pr-1", "l");
    let by = "ann".to_owned();
    let call = Uuid::from_u128(8);
    block_on(
        office
            .runs
            .happen(&id, Event::CancelAsked { by }, Some(call)),
    )
    .unwrap();
    let history = block_on(office.runs.history(&id)).unwrap();
    let correlations: Vec<u128> = history
        .iter()
        .map(|record| record.correlation.as_u128())
        .collect();
    assert_eq!(correlations, [7, 7, 8, 8]);
    assert!(history.iter().map(|record| record.number).eq(0..4));
    assert_eq!(office.status(&id), Status::Cancelled);
}

#[test]
fn a_step_that_cannot_be_done_is_tried_again_on_request_from_there() {
    let office = Team::open();
    let first = office.begun("pr-1", "sf");
    let team = tenant("team");
    let retry = || block_on(office.runs.retry(&team, &first.entity, Uuid::nil())).unwrap();
    assert_eq!(retry(), Started::Refused("it has not ended".to_owned()));
    office.work();
    assert_eq!(office.status(&first), Status::Failed);
    let Started::New(again) = retry() else {
        panic!("not tried again");
    };
    assert_eq!(again.run.id.attempt, 2);
    office.work();
    let told = office.told(&again.run.id);
    let from_step = "failing".to_owned();
    assert_eq!(told[0], What::StartedAgain { from_step });
    let begun = |what: &&What| matches!(what, What::StepBegun { step, .. } if step == "fine");
    assert_eq!(
        told.iter().filter(begun).count(),
        0,
        "what was done is not done again"
    );
}

#[test]
fn what_is_too_large_or_goes_round_in_circles_fails() {
    let office = Team::open();
    let [big, circle] = ["b", "o"].map(|letters| office.begun(letters, letters));
    office.work();
    for (id, why) in [(big, "bytes"), (circle, "more than 250 steps")] {
        let run = block_on(office.runs.get(&id)).unwrap().unwrap().run;
        match run.outcome {
            Some(Outcome::Failed { what }) => assert!(what.contains(why), "{what}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_run_of_a_kind_that_is_not_known_here_is_left_to_who_knows_it() {
    let office = Team::open();
    let id = office.begun("pr-1", "s");
    let store = Arc::new(Model::new(office.clock.clone()));
    let strangers = Runs::new(
        store,
        office.inbox.clone(),
        office.clock.clone(),
        Arc::new(Chance::seeded(2)),
        Kinds::default(),
        DAYS_90,
    );
    let unknown = block_on(strangers.start(asked("pr-2", "s")));
    assert!(matches!(unknown, Err(RunsFailure::UnknownKind(_))));
    let poison = block_on(office.worker.take("{\"version\":2,\"job\":\"advance\"}"));
    assert!(matches!(poison, Err(RunsFailure::Poison(_))));
    office.work();
    assert_eq!(office.status(&id), Status::Done);
}

#[test]
fn all_that_is_known_of_a_run_is_gone_when_its_time_is_over() {
    let office = Team::open();
    let id = office.begun("pr-1", "s");
    office.work();
    let life = SignedDuration::from_hours(30 * 24);
    let kept = SignedDuration::try_from(DAYS_90).unwrap();
    office
        .clock
        .advance(life + kept - SignedDuration::from_secs(1));
    assert_eq!(block_on(office.runs.history(&id)).unwrap().len(), 4);
    office.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(block_on(office.runs.get(&id)).unwrap(), None);
    assert_eq!(block_on(office.runs.history(&id)).unwrap().len(), 0);
    assert_eq!(
        block_on(office.runs.recent(&id.tenant, 10)).unwrap().len(),
        0
    );
    assert_eq!(
        block_on(office.worker.advance(&id)).unwrap(),
        Advanced::NoSuchRun
    );
}

#[test]
fn what_is_more_than_can_be_kept_is_refused_or_fails_the_run() {
    let office = Team::open();
    let large = "s".repeat(64 * 1024);
    match office.start("pr-1", &large) {
        Started::Refused(why) => assert!(why.contains("bytes"), "{why}"),
        other => panic!("{other:?}"),
    }
    let id = office.begun("pr-1", "l");
    let fact = Fact {
        id: "1".to_owned(),
        name: "large".to_owned(),
        with: json!("x".repeat(4000)),
    };
    let came = block_on(office.runs.happen(&id, Event::Called(fact), None)).unwrap();
    assert_eq!(came, Happening::Refused(Refused::TooLarge));

    // A state that grows beyond what an item can hold.
    let id = office.begun("pr-2", "sg");
    office.work();
    assert_eq!(office.status(&id), Status::Failed);
}

#[test]
fn a_run_that_lives_on_facts_takes_as_many_as_come() {
    let office = Team::open();
    let id = office.begun("pr-1", &"l".repeat(1001));
    for n in 0..1000 {
        let told = office.tell(&id, &n.to_string());
        assert!(matches!(told, Happening::Changed(_)), "{n}");
    }
    assert_eq!(office.status(&id), Status::Running);
}

#[test]
fn asking_twice_to_cancel_tells_the_workers_again() {
    let office = Team::open();
    let id = office.begun("pr-1", "sl");
    let claim = Event::Claimed {
        holder: Uuid::nil(),
        until: office.clock.now() + Duration::from_secs(20),
        instead_of: None,
    };
    block_on(office.runs.happen(&id, claim, None)).unwrap();
    let cancelled = || block_on(office.runs.happen(&id, cancel(), None)).unwrap();
    assert!(matches!(cancelled(), Happening::Changed(_)));
    while office.inbox.next().is_some() {}
    assert_eq!(cancelled(), Happening::Refused(Refused::Ended));
    assert!(office.inbox.next().is_some());
}

#[test]
fn runs_are_counted_by_how_they_stand_and_what_their_steps_have_left() {
    let office = Team::open();
    for letters in ["s", "f", "sw", "sl"] {
        office.begun(letters, letters);
    }
    let cancelled = office.begun("cancelled", "l");
    block_on(office.runs.happen(&cancelled, cancel(), None)).unwrap();
    office.work();
    office.begun("waiting", "s");
    let count = |name, runs_max| block_on(census(&office.runs, &tenant(name), runs_max)).unwrap();
    let all = count("team", 6);
    assert_eq!((all.accepted, all.is_cut), (6, false));
    assert_eq!((all.done, all.failed, all.cancelled), (1, 1, 1));
    let open = Open {
        step: 1,
        wait: 1,
        callback: 1,
        ..Open::default()
    };
    assert_eq!(all.open, open);
    let effects = Effects {
        intended: 4,
        done: 3,
        ..Effects::default()
    };
    assert_eq!(all.effects, effects);
    let first = count("team", 5);
    assert_eq!((first.accepted, first.is_cut), (5, true));
    assert_eq!(count("others", 6), Census::default());
}

#[test]
fn it_is_still_when_nothing_goes_on_by_itself() {
    let office = Team::open();
    let still = |soon_s| {
        let soon = Duration::from_secs(soon_s);
        block_on(is_still(&office.runs, soon, 3)).unwrap()
    };
    assert!(still(5));
    office.begun("pr-1", "swl");
    assert!(!still(5), "a step is to be done");
    office.work();
    assert!(still(5), "a day is to be waited for");
    office
        .clock
        .advance(SignedDuration::from_secs(24 * 3600 - 3));
    assert!(still(2) && !still(5), "it is over in 3 s");
    office.clock.advance(SignedDuration::from_secs(3));
    block_on(sweep(&office.runs, Due::Soon, 10)).unwrap();
    office.work();
    assert!(still(5), "somebody has to tell something");

    let id = office.begun("pr-2", "s");
    let claim = Event::Claimed {
        holder: Uuid::nil(),
        until: office.clock.now() + Duration::from_secs(20),
        instead_of: None,
    };
    block_on(office.runs.happen(&id, claim, None)).unwrap();
    assert!(!still(5), "somebody is at it");
    block_on(office.runs.happen(&id, cancel(), None)).unwrap();
    office.clock.advance(SignedDuration::from_secs(20));
    office.work();
    for entity in ["pr-3", "pr-4"] {
        assert!(still(5), "{entity}");
        office.begun(entity, "l");
    }
    assert!(still(5), "three wait");
    office.begun("pr-5", "l");
    assert!(!still(5), "four are more than are looked at");
}
