//! The clones that the operator offers, and the port through which tools see them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use idwo_core::failure::Failure;
use idwo_core::forge::{File, Forge, Place, PullRequest};
use idwo_core::health::Component;
use idwo_core::input::{CommitSha, PullNumber, RepositoryName};
use idwo_core::past::Past;
use idwo_core::watcher::Watcher;

use crate::open::OpenedClone;
use crate::{branches, health, landing, pull_request, read};

/// A few repositories on this machine, each known by one or two names.
#[derive(Clone, Default)]
pub struct Clones {
    opened: Vec<Arc<OpenedClone>>,
    /// Where their indexes are kept; in memory only without such a folder.
    kept_in: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub enum OfferError {
    #[error("{path} is not a git repository that can be read")]
    Unreadable { path: String, source: gix::Error },
    #[error("two of the clones are of {0}: offer one of them only")]
    SameName(RepositoryName),
}

impl Clones {
    /// None yet; what is learned of their histories will be kept in `folder`, which exists.
    pub fn kept_in(folder: PathBuf) -> Self {
        Self {
            kept_in: Some(folder),
            ..Self::default()
        }
    }

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
        self.opened.iter().flat_map(|clone| clone.names())
    }

    /// The pull request that landed last, for a first look; `None` where no commit of the last
    /// thousand names one.
    pub fn newest_pull(&self, name: &RepositoryName) -> Option<PullNumber> {
        let repo = self.find(name).ok()?.repo();
        landing::newest(&repo, branches::default(&repo).ok()?.tip)
    }

    /// Where pull requests land: the branch's own name (`main` where the clone does not tell) and its
    /// newest commit.
    pub fn default_branch(&self, name: &RepositoryName) -> Result<(String, CommitSha), Failure> {
        let repo = self.find(name)?.repo();
        let branch = branches::default(&repo)?;
        Ok((branches::short_name(&repo, &branch), read::sha(branch.tip)?))
    }

    /// How each clone is, looked at now, on the thread it is called on.
    pub fn components(&self) -> Vec<Component> {
        self.opened
            .iter()
            .map(|clone| health::component(clone))
            .collect()
    }

    /// All that landed up to and including `commit`.
    pub fn past_of(
        &self,
        repository: &RepositoryName,
        commit: &CommitSha,
        watcher: &Watcher,
    ) -> Result<Arc<Past>, Failure> {
        let clone = self.find(repository)?;
        let known = clone.as_of(read::object_id(commit)?, watcher)?;
        Ok(Arc::clone(&known.past))
    }

    fn add(&mut self, clone: OpenedClone) -> Result<(), OfferError> {
        if let Some(taken) = clone.names().find(|name| self.names().any(|n| n == *name)) {
            return Err(OfferError::SameName(taken.clone()));
        }
        let clone = match &self.kept_in {
            Some(folder) => clone.kept_in(folder),
            None => clone,
        };
        self.opened.push(Arc::new(clone));
        Ok(())
    }

    fn find(&self, name: &RepositoryName) -> Result<&OpenedClone, Failure> {
        let mut clones = self.opened.iter().map(Arc::as_ref);
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

    async fn since(
        &self,
        pull_request: PullRequest,
        seen: &CommitSha,
        watcher: &Watcher,
    ) -> Result<PullRequest, Failure> {
        let clone = self.find(&pull_request.repository)?;
        pull_request::since(clone, pull_request, seen, watcher)
    }

    async fn files(
        &self,
        repository: &RepositoryName,
        wanted: &[Place],
        watcher: &Watcher,
    ) -> Result<Vec<File>, Failure> {
        let repo = self.find(repository)?.repo();
        let files = wanted.iter().map(|place| {
            watcher.go_on()?;
            read::file(&repo, &place.commit, &place.path)
        });
        files.collect()
    }

    async fn past(
        &self,
        pull_request: &PullRequest,
        watcher: &Watcher,
    ) -> Result<Arc<Past>, Failure> {
        self.past_of(&pull_request.repository, &pull_request.as_of, watcher)
    }
}

fn open(path: &Path) -> Result<OpenedClone, OfferError> {
    OpenedClone::open(path).map_err(|source| OfferError::Unreadable {
        path: path.display().to_string(),
        source,
    })
}
