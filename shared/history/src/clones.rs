//! The clones that the operator offers, and the port through which tools see them.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use idwo_core::failure::Failure;
use idwo_core::forge::{File, Forge, PastChanges, PullRequest};
use idwo_core::health::Component;
use idwo_core::input::{CommitSha, PullNumber, RepositoryName};
use idwo_core::watcher::Watcher;

use crate::open::OpenedClone;
use crate::{branches, health, landing, past, pull_request, read};

/// A few repositories on this machine, each known by one or two names.
#[derive(Clone, Default)]
pub struct Clones(Vec<Arc<OpenedClone>>);

#[derive(Debug, thiserror::Error)]
pub enum OfferError {
    #[error("{path} is not a git repository that can be read")]
    Unreadable { path: String, source: gix::Error },
    #[error("two of the clones are of {0}: offer one of them only")]
    SameName(RepositoryName),
}

impl Clones {
    /// Offers the clone at `path` (or the one whose work tree it lies in) as `local/<folder>` and,
    /// when it has an `origin` on GitHub, under the owner and name of that.
    pub fn offer(&mut self, path: &Path) -> Result<(), OfferError> {
        self.add(open(path)?)
    }

    /// Offers the clone at `path` under `name`, and marks all that is read from it with `note`.
    pub fn offer_sample(
        &mut self,
        path: &Path,
        name: RepositoryName,
        note: &str,
    ) -> Result<(), OfferError> {
        self.add(open(path)?.renamed(name, note))
    }

    /// Every name under which a repository can be asked for.
    pub fn names(&self) -> impl Iterator<Item = &RepositoryName> {
        self.0.iter().flat_map(|clone| clone.names())
    }

    /// The pull request that landed last, for a first look; `None` where no commit of the last
    /// thousand names one.
    pub fn newest_pull(&self, name: &RepositoryName) -> Option<PullNumber> {
        let repo = self.find(name).ok()?.repo();
        landing::newest(&repo, branches::default(&repo).ok()?.tip)
    }

    /// How each clone is, looked at now, on the thread it is called on.
    pub fn components(&self) -> Vec<Component> {
        self.0
            .iter()
            .map(|clone| health::component(clone))
            .collect()
    }

    fn add(&mut self, clone: OpenedClone) -> Result<(), OfferError> {
        if let Some(taken) = clone.names().find(|name| self.names().any(|n| n == *name)) {
            return Err(OfferError::SameName(taken.clone()));
        }
        self.0.push(Arc::new(clone));
        Ok(())
    }

    fn find(&self, name: &RepositoryName) -> Result<&OpenedClone, Failure> {
        let mut clones = self.0.iter().map(Arc::as_ref);
        let found = clones.find(|clone| clone.names().any(|n| n == name));
        found.ok_or_else(|| self.unknown(name))
    }

    fn unknown(&self, name: &RepositoryName) -> Failure {
        let known: Vec<_> = self.names().map(ToString::to_string).collect();
        Failure::caller(
            format!("repository {name} is not offered here"),
            format!("set `owner` and `repo` to one of: {}", known.join(", ")),
        )
    }
}

/// Reads on the thread it is called on, disk and processor: hosts run each tool on one of its own.
#[async_trait]
impl Forge for Clones {
    async fn pull_request(
        &self,
        repository: &RepositoryName,
        number: PullNumber,
        watcher: &Watcher,
    ) -> Result<PullRequest, Failure> {
        pull_request::read(self.find(repository)?, number, watcher)
    }

    async fn file(
        &self,
        repository: &RepositoryName,
        commit: &CommitSha,
        path: &str,
    ) -> Result<File, Failure> {
        read::file(&self.find(repository)?.repo(), commit, path)
    }

    async fn past_changes(
        &self,
        repository: &RepositoryName,
        before: &CommitSha,
        paths: &[String],
        watcher: &Watcher,
    ) -> Result<PastChanges, Failure> {
        past::changes(self.find(repository)?, before, paths, watcher)
    }
}

fn open(path: &Path) -> Result<OpenedClone, OfferError> {
    OpenedClone::open(path).map_err(|source| OfferError::Unreadable {
        path: path.display().to_string(),
        source,
    })
}
