//! What is known of a pull request that is followed.

use idwo_core::input::{CommitSha, ReleaseTag};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{PullRequestFact, PullRequestName, Reviews};

/// The newest fact of each sort, and the stage that they come to. The same facts come to the same, in any order
/// and however often each is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tracked {
    pub of: PullRequestName,
    pub stage: Stage,
    #[serde(default)]
    pub door: Option<AsOf<Door>>,
    /// When a review was last asked for or given.
    #[serde(default)]
    pub review_at: Option<Timestamp>,
    #[serde(default)]
    pub reviews: Reviews,
    #[serde(default)]
    pub merged: Option<AsOf<CommitSha>>,
    #[serde(default)]
    pub released: Option<AsOf<ReleaseTag>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Open,
    /// Somebody was asked for a review or gave one, and it is not approved.
    InReview,
    /// At least one reviewer approves, and nobody's last review wants changes.
    Approved,
    Merged,
    Released,
    /// Without having landed.
    Closed,
}

/// Of two of the same time the greater one stands, so that it is the same one always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AsOf<T> {
    pub at: Timestamp,
    pub what: T,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    Open,
    Closed,
}

/// What a run ends with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// [`Stage::Released`] or [`Stage::Closed`].
    pub stage: Stage,
    pub commit: Option<CommitSha>,
    pub tag: Option<ReleaseTag>,
}

impl Tracked {
    /// Nothing is known of it.
    pub fn new(of: PullRequestName) -> Self {
        Self {
            of,
            stage: Stage::Open,
            door: None,
            review_at: None,
            reviews: Reviews::default(),
            merged: None,
            released: None,
        }
    }

    pub fn learn(&mut self, fact: PullRequestFact) {
        match fact {
            PullRequestFact::Opened { at } => newer(&mut self.door, as_of(at, Door::Open)),
            PullRequestFact::Closed { at } => newer(&mut self.door, as_of(at, Door::Closed)),
            PullRequestFact::ReviewAsked { at } => newer(&mut self.review_at, at),
            PullRequestFact::Reviewed { at, by, verdict } => {
                newer(&mut self.review_at, at);
                self.reviews.learn(at, by, verdict);
            }
            PullRequestFact::Merged { at, commit } => newer(&mut self.merged, as_of(at, commit)),
            PullRequestFact::Released { at, tag } => newer(&mut self.released, as_of(at, tag)),
        }
        self.stage = self.comes_to();
    }

    /// What has landed stays so, whatever is said of it afterwards.
    fn comes_to(&self) -> Stage {
        if self.merged.is_some() {
            return match self.released {
                Some(_) => Stage::Released,
                None => Stage::Merged,
            };
        }
        if self.door.is_some_and(|door| door.what == Door::Closed) {
            return Stage::Closed;
        }
        if self.reviews.is_approved() {
            return Stage::Approved;
        }
        self.review_at.map_or(Stage::Open, |_| Stage::InReview)
    }

    pub(super) fn ended(&self) -> Ended {
        let merged = self.merged.as_ref();
        let released = self.released.as_ref();
        Ended {
            stage: self.stage,
            commit: merged.map(|merged| merged.what.clone()),
            tag: released.map(|released| released.what.clone()),
        }
    }
}

const fn as_of<T>(at: Timestamp, what: T) -> AsOf<T> {
    AsOf { at, what }
}

fn newer<T: Ord>(known: &mut Option<T>, told: T) {
    *known = known.take().max(Some(told));
}
