//! Which pull request.

use idwo_core::input::{Owner, PullNumber, Rejected, Repo, RepositoryName};
use idwo_core::workflow::{Entity, Fact, Start, Tenant, Workflow};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{PullRequestFact, TrackPullRequest};

/// In lower case, since GitHub compares names without it: whoever writes them otherwise starts and tells the
/// same run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PullRequestName {
    owner: Owner,
    repo: Repo,
    pull_number: PullNumber,
}

impl PullRequestName {
    /// # Errors
    /// None: what is valid is so in lower case.
    pub fn of(repository: &RepositoryName, pull_number: PullNumber) -> Result<Self, Rejected> {
        Ok(Self {
            owner: repository.owner.as_str().to_ascii_lowercase().parse()?,
            repo: repository.repo.as_str().to_ascii_lowercase().parse()?,
            pull_number,
        })
    }

    pub fn repository(&self) -> RepositoryName {
        RepositoryName {
            owner: self.owner.clone(),
            repo: self.repo.clone(),
        }
    }

    pub const fn pull_number(&self) -> PullNumber {
        self.pull_number
    }

    /// `pr-OWNER-REPO-NUMBER`, for looking it up. It cannot be taken apart: two pull requests can have the
    /// same one, `a-b/c` and `a/b-c`. The second that is started is a conflict while the first is open, and
    /// what is told of one does not count for the other.
    ///
    /// # Errors
    /// None: the longest has 154 characters of the 240 that there may be.
    pub fn entity(&self) -> Result<Entity, &'static str> {
        let Self {
            owner,
            repo,
            pull_number,
        } = self;
        format!("pr-{owner}-{repo}-{pull_number}").parse()
    }

    /// # Errors
    /// As of [`Self::entity`].
    pub fn start(&self, tenant: Tenant, correlation: Uuid) -> Result<Start, &'static str> {
        Ok(Start {
            tenant,
            entity: self.entity()?,
            kind: TrackPullRequest::NAME.to_owned(),
            input: json!(self),
            correlation,
            parent: None,
        })
    }

    /// What its run is told. `id` is of whoever tells it, the same each time, such as a delivery's.
    pub fn told(&self, id: String, fact: &PullRequestFact) -> Fact {
        Fact {
            id,
            name: fact.name().to_owned(),
            with: json!({ "of": self, "fact": fact }),
        }
    }
}
