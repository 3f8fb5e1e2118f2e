//! The forge of who has none: every question is answered with what its operator has to do.

use std::borrow::Cow;
use std::sync::Arc;

use async_trait::async_trait;
use idwo_core::failure::{Failure, Retry};
use idwo_core::forge::{File, Forge, Place, PullRequest};
use idwo_core::input::{CommitSha, PullNumber, RepositoryName};
use idwo_core::past::Past;
use idwo_core::watcher::Watcher;

pub(crate) struct Nowhere;

fn unconfigured() -> Failure {
    Failure::Upstream {
        service: Cow::Borrowed("this server"),
        what: "it has no credential for GitHub; whoever runs it has to put GITHUB_TOKEN into its secret \
               `vendors`"
            .to_owned(),
        retry: Retry::Pointless,
        source: None,
    }
}

#[async_trait]
impl Forge for Nowhere {
    async fn pull_request(
        &self,
        _: &RepositoryName,
        _: PullNumber,
        _: &Watcher,
    ) -> Result<PullRequest, Failure> {
        Err(unconfigured())
    }

    async fn since(
        &self,
        _: PullRequest,
        _: &CommitSha,
        _: &Watcher,
    ) -> Result<PullRequest, Failure> {
        Err(unconfigured())
    }

    async fn files(
        &self,
        _: &RepositoryName,
        _: &[Place],
        _: &Watcher,
    ) -> Result<Vec<File>, Failure> {
        Err(unconfigured())
    }

    async fn past(&self, _: &PullRequest, _: &Watcher) -> Result<Arc<Past>, Failure> {
        Err(unconfigured())
    }
}
