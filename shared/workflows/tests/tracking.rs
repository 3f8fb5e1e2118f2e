//! A pull request is followed by runs in a store.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod forge;

use std::sync::Arc;
use std::time::Duration;

use idwo_core::chance::Chance;
use idwo_core::forge::{State, Verdict};
use idwo_core::queue::{Queue, QueueFailure};
use idwo_core::workflow::{
    Event, Fact, Happening, Kinds, Outcome, Refused, Run, Runs, Started, Tenant, Worker, Workflow,
    kind,
};
use idwo_simulation::clock::TestClock;
use idwo_simulation::every_workflow::{
    Setting, Trial, nothing_is_done_twice, nothing_is_left_behind,
};
use idwo_simulation::model::Model;
use idwo_workflows::track_pull_request::{
    PullRequestFact, PullRequestName, Stage, TrackPullRequest, Tracked,
};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use self::forge::{OneForge, at};

fn name() -> PullRequestName {
    PullRequestName::of(&"Sample/Storefront".parse().unwrap(), "71".parse().unwrap()).unwrap()
}

fn told(id: &str, fact: &PullRequestFact) -> Fact {
    name().told(id.to_owned(), fact)
}

fn merged(s: i64) -> PullRequestFact {
    let commit = "a".repeat(40).parse().unwrap();
    PullRequestFact::Merged { at: at(s), commit }
}

fn released(s: i64) -> PullRequestFact {
    let tag = "v1".parse().unwrap();
    PullRequestFact::Released { at: at(s), tag }
}

#[test]
fn it_comes_to_the_same_end_or_to_none_whoever_dies_meanwhile() {
    let trial = Trial {
        kind: TrackPullRequest::NAME,
        input: json!(name()),
        facts: vec![told("1", &released(9)), told("2", &merged(3))],
        setting: |_| Setting {
            kinds: vec![kind::<TrackPullRequest>(Arc::new(OneForge::default()))],
            visible: Box::new(Default::default),
        },
    };
    let tried = nothing_is_done_twice(&trial).unwrap_or_else(|broken| panic!("{broken}"));
    assert_eq!((tried.acts, tried.disturbed), (2, 3));
    nothing_is_left_behind(&trial).unwrap_or_else(|broken| panic!("{broken}"));
}

/// Whoever works here looks at each run without being told.
struct NoQueue;

#[async_trait::async_trait]
impl Queue for NoQueue {
    async fn send(&self, _: String, _: Duration) -> Result<(), QueueFailure> {
        Ok(())
    }
}

struct Office {
    forge: Arc<OneForge>,
    clock: Arc<TestClock>,
    runs: Arc<Runs>,
    worker: Worker,
}

impl Office {
    fn new(forge: OneForge) -> Self {
        let forge = Arc::new(forge);
        let clock = Arc::new(TestClock::default());
        let runs = Arc::new(Runs::new(
            Arc::new(Model::new(clock.clone())),
            Arc::new(NoQueue),
            clock.clone(),
            Arc::new(Chance::seeded(1)),
            Kinds::of([kind::<TrackPullRequest>(forge.clone())]),
            Duration::from_secs(24 * 3600),
        ));
        let worker = Worker::new(runs.clone(), Uuid::from_u128(1));
        Self {
            forge,
            clock,
            runs,
            worker,
        }
    }

    fn tenant() -> Tenant {
        "team".parse().unwrap()
    }

    /// The attempt that is new, or that there was.
    async fn start(&self) -> (u32, bool) {
        let start = name().start(Self::tenant(), Uuid::nil()).unwrap();
        match self.runs.start(start).await.unwrap() {
            Started::New(loaded) => (loaded.run.id.attempt, true),
            Started::Known(loaded) => (loaded.run.id.attempt, false),
            other => panic!("{other:?}"),
        }
    }

    async fn newest(&self) -> Run {
        let entity = name().entity().unwrap();
        let newest = self.runs.newest(&Self::tenant(), &entity).await.unwrap();
        newest.unwrap().run
    }

