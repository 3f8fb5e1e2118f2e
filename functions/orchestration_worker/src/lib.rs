//! `orchestration_worker`: goes on with the product's workflows, one step for each message of its queue.

use std::sync::Arc;

use idwo_core::forge::Forge;
use idwo_core::workflow::{Kinds, kind};
use idwo_workflows::track_pull_request::TrackPullRequest;

/// All that it can go on with.
pub fn kinds(forge: Arc<dyn Forge>) -> Kinds {
    Kinds::of([kind::<TrackPullRequest>(forge)])
}
