//! Who can decide an approval, when, and what becomes of everybody else.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::time::Duration;

use futures::executor::block_on;
use idwo_core::approval::{
    Approval, ApprovalWorkflow, Decision, LinkKey, NotResolved, Refusal, Request, Resolving, State,
    find, granted, resolve,
};
use idwo_core::clock::Clock;
use idwo_core::input::WorkflowId;
use idwo_core::workflow::{
    ChildRun, Due, Event, Kinds, Outcome, Run, RunId, Started, Status, Tenant, Through, What,
    Workflow, kind, sweep,
};
use idwo_simulation::office::Office;
use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

const HOUR: Duration = Duration::from_secs(3600);

fn request() -> Request {
    let plan = ["tag v1", "publish"].map(str::to_owned);
    Request::new("ann", "release v1", "acme/store", &plan, "1", HOUR).unwrap()
}

struct Desk {
    office: Office,
    id: WorkflowId,
}

impl Desk {
    /// With one approval that waits.
    fn open() -> Self {
        let office = Office::open(Kinds::of([kind::<ApprovalWorkflow>(())]));
        let start = Office::asked("release", ApprovalWorkflow::NAME, json!(request())).unwrap();
        let started = block_on(office.runs.start(start)).unwrap();
        let Started::New(loaded) = started else {
            panic!("{started:?}")
        };
        let id = WorkflowId::of(&loaded.run.id);
        Self { office, id }
    }

    fn approval(&self) -> Approval {
        let now = self.office.clock.now();
        block_on(find(&self.office.workflows(), &self.id, now)).unwrap()
    }

    fn decide(&self, resolving: &Resolving) -> Result<Approval, Refusal> {
        let (workflows, now) = (self.office.workflows(), self.office.clock.now());
        match block_on(resolve(&workflows, &self.id, resolving, now)) {
            Ok(approval) => Ok(approval),
            Err(NotResolved::Refused { why, .. }) => Err(why),
            Err(NotResolved::Failed(failure)) => panic!("{}", failure.chain()),
        }
    }

    fn run_id(&self) -> RunId {
        self.id.run(&Tenant::default()).unwrap()
    }

    fn run(&self) -> Run {
        let loaded = block_on(self.office.runs.get(&self.run_id())).unwrap();
        loaded.unwrap().run
    }

    fn notes(&self) -> Vec<String> {
        let history = block_on(self.office.runs.history(&self.run_id())).unwrap();
        let notes = history.into_iter().filter_map(|record| match record.what {
            What::Noted { note } => Some(note),
            _ => None,
        });
        notes.collect()
    }
}

fn by(name: &str, decision: Decision) -> Resolving {
    Resolving {
        decision,
        by: name.to_owned(),
        through: Through::Link,
        shown: None,
        correlation: Uuid::nil(),
    }
}

#[test]
fn it_is_decided_once_and_says_by_whom() {
    let desk = Desk::open();
    let approved = desk.decide(&by("bob", Decision::Approve)).unwrap();
    assert_eq!(approved.state, State::Approved);
    let decided = approved.decided.unwrap();
    assert_eq!(
        (decided.by.as_str(), decided.through),
        ("bob", Through::Link)
    );
    for (name, decision) in [("bob", Decision::Approve), ("eve", Decision::Decline)] {
        assert_eq!(desk.decide(&by(name, decision)), Err(Refusal::Decided));
    }
    desk.office.clock.advance(SignedDuration::from_mins(5));
    assert_eq!(
        desk.decide(&by("eve", Decision::Approve)),
        Err(Refusal::Decided)
    );
    let now = desk.approval();
    assert_eq!(now.state, State::Approved);
    assert_eq!(
        now.decided.unwrap().at,
        now.asked_at,
        "who tries later changes no time"
    );
    let notes = desk.notes();
    assert_eq!(notes.len(), 3);
    assert!(notes[1].contains("`eve` wanted to decline"), "{notes:?}");
}

#[test]
fn after_its_time_nobody_decides_it_even_before_anybody_has_swept() {
    let desk = Desk::open();
    desk.office.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(desk.approval().state, State::Expired);
    let late = desk.decide(&by("bob", Decision::Approve));
    assert_eq!(late, Err(Refusal::Expired));
    block_on(sweep(&desk.office.runs, Due::For(Duration::ZERO), 10)).unwrap();
    block_on(desk.office.work()).unwrap();
    assert_eq!(desk.run().status, Status::Done);
    assert_eq!(desk.approval().state, State::Expired);
    assert_eq!(desk.notes().len(), 1);
}

