//! Where code lives, seen from a laptop: the clones that its operator offers, and GitHub for all else.

use std::sync::Arc;

use async_trait::async_trait;
use idwo_clients::github::GitHub;
use idwo_core::failure::Failure;
use idwo_core::forge::{File, Forge, Place, PullRequest};
use idwo_core::input::{CommitSha, PullNumber, RepositoryName};
use idwo_core::past::Past;
use idwo_core::watcher::Watcher;
use idwo_history::clones::Clones;

#[derive(Clone)]
pub(crate) struct Forges {
    pub(crate) clones: Clones,
    /// `None` without a credential for it.
    pub(crate) github: Option<Arc<GitHub>>,
}

impl Forges {
    /// A clone answers for its repository, even where GitHub could: whoever offers it wants it read.
    fn of(&self, repository: &RepositoryName) -> &dyn Forge {
        let is_offered = self.clones.names().any(|name| name == repository);
        match &self.github {
            Some(github) if !is_offered => github.as_ref(),
            _ => &self.clones,
        }
    }
}

#[async_trait]
impl Forge for Forges {
    async fn pull_request(
        &self,
        repository: &RepositoryName,
        number: PullNumber,
        watcher: &Watcher,
    ) -> Result<PullRequest, Failure> {
        let forge = self.of(repository);
        forge.pull_request(repository, number, watcher).await
    }

    async fn since(
        &self,
        pull_request: PullRequest,
        seen: &CommitSha,
        watcher: &Watcher,
    ) -> Result<PullRequest, Failure> {
        let forge = self.of(&pull_request.repository);
        forge.since(pull_request, seen, watcher).await
    }

    async fn files(
        &self,
        repository: &RepositoryName,
        wanted: &[Place],
        watcher: &Watcher,
    ) -> Result<Vec<File>, Failure> {
        let forge = self.of(repository);
        forge.files(repository, wanted, watcher).await
    }

    async fn past(
        &self,
        pull_request: &PullRequest,
        watcher: &Watcher,
    ) -> Result<Arc<Past>, Failure> {
        let forge = self.of(&pull_request.repository);
        forge.past(pull_request, watcher).await
    }
}
