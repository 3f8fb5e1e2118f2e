//! Work that was handed over to a client: what it is told of it, what its user is asked, and who cannot answer.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::slice::from_ref;
use std::time::Duration;

use futures::executor::block_on;
use idwo_core::access::Principal;
use idwo_core::approval::{ApprovalWorkflow, Request, Resolution};
use idwo_core::dispatch::{Asker, Reply, Round};
use idwo_core::failure::Failure;
use idwo_core::input::WorkflowId;
use idwo_core::task::{self, Stands, Task, Wish};
use idwo_core::tool::Answer;
use idwo_core::wire::Returned;
use idwo_core::workflow::{
    Happened, Kinds, Move, OnFailure, Said, Started, Step, Then, Workflow, kind,
};
use idwo_simulation::office::Office;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

const HOUR: Duration = Duration::from_secs(3600);

/// Asks what its input names until one is declined, and ends with what was said; or ends as its input says.
struct Survey;

impl Workflow for Survey {
    const NAME: &'static str = "survey";
    const STEPS: &'static [Step<()>] = &[];
    const ON_FAILURE: OnFailure = OnFailure::Keep;
    const LIFE: Duration = HOUR;

    type Hands = ();
    type Input = Value;
    /// What is asked still, and what was said.
    type State = (Vec<String>, Vec<Said>);

    fn begin(input: Value) -> Move<Self::State> {
        let asks = serde_json::from_value(input["asks"].clone()).unwrap_or_default();
        let then = match (&input["ends"], input["fails"].as_str()) {
            (_, Some(why)) => Then::Fail(why.to_owned()),
            (Value::Null, None) => Then::Callback(HOUR),
            (output, None) => Then::End(output.clone()),
        };
        Move::to((asks, Vec::new()), then)
    }

    fn next((mut asks, mut said): Self::State, happened: Happened<'_>) -> Move<Self::State> {
        if let Happened::Called { name, with } = happened {
            asks.retain(|asked| asked != name);
            said.push(serde_json::from_value(with.clone()).unwrap());
            if with["answer"]["action"] == "decline" {
                asks.clear();
            }
        }
        let then = if asks.is_empty() {
            Then::End(json!({ "said": said }))
        } else {
            Then::Callback(HOUR)
        };
        Move::to((asks, said), then)
    }

    fn questions((asks, _): &Self::State, _: Timestamp) -> Map<String, Value> {
        let form = |name: &String| json!({ "method": "elicitation/create", "params": { "message": name } });
        asks.iter().map(|name| (name.clone(), form(name))).collect()
    }
}

/// Waits for an approval, and ends with what came of it.
struct Guarded;

impl Workflow for Guarded {
    const NAME: &'static str = "guarded";
    const STEPS: &'static [Step<()>] = &[];
    const ON_FAILURE: OnFailure = OnFailure::Keep;
    const LIFE: Duration = HOUR;

    type Hands = ();
    type Input = Value;
    type State = ();

    fn begin(_: Value) -> Move<()> {
        let plan = ["tag v1"].map(str::to_owned);
        let request = Request::new("ann", "release v1", "acme/store", &plan, "1", HOUR);
        Move::to((), Then::Children(vec![request.unwrap().asked()]))
    }

    fn next((): (), happened: Happened<'_>) -> Move<()> {
        let Happened::ChildrenEnded([approval]) = happened else {
            return Move::to((), Then::Fail("no approval".to_owned()));
        };
        Move::to((), Then::End(json!(approval.outcome)))
    }
}

struct Desk {
    office: Office,
    id: WorkflowId,
}

impl Desk {
    fn with<W: Workflow>(input: Value) -> Self {
        let kinds = [
            kind::<Survey>(()),
            kind::<Guarded>(()),
            kind::<ApprovalWorkflow>(()),
        ];
        let office = Office::open(Kinds::of(kinds));
        let start = Office::asked("work", W::NAME, input).unwrap();
        let Started::New(loaded) = block_on(office.runs.start(start)).unwrap() else {
            panic!("it was not started")
        };
        block_on(office.work()).unwrap();
        let id = WorkflowId::of(&loaded.run.id);
        Self { office, id }
    }

    fn ask(&self, wish: &Wish, capabilities: Value) -> Result<Reply, Failure> {
        let round = Round {
            capabilities: capabilities.as_object().cloned().unwrap(),
            ..Round::default()
        };
        let workflows = self.office.workflows();
        block_on(task::answer(&workflows, (&self.id, wish), &ann(), &round))
    }