#[test]
fn who_was_shown_another_one_does_not_decide_this() {
    let desk = Desk::open();
    let shown = |uid| Resolving {
        shown: Some(uid),
        ..by("bob", Decision::Approve)
    };
    assert_eq!(desk.decide(&shown(Uuid::nil())), Err(Refusal::Foreign));
    assert_eq!(desk.approval().state, State::Pending);
    assert!(desk.decide(&shown(desk.run().uid)).is_ok());
}

#[test]
fn what_is_cancelled_cannot_be_approved_any_more() {
    let desk = Desk::open();
    let cancelled = Event::CancelAsked { by: "ann".into() };
    block_on(desk.office.runs.happen(&desk.run_id(), cancelled, None)).unwrap();
    assert_eq!(
        desk.decide(&by("bob", Decision::Approve)),
        Err(Refusal::Withdrawn)
    );
}

#[test]
fn who_tries_for_ever_fills_no_store() {
    let desk = Desk::open();
    desk.decide(&by("bob", Decision::Decline)).unwrap();
    for _ in 0..50 {
        let tried = desk.decide(&by("eve", Decision::Approve));
        assert_eq!(tried, Err(Refusal::Decided));
    }
    assert_eq!(desk.notes().len(), 20);
}

#[test]
fn a_plan_that_is_not_the_one_of_its_hash_is_never_asked_about() {
    let office = Office::open(Kinds::of([kind::<ApprovalWorkflow>(())]));
    let mut altered = json!(request());
    altered["plan"] = json!(["delete everything"]);
    let start = Office::asked("release", ApprovalWorkflow::NAME, altered).unwrap();
    match block_on(office.runs.start(start)).unwrap() {
        Started::New(loaded) => assert_eq!(loaded.run.status, Status::Failed),
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_the_approval_of_this_very_plan_lets_it_be_done() {
    let desk = Desk::open();
    let child = |outcome| ChildRun {
        entity: "release".parse().unwrap(),
        kind: ApprovalWorkflow::NAME.to_owned(),
        input: json!(request()),
        outcome,
    };
    let hash = request().plan_hash;
    assert!(granted(&child(None), &hash).is_err());
    desk.decide(&by("bob", Decision::Approve)).unwrap();
    let approved = child(desk.run().outcome);
    assert_eq!(granted(&approved, &hash).unwrap().by, "bob");

    let plan = ["tag v2".to_owned()];
    let other = Request::new("ann", "release v1", "acme/store", &plan, "1", HOUR).unwrap();
    assert!(granted(&approved, &other.plan_hash).is_err());
    let cancelled = Outcome::Cancelled { by: "ann".into() };
    assert!(granted(&child(Some(cancelled)), &hash).is_err());

    let declining = Desk::open();
    declining.decide(&by("eve", Decision::Decline)).unwrap();
    assert!(granted(&child(declining.run().outcome), &hash).is_err());
}

#[test]
fn a_link_is_of_one_approval_of_one_team() {
    let desk = Desk::open();
    let key = |text: &str| LinkKey::of(&text.parse().unwrap()).unwrap();
    let links = key("a key of the tests, 32 bytes long");
    let (team, approval) = (Tenant::default(), desk.approval());
    let path = links.path(&team, &approval);
    let signature = path.strip_prefix("/approvals/release~1/").unwrap();
    assert!(links.is_of(&team, &approval, signature));

    let other_team: Tenant = "others".parse().unwrap();
    assert!(!links.is_of(&other_team, &approval, signature));
    let other_run = Approval {
        uid: Uuid::nil(),
        ..approval.clone()
    };
    assert!(!links.is_of(&team, &other_run, signature));
    let plan = ["tag v2".to_owned()];
    let other_plan = Approval {
        request: Request::new("ann", "release v1", "acme/store", &plan, "1", HOUR).unwrap(),
        ..approval.clone()
    };
    assert!(!links.is_of(&team, &other_plan, signature));
    let other_key = key("another key of the tests, 32 bytes");
    assert!(!other_key.is_of(&team, &approval, signature));
    let upper = signature.to_uppercase();
    for bad in [
        "",
        "0",
        "é",
        &signature[1..],
        &format!("{signature}0"),
        &upper,
    ] {
        assert!(!links.is_of(&team, &approval, bad), "{bad}");
    }
}

#[test]
fn a_plan_that_nobody_would_read_is_not_asked_about() {
    let new = |plan: &[String]| Request::new("ann", "act", "target", plan, "1", HOUR);
    assert!(new(&[]).is_err());
    assert!(new(&vec!["line".to_owned(); 41]).is_err());
    assert!(new(&["x".repeat(301)]).is_err());
    assert!(new(&vec!["x".repeat(300); 40]).is_ok());
}
