//! Clones of every habit, read through the port as tools read them.

use idwo_core::failure::Failure;
use idwo_core::forge::{Content, FileChange, Forge, PullRequest, State};
use idwo_core::input::{CommitSha, PullNumber, RepositoryName};
use idwo_core::past::{Past, PastChange, PersonId, Reach};
use idwo_core::watcher::Watcher;
use idwo_sandbox::git_clone::{Draft, GitClone};
use std::sync::Arc;

use tempfile::TempDir;

use crate::clones::Clones;

mod index;
mod past;
mod pull_requests;
mod trust;

const ANN: &str = "Ann Lee <ann@x.test>";
const BO: &str = "Bo Kim <bo@x.test>";
const BORS: &str = "bors <bors@rust-lang.org>";

/// A clone in a folder of its own, and the forge that offers it.
struct Story {
    folder: TempDir,
    clone: GitClone,
}

impl Story {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clone = GitClone::init(folder.path().join("shop.git")).unwrap();
        Self { folder, clone }
    }

    /// One file, so that pull requests have something to change.
    fn begun() -> Self {
        let mut story = Self::new();
        story
            .clone
            .land(Draft::by(ANN, "Begin").writes("src/a.rs", "one\ntwo\nthree\n"))
            .unwrap();
        story
    }

    fn clones(&self) -> Clones {
        let mut clones = Clones::default();
        clones.offer(self.clone.path()).unwrap();
        clones
    }

    async fn pull(&self, number: u64) -> Result<PullRequest, Failure> {
        self.clones()
            .pull_request(
                &name(),
                PullNumber::new(number).unwrap(),
                &Watcher::silent(),
            )
            .await
    }

    /// Read anew, with nothing kept from an earlier look.
    async fn past(&self, before: &str) -> Arc<Past> {
        past(&self.clones(), before, &Watcher::silent()).await
    }
}

async fn past(clones: &Clones, before: &str, watcher: &Watcher) -> Arc<Past> {
    let before: CommitSha = before.parse().unwrap();
    clones.past_of(&name(), &before, watcher).unwrap()
}

fn name() -> RepositoryName {
    "local/shop".parse().unwrap()
}
