//! Each fault happens where it was planned, and nowhere else.

mod meaning;
mod queue;
mod store;

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;

use super::{Failing, FaultPlan, Faults, Op};

/// What was done and waited for, in this order.
type Story = Arc<Mutex<Vec<String>>>;

fn faults(plan: &str) -> (Arc<Faults>, Story) {
    let story = Story::default();
    let told = Arc::clone(&story);
    let wait = Arc::new(move |time: Duration| {
        told.lock().unwrap().push(format!("{time:?}"));
        async {}.boxed()
    });
    let plan = FaultPlan::written(plan).unwrap();
    (Arc::new(Faults::new(plan, crash, wait)), story)
}

/// Ends what is tried, as the end of a process does; the test goes on.
fn crash() -> ! {
    panic!("crashed")
}

/// `None` if it crashed.
async fn survived<T>(work: impl Future<Output = T>) -> Option<T> {
    let outcome = AssertUnwindSafe(work).catch_unwind().await;
    let is_crash = |panic: &Box<dyn std::any::Any + Send>| {
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"crashed"));
    };
    outcome.inspect_err(is_crash).ok()
}

/// What each of `times` steps of the work came to, under a plan for `perform`.
async fn performed(times: usize, plan: &str) -> (Vec<Option<Result<(), Failing>>>, Vec<String>) {
    let (faults, story) = faults(plan);
    let mut outcomes = Vec::new();
    for _ in 0..times {
        let work = async {
            story.lock().unwrap().push("done".to_owned());
            Ok(())
        };
        let step = faults.around(Op::Perform, work, |failing| failing);
        outcomes.push(survived(step).await);
    }
    let story = story.lock().unwrap().clone();
    (outcomes, story)
}

#[tokio::test]
async fn without_a_plan_nothing_happens() {
    let (outcomes, story) = performed(3, "[]").await;
    assert_eq!(outcomes, [Some(Ok(())); 3]);
    assert_eq!(story, ["done"; 3]);
}

#[tokio::test]
async fn a_crash_before_leaves_it_undone_and_one_after_does_not() {
    let plan = r#"[
        { "op": "perform", "n": 2, "at": "before", "action": "crash" },
        { "op": "perform", "n": 4, "at": "after", "action": "crash" }
    ]"#;
    let (outcomes, story) = performed(5, plan).await;
    let fine = Some(Ok(()));
    assert_eq!(outcomes, [fine, None, fine, None, fine]);
    assert_eq!(story, ["done"; 4], "not the second");
}

#[tokio::test]
async fn every_so_many_times_it_fails() {
    let plan = r#"[{ "op": "perform", "every": 3, "action": "error" }]"#;
    let (outcomes, story) = performed(7, plan).await;
    let failed = |outcome: &Option<Result<(), Failing>>| *outcome == Some(Err(Failing::Error));
    let times: Vec<usize> = (1..)
        .zip(&outcomes)
        .filter(|(_, o)| failed(o))
        .map(|(i, _)| i)
        .collect();
    assert_eq!(times, [3, 6]);
    assert_eq!(story, ["done"; 5]);
}

#[tokio::test]
async fn it_waits_where_it_should() {
    let plan = r#"[
        { "op": "perform", "n": 1, "at": "after", "action": "delay", "ms": 7 },
        { "op": "perform", "n": 1, "at": "before", "action": "delay", "ms": 1500 }
    ]"#;
    let (outcomes, story) = performed(2, plan).await;
    assert_eq!(outcomes, [Some(Ok(())); 2]);
    assert_eq!(story, ["1.5s", "done", "7ms", "done"]);
}

#[tokio::test]
async fn a_time_out_tells_nothing_of_what_was_done() {
    let plan = r#"[
        { "op": "perform", "n": 1, "action": "timeout_not_applied" },
        { "op": "perform", "n": 2, "action": "timeout_applied" }
    ]"#;
    let (outcomes, story) = performed(2, plan).await;
    assert_eq!(outcomes, [Some(Err(Failing::Timeout)); 2]);
    assert_eq!(story, ["done"], "the second time");
}

#[tokio::test]
async fn of_faults_that_meet_the_first_failure_is_the_last() {
    let plan = r#"[
        { "op": "perform", "n": 1, "at": "after", "action": "crash" },
        { "op": "perform", "n": 1, "at": "before", "action": "delay", "ms": 7 },
        { "op": "perform", "n": 1, "action": "error" },
        { "op": "perform", "n": 1, "at": "before", "action": "crash" }
    ]"#;
    let (outcomes, story) = performed(1, plan).await;
    assert_eq!(outcomes, [Some(Err(Failing::Error))]);
    assert_eq!(story, ["7ms"]);
}

#[tokio::test]
async fn what_fails_by_itself_is_not_met_afterwards() {
    let plan = r#"[{ "op": "perform", "n": 1, "at": "after", "action": "crash" }]"#;
    let (faults, _) = faults(plan);
    let work = async { Err::<(), _>("by itself") };
    let step = faults.around(Op::Perform, work, |_| "planned");
    assert_eq!(survived(step).await, Some(Err("by itself")));
}

#[tokio::test]
async fn each_operation_is_counted_for_itself() {
    let plan = r#"[{ "op": "delete", "n": 2, "action": "error" }]"#;
    let (faults, _) = faults(plan);
    let mut outcomes = Vec::new();
    for op in [Op::Delete, Op::Receive, Op::Receive, Op::Delete, Op::Delete] {
        let work = async { Ok(()) };
        outcomes.push(faults.around(op, work, |failing| failing).await.is_ok());
    }
    assert_eq!(outcomes, [true, true, true, false, true]);
}