    fn stands(&self) -> Stands {
        task(self.ask(&Wish::Look, with_forms())).stands
    }

    fn open(&self) -> Vec<String> {
        match self.stands() {
            Stands::Asking { questions } => questions.keys().cloned().collect(),
            other => panic!("it asks nothing: {other:?}"),
        }
    }

    /// The ids of the questions that this answers.
    fn answer(&self, answers: Value) -> Vec<String> {
        let answers = answers.as_object().cloned().unwrap();
        let heard = self.ask(&Wish::Answer { answers }, with_forms());
        questions(heard)
    }

    fn ended(&self) -> Returned {
        match self.stands() {
            Stands::Ended { returned } => *returned,
            other => panic!("it has not ended: {other:?}"),
        }
    }
}

fn ann() -> Asker {
    Asker {
        principal: Some(Principal {
            name: "ann".to_owned(),
            scopes: Default::default(),
        }),
        correlation: Uuid::from_u128(9),
        ..Asker::default()
    }
}

fn with_forms() -> Value {
    json!({ "elicitation": {} })
}

fn accepted(content: Value) -> Value {
    json!({ "action": "accept", "content": content })
}

fn task(reply: Result<Reply, Failure>) -> Task {
    match reply.unwrap() {
        Reply::Task(task) => task,
        other => panic!("no task: {other:?}"),
    }
}

fn questions(reply: Result<Reply, Failure>) -> Vec<String> {
    match reply.unwrap() {
        Reply::Heard { questions } => questions,
        other => panic!("nothing was heard: {other:?}"),
    }
}

fn replied(answer: Answer) -> Returned {
    let reply = Reply::Answer(answer);
    Returned::Replied { reply }
}

#[test]
fn it_ends_as_its_call_would_have() {
    let answer = Answer {
        structured: json!({ "status": "ok" }),
        text: "all is well".to_owned(),
    };
    let result = Reply::Result { result: Map::new() };
    let let_down = Returned::LetDown {
        service: "GitHub".to_owned(),
        what: "it is down".to_owned(),
        again_in_s: None,
    };
    for (output, returned) in [
        (json!(answer), replied(answer)),
        (
            json!(Returned::Replied {
                reply: result.clone()
            }),
            Returned::Replied { reply: result },
        ),
        (json!(let_down), let_down),
        (json!(Returned::Failed), Returned::Failed),
    ] {
        let desk = Desk::with::<Survey>(json!({ "ends": output }));
        assert_eq!(desk.ended(), returned);
    }
}

#[test]
fn an_end_that_is_no_calls_is_told_as_it_is_and_hides_nothing() {
    let desk = Desk::with::<Survey>(json!({ "ends": { "stage": "merged\u{200b}" } }));
    let structured = json!({ "stage": "merged" });
    let text = structured.to_string();
    assert_eq!(desk.ended(), replied(Answer { structured, text }));
    let desk = Desk::with::<Survey>(json!({ "ends": 7 }));
    let (structured, text) = (json!({ "output": 7 }), "7".to_owned());
    assert_eq!(desk.ended(), replied(Answer { structured, text }));
}

#[test]
fn why_it_failed_is_for_the_caller_to_read() {
    let desk = Desk::with::<Survey>(json!({ "fails": "GitHub is gone" }));
    let Returned::Refused { what, change } = desk.ended() else {
        panic!("{:?}", desk.ended())
    };
    assert!(what.contains("GitHub is gone") && change.contains("work~1"));
}

#[test]
fn answers_count_once_and_each_for_itself() {
    let desk = Desk::with::<Survey>(json!({ "asks": ["colour", "name"] }));
    let ids = desk.open();
    let [first, second] = ids.as_slice() else {
        panic!("{ids:?}")
    };
    for ignored in [
        json!({}),
        json!({ "colour": accepted(json!(1)) }),
        json!({ first: { "action": "cancel" } }),
        json!({ first: { "ignored": true }, second: 7 }),
    ] {
        assert!(desk.answer(ignored).is_empty());
        assert_eq!(desk.open(), ids);
    }
    assert_eq!(
        desk.answer(json!({ first: accepted(json!(1)) })),
        from_ref(first)
    );
    assert_eq!(desk.open(), from_ref(second));
    let both = json!({ first: accepted(json!(2)), second: { "action": "decline" } });
    assert_eq!(desk.answer(both.clone()), from_ref(second));
    let Returned::Replied {
        reply: Reply::Answer(end),
    } = desk.ended()
    else {
        panic!("{:?}", desk.ended())
    };
    let said = end.structured["said"].as_array().unwrap();
    assert_eq!((said.len(), &said[0]["answer"]["content"]), (2, &json!(1)));
    assert_eq!(
        (&said[1]["by"], &said[1]["through"]),
        (&json!("ann"), &json!("elicitation"))
    );
    assert!(desk.answer(both).is_empty(), "it has ended");
}

