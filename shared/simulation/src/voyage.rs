//! A workflow with one of everything, for trying the engine: steps that are taken back, a wait, a callback,
//! children.

use std::sync::Arc;
use std::time::Duration;

use idwo_core::workflow::{Child, Happened, Move, OnFailure, Outcome, Retry, Step, Then, Workflow};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::elsewhere::{Elsewhere, act, find, undo};

const RETRY: Retry = Retry {
    tries: 3,
    first_pause: Duration::from_secs(2),
    longest_pause: Duration::from_secs(30),
};
const WITHIN: Duration = Duration::from_secs(30);

type Hands = Arc<Elsewhere>;

const fn step(name: &'static str) -> Step<Hands> {
    Step {
        name,
        act,
        find: Some(find),
        undo: Some(undo),
        retry: RETRY,
        within: WITHIN,
    }
}

pub struct Voyage;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Booking {
    pub rest_s: u64,
    pub listens_s: u64,
    pub legs: u8,
    #[serde(default = "a_minute_s")]
    pub leg_rest_s: u64,
}

const fn a_minute_s() -> u64 {
    60
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Underway {
    booking: Booking,
    sailed: bool,
}

impl Workflow for Voyage {
    const NAME: &'static str = "voyage";
    const STEPS: &'static [Step<Hands>] = &[
        step("reserve"),
        step("load"),
        // Who has left has left.
        Step {
            undo: None,
            ..step("depart")
        },
    ];
    const ON_FAILURE: OnFailure = OnFailure::Undo;
    const LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

    type Hands = Hands;
    type Input = Booking;
    type State = Underway;

    fn begin(booking: Booking) -> Move<Underway> {
        Move::to(
            Underway {
                booking,
                sailed: false,
            },
            perform("reserve"),
        )
    }

    fn next(state: Underway, happened: Happened<'_>) -> Move<Underway> {
        let then = match happened {
            Happened::Done {
                step: "reserve", ..
            } => Then::Wait(Duration::from_secs(state.booking.rest_s)),
            Happened::WaitOver => perform("load"),
            Happened::Done { step: "load", .. } => {
                Then::Callback(Duration::from_secs(state.booking.listens_s))
            }
            Happened::NotCalled => Then::Fail("no pilot came".to_owned()),
            Happened::Called { .. } => Then::Children(legs(&state.booking)),
            Happened::ChildrenEnded(legs) => {
                let has_sailed =
                    |outcome: &Option<Outcome>| matches!(outcome, Some(Outcome::Done { .. }));
                if !legs.iter().all(|leg| has_sailed(&leg.outcome)) {
                    return Move::to(state, Then::Fail("a leg was not sailed".to_owned()));
                }
                let state = Underway {
                    sailed: true,
                    ..state
                };
                return Move::to(state, perform("depart"));
            }
            Happened::Done { .. } => Then::End(json!({ "sailed": state.sailed })),
        };
        Move::to(state, then)
    }
}

fn perform(name: &'static str) -> Then {
    Then::Step {
        name,
        input: Value::Null,
    }
}

fn legs(booking: &Booking) -> Vec<Child> {
    let leg = |_| Child {
        kind: Leg::NAME,
        input: json!(booking.leg_rest_s),
    };
    (0..booking.legs).map(leg).collect()
}

/// Of a voyage: one step, and a rest.
pub struct Leg;

impl Workflow for Leg {
    const NAME: &'static str = "leg";
    const STEPS: &'static [Step<Hands>] = &[step("sail")];
    const ON_FAILURE: OnFailure = OnFailure::Undo;
    const LIFE: Duration = Duration::from_secs(24 * 3600);

    type Hands = Hands;
    /// How long it rests, in seconds.
    type Input = u64;
    type State = u64;

    fn begin(rest_s: u64) -> Move<u64> {
        Move::to(rest_s, perform("sail"))
    }

    fn next(rest_s: u64, happened: Happened<'_>) -> Move<u64> {
        let then = match happened {
            Happened::Done { .. } => Then::Wait(Duration::from_secs(rest_s)),
            _ => Then::End(Value::Null),
        };
        Move::to(rest_s, then)
    }
}

/// Keeps what it has when it fails, and can be tried again from there.
pub struct Survey;

impl Workflow for Survey {
    const NAME: &'static str = "survey";
    const STEPS: &'static [Step<Hands>] = &[step("measure"), step("report")];
    const ON_FAILURE: OnFailure = OnFailure::Keep;
    const LIFE: Duration = Duration::from_secs(24 * 3600);

    type Hands = Hands;
    type Input = ();
    type State = ();

    fn begin((): ()) -> Move<()> {
        Move::to((), perform("measure"))
    }

    fn next((): (), happened: Happened<'_>) -> Move<()> {
        let then = match happened {
            Happened::Done {
                step: "measure", ..
            } => perform("report"),
            _ => Then::End(Value::Null),
        };
        Move::to((), then)
    }
}

/// Hears facts until it is told that there are no more.
pub struct Tally;

impl Workflow for Tally {
    const NAME: &'static str = "tally";
    const STEPS: &'static [Step<Hands>] = &[step("open")];
    const ON_FAILURE: OnFailure = OnFailure::Undo;
    const LIFE: Duration = Duration::from_secs(24 * 3600);

    type Hands = Hands;
    type Input = ();
    type State = Vec<String>;

    fn begin((): ()) -> Move<Vec<String>> {
        Move::to(Vec::new(), perform("open"))
    }

    fn next(mut seen: Vec<String>, happened: Happened<'_>) -> Move<Vec<String>> {
        if let Happened::Called { name: "close", .. } = happened {
            let output = json!(seen);
            return Move::to(seen, Then::End(output));
        }
        if let Happened::Called { name, .. } = happened {
            seen.push(name.to_owned());
        }
        Move::to(seen, Then::Callback(Duration::from_secs(12 * 3600)))
    }
}