    /// What it has come to when the worker has done what is due.
    async fn stage(&self) -> Stage {
        let run = self.newest().await;
        self.worker.advance(&run.id).await.unwrap();
        Tracked::deserialize(&self.newest().await.state)
            .unwrap()
            .stage
    }

    async fn tell(&self, id: &str, fact: PullRequestFact) -> Happening {
        let run = self.newest().await;
        let event = Event::Called(told(id, &fact));
        self.runs.happen(&run.id, event, None).await.unwrap()
    }
}

#[tokio::test]
async fn what_happened_before_it_was_followed_is_seen() {
    let forge = OneForge::default();
    forge.review(4, "ann", Verdict::ChangesRequested);
    forge.review(5, "bob", Verdict::Approved);
    let office = Office::new(forge);
    office.start().await;
    assert_eq!(office.stage().await, Stage::InReview);
    let dismissed = PullRequestFact::Reviewed {
        at: at(4),
        by: "ann".to_owned().try_into().unwrap(),
        verdict: idwo_workflows::track_pull_request::Verdict::Dismissed,
    };
    office.tell("1", dismissed).await;
    assert_eq!(office.stage().await, Stage::Approved);
}

#[tokio::test]
async fn an_approval_that_was_dismissed_before_it_was_followed_does_not_count() {
    let forge = OneForge::default();
    forge.review(5, "bob", Verdict::Dismissed);
    let office = Office::new(forge);
    office.start().await;
    let approved = PullRequestFact::Reviewed {
        at: at(5),
        by: "bob".to_owned().try_into().unwrap(),
        verdict: idwo_workflows::track_pull_request::Verdict::Approved,
    };
    office.tell("1", approved).await;
    assert_eq!(office.stage().await, Stage::InReview, "told late");
}

#[tokio::test]
async fn what_landed_at_an_unknown_time_is_put_right_by_whoever_knows() {
    let office = Office::new(OneForge::default());
    let commit = "b".repeat(40).parse().unwrap();
    office.forge.is_now(State::Merged { commit, at: None }, 8);
    office.start().await;
    assert_eq!(office.stage().await, Stage::Merged);
    office.tell("1", merged(3)).await;
    let tracked = Tracked::deserialize(&office.newest().await.state).unwrap();
    assert_eq!(tracked.merged.unwrap().at, at(3));
}

#[tokio::test]
async fn what_nobody_told_of_is_seen_after_30_days() {
    let office = Office::new(OneForge::default());
    office.start().await;
    assert_eq!(office.stage().await, Stage::Open);
    let commit = "b".repeat(40).parse().unwrap();
    office.forge.is_now(State::Merged { commit, at: None }, 8);
    office
        .clock
        .advance(jiff::SignedDuration::from_hours(30 * 24 - 1));
    assert_eq!(office.stage().await, Stage::Open);
    office.clock.advance(jiff::SignedDuration::from_hours(1));
    assert_eq!(office.stage().await, Stage::Merged);
}

#[tokio::test]
async fn a_pull_request_that_is_opened_again_is_followed_again() {
    let office = Office::new(OneForge::default());
    assert_eq!(office.start().await, (1, true));
    assert_eq!(office.start().await, (1, false), "it is followed already");
    office.stage().await;
    office
        .tell("1", PullRequestFact::Closed { at: at(10) })
        .await;
    let ended = office.newest().await.outcome;
    let output = json!({ "stage": "closed", "commit": null, "tag": null });
    assert_eq!(ended, Some(Outcome::Done { output }));
    let reopened = PullRequestFact::Opened { at: at(20) };
    let told = office.tell("2", reopened.clone()).await;
    assert_eq!(told, Happening::Refused(Refused::Ended));
    office.forge.is_now(State::Open, 20);
    assert_eq!(office.start().await, (2, true));
    assert_eq!(office.stage().await, Stage::Open);
    office
        .tell("3", PullRequestFact::Closed { at: at(10) })
        .await;
    assert_eq!(office.stage().await, Stage::Open, "the old end comes late");
    office
        .tell("4", PullRequestFact::Closed { at: at(30) })
        .await;
    assert_eq!(office.stage().await, Stage::Closed);
}
