//! The workflows of the product: a file each, with its table of steps at the top. They reach the world through
//! the ports of `idwo-core` alone, so that each can be tried with stand-ins.

pub mod track_pull_request;

use std::sync::Arc;

use idwo_core::approval::ApprovalWorkflow;
use idwo_core::forge::Forge;
use idwo_core::workflow::{Kinds, kind};

use self::track_pull_request::TrackPullRequest;

/// All of them.
pub fn all(forge: Arc<dyn Forge>) -> Kinds {
    Kinds::of([
        kind::<ApprovalWorkflow>(()),
        kind::<TrackPullRequest>(forge),
    ])
}
