//! What a pull request is now, told as facts: what happened before anybody told of it, and what nobody did.

use std::sync::Arc;

use idwo_core::evidence::Known;
use idwo_core::forge::{self, Forge, PullRequest, Review, State};
use idwo_core::watcher::Watcher;
use idwo_core::workflow::{Acting, Again, Call, StepFailure};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{LOOK_WITHIN, Login, PullRequestFact, PullRequestName, Verdict};

pub(super) fn look<'a>(forge: &'a Arc<dyn Forge>, call: &'a Call) -> Acting<'a, Value> {
    Box::pin(async move {
        let name = PullRequestName::deserialize(&call.input)
            .map_err(|error| StepFailure::new(error, Again::Pointless))?;
        let watcher = Watcher::silent().within(LOOK_WITHIN);
        let _stop = watcher.stop_on_drop();
        let found = forge
            .pull_request(&name.repository(), name.pull_number(), &watcher)
            .await?;
        Ok(json!(facts(&found)))
    })
}

pub(super) fn facts(found: &PullRequest) -> Vec<PullRequestFact> {
    let record = found.record.as_ref();
    let reviews = record.and_then(|record| match &record.reviews {
        Known::Value(reviews) => Some(reviews.iter().filter_map(reviewed)),
        Known::Unknown { .. } => None,
    });
    // Closing it and opening it again count as updates: whatever is newer has happened since.
    let updated_at = record.map(|record| record.updated_at);
    let state = stands(&found.state, updated_at.or(found.as_of_at));
    state
        .into_iter()
        .chain(reviews.into_iter().flatten())
        .collect()
}

/// `at` is when that was so. Where nobody knows, an open or closed one is left to those who do, and a merged
/// one is told of with the oldest time that there is: no other merge can come.
fn stands(state: &State, at: Option<Timestamp>) -> Option<PullRequestFact> {
    match state {
        State::Merged { commit, at: merged } => Some(PullRequestFact::Merged {
            at: merged.unwrap_or(Timestamp::UNIX_EPOCH),
            commit: commit.clone(),
        }),
        State::Open => at.map(|at| PullRequestFact::Opened { at }),
        State::Closed => at.map(|at| PullRequestFact::Closed { at }),
        State::Unknown { .. } => None,
    }
}

/// `None` without a name or a time: it could not be told from another.
fn reviewed(review: &Review) -> Option<PullRequestFact> {
    let by = Login::try_from(review.by.login.clone()?).ok()?;
    let verdict = match review.verdict {
        forge::Verdict::Approved => Verdict::Approved,
        forge::Verdict::ChangesRequested => Verdict::ChangesRequested,
        forge::Verdict::Commented => Verdict::Commented,
        forge::Verdict::Dismissed => Verdict::Dismissed,
    };
    let at = review.at?;
    Some(PullRequestFact::Reviewed { at, by, verdict })
}