#[test]
fn an_answer_that_comes_after_the_end_is_none() {
    let desk = Desk::with::<Survey>(json!({ "asks": ["colour", "name"] }));
    let ids = desk.open();
    let declined = json!({ "action": "decline" });
    let both = ids.iter().map(|id| (id.clone(), declined.clone()));
    let heard = desk.answer(Value::Object(both.collect()));
    assert_eq!(heard.len(), 1, "the first one ends it");
}

#[test]
fn who_shows_no_forms_is_asked_nothing_and_can_answer_nothing() {
    let desk = Desk::with::<Survey>(json!({ "asks": ["name"] }));
    let seen = task(desk.ask(&Wish::Look, json!({}))).stands;
    assert_eq!(seen, Stands::Working);
    let [id] = desk.open().try_into().unwrap();
    let answers = Map::from_iter([(id.clone(), accepted(json!(1)))]);
    let heard = questions(desk.ask(&Wish::Answer { answers }, json!({ "sampling": {} })));
    assert!(heard.is_empty());
    assert_eq!(desk.open(), [id]);
}

#[test]
fn an_answer_that_is_too_large_is_refused() {
    let desk = Desk::with::<Survey>(json!({ "asks": ["name"] }));
    let [id] = desk.open().try_into().unwrap();
    let answers = Map::from_iter([(id, accepted(json!("x".repeat(2000))))]);
    let refused = desk.ask(&Wish::Answer { answers }, with_forms());
    assert!(
        matches!(refused, Err(Failure::Caller { .. })),
        "{refused:?}"
    );
}

#[test]
fn what_it_waits_for_is_approved_in_a_form() {
    let desk = Desk::with::<Guarded>(Value::Null);
    let [id] = desk.open().try_into().unwrap();
    let decision = accepted(json!({ "decision": "approve" }));
    assert_eq!(desk.answer(json!({ &id: decision })), [id]);
    block_on(desk.office.work()).unwrap();
    let Returned::Replied {
        reply: Reply::Answer(end),
    } = desk.ended()
    else {
        panic!("{:?}", desk.ended())
    };
    let resolution: Resolution = serde_json::from_value(end.structured["output"].clone()).unwrap();
    assert_eq!(resolution.by, "ann");
}

#[test]
fn it_is_cancelled_once_and_an_end_stays_one() {
    let desk = Desk::with::<Survey>(json!({ "asks": ["name"] }));
    for _ in 0..2 {
        let cancelled = task(desk.ask(&Wish::Cancel, json!({})));
        assert_eq!(cancelled.stands, Stands::Cancelled);
    }
    let run = desk.id.run(&idwo_core::workflow::Tenant::default());
    let run = block_on(desk.office.runs.get(&run.unwrap())).unwrap();
    let outcome = json!(run.unwrap().run.outcome);
    assert_eq!(outcome, json!({ "ended": "cancelled", "by": "ann" }));
    let desk = Desk::with::<Survey>(json!({ "ends": 7 }));
    let ended = task(desk.ask(&Wish::Cancel, json!({})));
    assert!(matches!(ended.stands, Stands::Ended { .. }), "{ended:?}");
}

#[test]
fn it_names_one_attempt_and_says_until_when_it_is_kept() {
    let mut desk = Desk::with::<Survey>(json!({ "asks": ["name"] }));
    desk.id = "work".parse().unwrap();
    let seen = task(desk.ask(&Wish::Look, json!({})));
    assert_eq!(seen.id.as_str(), "work~1");
    assert!(seen.kept_until.duration_since(seen.started_at).as_hours() > 24);
    desk.id = "another".parse().unwrap();
    for wish in [Wish::Look, Wish::Cancel] {
        let refused = desk.ask(&wish, json!({}));
        assert!(
            matches!(refused, Err(Failure::Caller { .. })),
            "{refused:?}"
        );
    }
}
