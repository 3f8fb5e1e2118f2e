//! What has to hold for every workflow, held by those that the engine is tried with, and broken by careless ones.

#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use idwo_core::approval::{ApprovalWorkflow, Request};
use idwo_core::workflow::{
    Acting, Call, Fact, Happened, Kind, Move, OnFailure, Retry, Step, Then, Workflow, kind,
};
use idwo_simulation::elsewhere::{self, Elsewhere};
use idwo_simulation::every_workflow::{
    Setting, Trial, nothing_is_done_twice, nothing_is_left_behind,
};
use idwo_simulation::stage::Stage;
use idwo_simulation::voyage::{Leg, Survey, Tally, Voyage};
use serde_json::{Value, json};

fn trial(kind: &'static str, input: Value, facts: &[&str]) -> Trial {
    let fact = |name: &&str| Fact {
        id: (*name).to_owned(),
        name: (*name).to_owned(),
        with: Value::Null,
    };
    Trial {
        kind,
        input,
        facts: facts.iter().map(fact).collect(),
        setting: at_sea,
    }
}

fn at_sea(stage: &Arc<Stage>) -> Setting {
    acting(stage, |elsewhere| {
        vec![
            kind::<Voyage>(elsewhere.clone()),
            kind::<Leg>(elsewhere.clone()),
            kind::<Survey>(elsewhere.clone()),
            kind::<Tally>(elsewhere.clone()),
        ]
    })
}

fn acting(stage: &Arc<Stage>, kinds: impl Fn(&Arc<Elsewhere>) -> Vec<Arc<dyn Kind>>) -> Setting {
    let elsewhere = Arc::new(Elsewhere::new(stage.clone()));
    let kinds = kinds(&elsewhere);
    let visible = move || {
        let effects = elsewhere.effects().into_iter();
        effects
            .map(|(marker, effect)| (marker, effect.visible))
            .collect()
    };
    let visible = Box::new(visible);
    Setting { kinds, visible }
}

fn holds(trial: &Trial, acts: usize) {
    let done_twice = nothing_is_done_twice(trial);
    let left_behind = nothing_is_left_behind(trial);
    for tried in [done_twice, left_behind] {
        let tried = tried.unwrap_or_else(|broken| panic!("{broken}"));
        assert_eq!(tried.acts, acts);
        assert!(tried.disturbed > acts);
    }
}

#[test]
fn a_voyage_is_made_once_or_not_at_all() {
    let booking = json!({ "rest_s": 10, "listens_s": 3600, "legs": 2 });
    holds(&trial(Voyage::NAME, booking, &["pilot"]), 5);
}

#[test]
fn a_leg_is_sailed_once_or_not_at_all() {
    holds(&trial(Leg::NAME, json!(60), &[]), 1);
}

#[test]
fn a_survey_keeps_what_it_has_unless_it_is_cancelled() {
    holds(&trial(Survey::NAME, Value::Null, &[]), 2);
}

#[test]
fn a_tally_hears_each_fact_once() {
    holds(
        &trial(Tally::NAME, Value::Null, &["one", "two", "close"]),
        1,
    );
}

/// Asks for an approval, and posts what came of it.
struct Guarded;

impl Workflow for Guarded {
    const NAME: &'static str = "guarded";
    const STEPS: &'static [Step<Arc<Elsewhere>>] = &[step(true, true)];
    const ON_FAILURE: OnFailure = OnFailure::Undo;
    const LIFE: Duration = Duration::from_secs(24 * 3600);

    type Hands = Arc<Elsewhere>;
    type Input = ();
    type State = ();

    fn begin((): ()) -> Move<()> {
        let plan = ["tag v1".to_owned()];
        let hour = Duration::from_secs(3600);
        let then = match Request::new("ann", "release v1", "acme/store", &plan, "1", hour) {
            Ok(request) => Then::Children(vec![request.asked()]),
            Err(why) => Then::Fail(why.to_string()),
        };
        Move::to((), then)
    }

