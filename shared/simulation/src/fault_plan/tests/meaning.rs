//! Which plans have a meaning.

use crate::fault_plan::{FaultPlan, NoPlan};

const OPS: [&str; 7] = [
    "get", "query", "write", "send", "receive", "delete", "perform",
];

/// The action, the operations that it is of, the place where it has to be.
const ACTIONS: [(&str, &[&str], Option<&str>); 8] = [
    ("crash", &OPS, None),
    ("delay", &OPS, None),
    ("error", &OPS, Some("before")),
    ("throttle", &["get", "query", "write"], Some("before")),
    ("timeout_not_applied", &OPS, Some("before")),
    (
        "timeout_applied",
        &["write", "send", "receive", "delete", "perform"],
        Some("after"),
    ),
    ("duplicate", &["send"], Some("after")),
    ("reorder", &["send"], Some("after")),
];

fn is_taken(fault: &str) -> bool {
    FaultPlan::written(&format!("[{fault}]")).is_ok()
}

#[test]
fn only_what_has_a_meaning_is_a_plan() {
    for (action, ops, only_at) in ACTIONS {
        let ms = if action == "delay" {
            r#", "ms": 5"#
        } else {
            ""
        };
        for op in OPS {
            for at in ["before", "after"] {
                let fault = format!(
                    r#"{{ "op": "{op}", "n": 1, "at": "{at}", "action": "{action}"{ms} }}"#
                );
                let has_meaning = ops.contains(&op) && only_at.is_none_or(|only| only == at);
                assert_eq!(is_taken(&fault), has_meaning, "{fault}");
            }
            let fault = format!(r#"{{ "op": "{op}", "n": 1, "action": "{action}"{ms} }}"#);
            let has_meaning = ops.contains(&op) && only_at.is_some();
            assert_eq!(is_taken(&fault), has_meaning, "{fault}");
        }
    }
}

#[test]
fn a_slip_of_the_pen_is_no_plan() {
    let delay =
        |ms: &str| format!(r#"{{ "op": "get", "n": 1, "at": "after", "action": "delay"{ms} }}"#);
    for (fault, taken) in [
        (
            r#"{ "op": "get", "n": 1, "action": "error" }"#.to_owned(),
            true,
        ),
        (
            r#"{ "op": "get", "every": 1, "action": "error" }"#.to_owned(),
            true,
        ),
        (r#"{ "op": "get", "action": "error" }"#.to_owned(), false),
        (
            r#"{ "op": "get", "n": 1, "every": 1, "action": "error" }"#.to_owned(),
            false,
        ),
        (
            r#"{ "op": "get", "n": 0, "action": "error" }"#.to_owned(),
            false,
        ),
        (
            r#"{ "op": "get", "every": 0, "action": "error" }"#.to_owned(),
            false,
        ),
        (
            r#"{ "op": "put", "n": 1, "action": "error" }"#.to_owned(),
            false,
        ),
        (
            r#"{ "op": "get", "n": 1, "action": "burn" }"#.to_owned(),
            false,
        ),
        (
            r#"{ "op": "get", "n": 1, "action": "error", "ms": 1 }"#.to_owned(),
            false,
        ),
        (
            r#"{ "op": "get", "n": 1, "action": "error", "of": 1 }"#.to_owned(),
            false,
        ),
        (delay(""), false),
        (delay(r#", "ms": 0"#), false),
        (delay(r#", "ms": 1"#), true),
        (delay(r#", "ms": 600000"#), true),
        (delay(r#", "ms": 600001"#), false),
    ] {
        assert_eq!(is_taken(&fault), taken, "{fault}");
    }
}

#[test]
fn a_plan_that_is_refused_says_where() {
    let fine = r#"{ "op": "get", "n": 1, "action": "error" }"#;
    let none = r#"{ "op": "get", "n": 1, "action": "duplicate" }"#;
    let refused = FaultPlan::written(&format!("[{fine},{none}]")).unwrap_err();
    assert!(matches!(refused, NoPlan::NoMeaning(2, _)), "{refused}");
    let plan = |n| format!("[{}]", vec![fine; n].join(","));
    assert!(FaultPlan::written(&plan(100)).is_ok());
    let refused = FaultPlan::written(&plan(101)).unwrap_err();
    assert!(matches!(refused, NoPlan::TooLong(101)), "{refused}");
    assert!(matches!(FaultPlan::written("{}"), Err(NoPlan::NoList(_))));
}
