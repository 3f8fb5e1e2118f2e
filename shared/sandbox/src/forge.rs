//! The sample repository as the forge of a function that cannot ask GitHub yet.

use std::error::Error;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use idwo_core::failure::Failure;
use idwo_core::forge::{File, Forge, Place, PullRequest};
use idwo_core::input::{CommitSha, PullNumber, RepositoryName};
use idwo_core::past::Past;
use idwo_core::watcher::Watcher;
use idwo_history::clones::Clones;

use crate::sample;

/// The one folder that a function can write; what is in it outlives a process that was ended.
pub const FOLDER: &str = "/tmp";

/// Written at the first call and not at the start: 50 to 100 ms of CPU, which only this repository
/// costs, and which a forge that asks GitHub will not.
#[derive(Default)]
struct Sample(OnceLock<Clones>);

pub fn over_sample() -> Result<Arc<dyn Forge>, Box<dyn Error + Send + Sync>> {
    Ok(Arc::new(Sample::default()))
}

impl Sample {
    fn clones(&self) -> Result<&Clones, Failure> {
        if let Some(clones) = self.0.get() {
            return Ok(clones);
        }
        let opened = open().map_err(|e| Failure::ours("the sample cannot be used", e))?;
        Ok(self.0.get_or_init(|| opened))
    }
}

fn open() -> Result<Clones, Box<dyn Error + Send + Sync>> {
    let path = sample::written_in(Path::new(FOLDER))?;
    let mut clones = Clones::default();
    clones.offer_sample(&path, sample::NAME.parse()?, sample::NOTE)?;
    Ok(clones)
}

#[async_trait]
impl Forge for Sample {
    async fn pull_request(
        &self,
        repository: &RepositoryName,
        number: PullNumber,
        watcher: &Watcher,
    ) -> Result<PullRequest, Failure> {
        let clones = self.clones()?;
        clones.pull_request(repository, number, watcher).await
    }

    async fn since(
        &self,
        pull_request: PullRequest,
        seen: &CommitSha,
        watcher: &Watcher,
    ) -> Result<PullRequest, Failure> {
        self.clones()?.since(pull_request, seen, watcher).await
    }

    async fn files(
        &self,
        repository: &RepositoryName,
        wanted: &[Place],
        watcher: &Watcher,
    ) -> Result<Vec<File>, Failure> {
        self.clones()?.files(repository, wanted, watcher).await
    }

    async fn past(
        &self,
        pull_request: &PullRequest,
        watcher: &Watcher,
    ) -> Result<Arc<Past>, Failure> {
        self.clones()?.past(pull_request, watcher).await
    }
}