    fn next((): (), happened: Happened<'_>) -> Move<()> {
        let then = match happened {
            Happened::ChildrenEnded(_) => Then::Step {
                name: "post",
                input: Value::Null,
            },
            _ => Then::End(Value::Null),
        };
        Move::to((), then)
    }
}

#[test]
fn what_nobody_approves_goes_on_once_and_is_stopped_with_its_approval() {
    let setting: fn(&Arc<Stage>) -> Setting = |stage| {
        acting(stage, |elsewhere| {
            vec![
                kind::<Guarded>(elsewhere.clone()),
                kind::<ApprovalWorkflow>(()),
            ]
        })
    };
    let trial = Trial {
        setting,
        ..trial(Guarded::NAME, Value::Null, &[])
    };
    holds(&trial, 1);
}

/// One step, and the end.
struct Careless<const FINDS: bool, const UNDOES: bool>;

const fn step(finds: bool, undoes: bool) -> Step<Arc<Elsewhere>> {
    Step {
        name: "post",
        act: elsewhere::act,
        find: if finds { Some(elsewhere::find) } else { None },
        undo: if undoes {
            Some(elsewhere::undo)
        } else {
            Some(forget)
        },
        retry: Retry::OF_A_SERVICE,
        within: Duration::from_secs(30),
    }
}

fn forget<'a>(_: &'a Arc<Elsewhere>, _: &'a Call) -> Acting<'a, ()> {
    Box::pin(async { Ok(()) })
}

impl<const FINDS: bool, const UNDOES: bool> Workflow for Careless<FINDS, UNDOES> {
    const NAME: &'static str = "careless";
    const STEPS: &'static [Step<Arc<Elsewhere>>] = &[step(FINDS, UNDOES)];
    const ON_FAILURE: OnFailure = OnFailure::Undo;
    const LIFE: Duration = Duration::from_secs(24 * 3600);

    type Hands = Arc<Elsewhere>;
    type Input = ();
    type State = ();

    fn begin((): ()) -> Move<()> {
        let (name, input) = ("post", Value::Null);
        Move::to((), Then::Step { name, input })
    }

    fn next((): (), happened: Happened<'_>) -> Move<()> {
        let then = match happened {
            Happened::Done { .. } => Then::Wait(Duration::from_secs(60)),
            _ => Then::End(Value::Null),
        };
        Move::to((), then)
    }
}

fn careless<const FINDS: bool, const UNDOES: bool>() -> Trial {
    let setting: fn(&Arc<Stage>) -> Setting = |stage| {
        acting(stage, |elsewhere| {
            vec![kind::<Careless<FINDS, UNDOES>>(elsewhere.clone())]
        })
    };
    Trial {
        setting,
        ..trial("careless", Value::Null, &[])
    }
}

#[test]
fn a_careful_workflow_holds() {
    holds(&careless::<true, true>(), 1);
}

#[test]
fn a_step_that_does_not_look_for_what_it_did_is_caught() {
    let broken = nothing_is_done_twice(&careless::<false, true>()).unwrap_err();
    assert_eq!(broken.disturbed, "DeathAfter { act: 0 }");
    assert!(broken.wrong[0].ends_with("is there 2 times"), "{broken}");
}

#[test]
fn a_step_that_is_not_taken_back_is_caught() {
    let broken = nothing_is_left_behind(&careless::<true, false>()).unwrap_err();
    assert!(broken.disturbed.contains("of: Done"), "{broken}");
    assert!(
        broken.wrong[0].ends_with("post is Undone and there 1 times"),
        "{broken}"
    );
}

#[test]
fn a_trial_that_tries_nothing_is_caught() {
    let booking = json!({ "rest_s": 10, "listens_s": 3600, "legs": 2 });
    let unmanned = trial(Voyage::NAME, booking, &[]);
    assert_eq!(
        nothing_is_done_twice(&unmanned).unwrap_err().disturbed,
        "None"
    );
    let deaf = trial(Leg::NAME, json!(60), &["one"]);
    assert_eq!(nothing_is_left_behind(&deaf).unwrap_err().disturbed, "None");
}
