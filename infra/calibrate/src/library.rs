//! The tool over a clone without the endpoint.

use std::path::Path;
use std::sync::Arc;

use analyze_pr::AnalyzePr;
use idwo_core::clock::SystemClock;
use idwo_core::ctx::Ctx;
use idwo_core::dispatch::{Asker, Round};
use idwo_core::forge::Forge;
use idwo_core::input::RepositoryName;
use idwo_core::past::Past;
use idwo_core::tool::Tool;
use idwo_core::watcher::Watcher;
use idwo_core::workflow::Workflows;
use idwo_history::clones::Clones;
use serde_json::{Value, json};

use crate::Failed;

/// The same questions without the endpoint.
pub(crate) struct Library {
    clones: Clones,
    pub(crate) name: RepositoryName,
}

impl Library {
    pub(crate) fn open(clone: &Path) -> Result<Self, Failed> {
        let mut clones = Clones::default();
        clones.offer(clone)?;
        let name = clones
            .names()
            .next()
            .ok_or("the clone has no name")?
            .clone();
        Ok(Self { clones, name })
    }

    pub(crate) async fn analyze(&self, number: u64) -> Result<Value, Failed> {
        let ctx = Ctx {
            forge: Arc::new(self.clones.clone()),
            tickets: None,
            llm: None,
            workflows: Workflows::NotHere("nothing here needs one".to_owned()),
            links: None,
            clock: Arc::new(SystemClock),
            asker: Asker::default(),
            round: Round::default(),
            watcher: Watcher::silent(),
        };
        let (owner, repo) = (self.name.owner.as_str(), self.name.repo.as_str());
        let input = json!({ "owner": owner, "repo": repo, "pull_number": number });
        let answered = AnalyzePr::call(&ctx, serde_json::from_value(input)?).await?;
        Ok(serde_json::to_value(&answered.reply.result)?)
    }

    /// All that landed before the newest pull request.
    pub(crate) async fn past(&self) -> Result<Arc<Past>, Failed> {
        let newest = self.clones.newest_pull(&self.name);
        let newest = newest.ok_or("no pull request landed")?;
        let watcher = Watcher::silent();
        let newest = self
            .clones
            .pull_request(&self.name, newest, &watcher)
            .await?;
        Ok(self.clones.past(&newest, &watcher).await?)
    }
}
