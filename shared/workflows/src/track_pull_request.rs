//! Follows a pull request until it is released or closed: open, in review, approved, merged, released.
//!
//! It lives on facts that somebody tells it, such as webhooks. They may come late, twice, in any order or not
//! at all: each has its time, and a newer one of its sort stands. What never came is found by looking.

mod fact;
mod look;
mod name;
mod reviews;
mod tracked;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use idwo_core::forge::Forge;
use idwo_core::workflow::{Happened, Move, OnFailure, Retry, Step, Then, Workflow};
use serde::Deserialize;
use serde_json::{Value, json};

pub use self::fact::{Login, PullRequestFact, Told, Verdict};
pub use self::name::PullRequestName;
pub use self::reviews::Reviews;
pub use self::tracked::{AsOf, Door, Ended, Stage, Tracked};

pub struct TrackPullRequest;

const LOOK: &str = "look";

/// Eleven pauses of together 1.2 to 2.4 h: an hour without an answer is outlasted.
const PATIENTLY: Retry = Retry {
    tries: 12,
    first_pause: Duration::from_secs(5),
    longest_pause: Duration::from_secs(3600),
};

/// Longest time of one look: as long as a tool's call may take that asks for the same.
const LOOK_WITHIN: Duration = Duration::from_secs(25);

/// Longest time without a fact: whatever was missed is known after it.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(30 * 24 * 3600);

impl Workflow for TrackPullRequest {
    const NAME: &'static str = "track_pull_request";
    const STEPS: &'static [Step<Arc<dyn Forge>>] = &[
        // It only reads: there is nothing to be found again, and nothing to be taken back.
        Step {
            name: LOOK,
            act: look::look,
            find: None,
            undo: None,
            retry: PATIENTLY,
            within: LOOK_WITHIN,
        },
    ];
    /// Where a look fails for good, what is known stays, and looking can be tried again.
    const ON_FAILURE: OnFailure = OnFailure::Keep;
    /// 180 days: two quarters, so that what is merged in one and released at the end of the next is still
    /// followed; and what nobody closes is not followed for ever.
    const LIFE: Duration = Duration::from_secs(180 * 24 * 3600);

    type Hands = Arc<dyn Forge>;
    type Input = PullRequestName;
    type State = Tracked;

    fn begin(of: PullRequestName) -> Move<Tracked> {
        look_at(Tracked::new(of))
    }

    fn next(tracked: Tracked, happened: Happened<'_>) -> Move<Tracked> {
        match happened {
            Happened::Done { output, .. } => seen(tracked, output),
            Happened::Called { with, .. } => told(tracked, with),
            Happened::NotCalled | Happened::WaitOver | Happened::ChildrenEnded(_) => {
                look_at(tracked)
            }
        }
    }
}

fn seen(mut tracked: Tracked, output: &Value) -> Move<Tracked> {
    let Ok(facts) = Vec::<PullRequestFact>::deserialize(output) else {
        let what = "what a look has seen cannot be read".to_owned();
        return Move::to(tracked, Then::Fail(what));
    };
    for fact in facts {
        tracked.learn(fact);
    }
    go_on(tracked)
}

fn told(mut tracked: Tracked, with: &Value) -> Move<Tracked> {
    // Something has happened that this version of the code has no word for.
    let Ok(Told { of, fact }) = Told::deserialize(with) else {
        return look_at(tracked);
    };
    if of != tracked.of {
        return go_on(tracked);
    }
    let is_released = matches!(fact, PullRequestFact::Released { .. });
    tracked.learn(fact);
    if is_released && tracked.merged.is_none() {
        // The merge has not been told of yet, or never will be.
        return look_at(tracked);
    }
    go_on(tracked)
}

fn go_on(tracked: Tracked) -> Move<Tracked> {
    let then = match tracked.stage {
        Stage::Released | Stage::Closed => Then::End(json!(tracked.ended())),
        _ => Then::Callback(LOOK_AGAIN_AFTER),
    };
    Move::to(tracked, then)
}

fn look_at(tracked: Tracked) -> Move<Tracked> {
    let input = json!(tracked.of);
    Move::to(tracked, Then::Step { name: LOOK, input })
}
