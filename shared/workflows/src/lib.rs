//! The workflows of the product: a file each, with its table of steps at the top. They reach the world through
//! the ports of `idwo-core` alone, so that each can be tried with stand-ins.

pub mod answer_later;
pub mod track_pull_request;

use std::sync::Arc;

use async_trait::async_trait;
use idwo_core::approval::ApprovalWorkflow;
use idwo_core::dispatch::{Call, Dispatch, Reply};
use idwo_core::failure::Failure;
use idwo_core::forge::Forge;
use idwo_core::health::Component;
use idwo_core::workflow::{Kinds, kind};

use self::answer_later::AnswerLater;
use self::track_pull_request::TrackPullRequest;

/// All of them, for whoever starts, tells and looks at runs, and performs no step of theirs that asks a tool.
pub fn all(forge: Arc<dyn Forge>) -> Kinds {
    asking(forge, Arc::new(Nobody))
}

/// All of them, for workers.
pub fn asking(forge: Arc<dyn Forge>, tools: Arc<dyn Dispatch>) -> Kinds {
    Kinds::of([
        kind::<AnswerLater>(tools),
        kind::<ApprovalWorkflow>(()),
        kind::<TrackPullRequest>(forge),
    ])
}

/// Whom a step asks that no worker performs.
struct Nobody;

#[async_trait]
impl Dispatch for Nobody {
    async fn call(&self, _: Call) -> Result<Reply, Failure> {
        Err(Failure::ours_without_source(
            "a step was performed by no worker",
        ))
    }

    async fn components(&self) -> Vec<Component> {
        Vec::new()
    }
}
