//! Plays that together show everything that a run can come to.

use std::time::Duration;

use idwo_core::workflow::Status;
use serde_json::{Value, json};

use crate::script::Script;

#[derive(Debug, Clone)]
pub struct Scenario {
    pub name: &'static str,
    pub script: Script,
    /// What the first attempt can come to, however often somebody dies meanwhile.
    pub ends: &'static [Status],
    /// How long it may take, where that is shorter than what it would wait for.
    pub within: Option<Duration>,
    /// Where one is slow another goes on, if there is another.
    pub workers: usize,
    /// Whether it has to get done without a sweep, by its messages alone.
    pub is_swift: bool,
}

/// The one of this name.
pub fn scenario(name: &str) -> Option<Scenario> {
    scenarios().into_iter().find(|one| one.name == name)
}

pub fn scenarios() -> Vec<Scenario> {
    let swift = |name, ends, script| Scenario {
        name,
        script,
        ends,
        within: None,
        workers: 1,
        is_swift: true,
    };
    vec![
        Scenario {
            name: "a voyage that rests for longer than it may live",
            script: voyage(8 * 24 * 3600),
            ends: &[Status::Failed],
            within: None,
            workers: 1,
            is_swift: false,
        },
        Scenario {
            workers: 2,
            ..swift(
                "a voyage that is cancelled early, with a worker to spare",
                &[Status::Cancelled],
                Script {
                    cancels_after: Some(Duration::from_secs(5)),
                    ..voyage(10)
                },
            )
        },
        swift(
            "a voyage whose client starts it once",
            &[Status::Done],
            Script {
                facts: pilot(20),
                starts_once: true,
                ..voyage(10)
            },
        ),
        swift(
            "a voyage that arrives",
            &[Status::Done],
            Script {
                facts: pilot(20),
                ..voyage(10)
            },
        ),
        swift(
            "a voyage whose pilot is early",
            &[Status::Done],
            Script {
                facts: pilot(0),
                ..voyage(10)
            },
        ),
        swift(
            "a voyage without a pilot",
            &[Status::Failed],
            without_pilot(),
        ),
        swift(
            "a voyage that cannot depart",
            &[Status::Failed],
            Script {
                facts: pilot(20),
                refuses: vec!["depart"],
                ..voyage(10)
            },
        ),
        swift(
            "a voyage with a leg that cannot be sailed",
            &[Status::Failed],
            Script {
                facts: pilot(20),
                refused_of: "voyage.1.4.0".to_owned(),
                refuses: vec!["sail"],
                ..voyage(10)
            },
        ),
        swift(
            "a voyage that is cancelled before it has sailed",
            &[Status::Cancelled, Status::Done],
            Script {
                cancels_after: Some(Duration::from_secs(12)),
                ..voyage(10)
            },
        ),
        swift(
            "a voyage that is cancelled at sea",
            &[Status::Cancelled, Status::Done],
            Script {
                facts: pilot(20),
                cancels_after: Some(Duration::from_secs(20)),
                notes: true,
                ..voyage(10)
            },
        ),
        swift(
            "a voyage that cannot be taken back",
            &[Status::Failed],
            Script {
                facts: pilot(20),
                refuses: vec!["depart", "undo load"],
                ..voyage(10)
            },
        ),
        swift(
            "a survey that is tried again",
            &[Status::Failed],
            Script {
                refuses: vec!["report"],
                retries: true,
                ..Script::new("survey", "survey", Value::Null)
            },
        ),
        swift(
            "a survey that is asked for twice",
            &[Status::Done],
            Script {
                repeats: true,
                ..Script::new("survey", "survey", Value::Null)
            },
        ),
        swift(
            "a tally",
            &[Status::Done],
            Script {
                facts: ["one", "two", "two", "close"]
                    .map(|name| (Duration::from_secs(1), name))
                    .to_vec(),
                ..Script::new("tally", "tally", Value::Null)
            },
        ),
        Scenario {
            within: Some(Duration::from_secs(3600)),
            ..swift(
                "a voyage that is cancelled when its legs begin",
                &[Status::Cancelled],
                Script {
                    facts: pilot(20),
                    cancels_after: Some(Duration::ZERO),
                    ..with_long_legs()
                },
            )
        },
    ]
}

fn voyage(rest_s: u64) -> Script {
    let booking = json!({ "rest_s": rest_s, "listens_s": 24 * 3600, "legs": 1 });
    Script::new("voyage", "voyage", booking)
}

fn with_long_legs() -> Script {
    let booking =
        json!({ "rest_s": 10, "listens_s": 24 * 3600, "legs": 1, "leg_rest_s": 20 * 3600 });
    Script::new("voyage", "voyage", booking)
}

fn without_pilot() -> Script {
    let booking = json!({ "rest_s": 10, "listens_s": 60, "legs": 1 });
    Script::new("voyage", "voyage", booking)
}

fn pilot(after_s: u64) -> Vec<(Duration, &'static str)> {
    vec![(Duration::from_secs(after_s), "pilot")]
}
