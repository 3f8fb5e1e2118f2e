//! GitHub over HTTP, on github.com or a server of its own: the same evidence as from a clone, and what
//! only its records tell (checks, reviews, labels, conflicts).

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use idwo_core::cache::Cache;
use idwo_core::clock::Clock;
use idwo_core::config::{ConfigError, Variables};
use idwo_core::failure::Failure;
use idwo_core::forge::{File, Forge, Place, PullRequest};
use idwo_core::health::{Component, State};
use idwo_core::input::{CommitSha, PullNumber, RepositoryName};
use idwo_core::past::Past;
use idwo_core::watcher::Watcher;
use reqwest::Client;

use crate::failure::Told;
use crate::http::{Answer, Ask, BaseUrl, Service, Unanswered};

mod blobs;
mod checks;
mod comparison;
mod credential;
mod graphql;
mod history;
mod landed;
mod patch;
mod people;
mod pull_request;
mod record;

use self::credential::Credential;

/// Under which it stands in replies.
const NAME: &str = "github";

const TOLD: Told = Told {
    service: "GitHub",
    renew: "whoever runs this server has to renew GITHUB_TOKEN or the App's key",
    allow: "it needs to read contents, pull requests, issues, checks and commit statuses",
    address: "GITHUB_API_URL",
};

/// Where GitHub is, unless `GITHUB_API_URL` says otherwise.
const API: &str = "https://api.github.com";

/// The edition of the REST API that answers are read in.
const EDITION: &str = "2022-11-28";
const EDITION_HEADER: http::HeaderName = http::HeaderName::from_static("x-github-api-version");
const MEDIA_TYPE: &str = "application/vnd.github+json";

pub struct GitHub {
    service: Service,
    credential: Credential,
    paths: Paths,
    clock: Arc<dyn Clock>,
    cache: Arc<dyn Cache>,
}

/// Where its two APIs are, below its address.
struct Paths {
    rest: &'static str,
    graphql: &'static str,
}

impl GitHub {
    /// `None` without `GITHUB_TOKEN` and `GITHUB_APP_ID`. A server of one's own is named by
    /// `GITHUB_API_URL` (`https://HOST/api/v3`), as in GitHub's own workflows. One that fails rests for
    /// `rest`.
    pub fn configured(
        variables: &Variables,
        pool: Client,
        rest: Duration,
        clock: Arc<dyn Clock>,
        cache: Arc<dyn Cache>,
    ) -> Result<Option<Self>, ConfigError> {
        let Some(credential) = Credential::configured(variables)? else {
            return Ok(None);
        };
        let api: Option<BaseUrl> = variables.optional("GITHUB_API_URL")?;
        let (base, paths) = located(api)?;
        let (of_time, of_answers) = (Arc::clone(&clock), Arc::clone(&cache));
        Ok(Some(Self {
            service: Service::new(NAME, base, pool, of_time, of_answers, rest),
            credential,
            paths,
            clock,
            cache,
        }))
    }

    /// Whether it answers to this credential, and how much more it will. A server of one's own may count
    /// nothing, and then has no limits to tell.
    pub async fn component(&self, watcher: &Watcher) -> Component {
        let failure = match self.find(Ask::get("/rate_limit"), watcher).await {
            Ok(_) => return Component::ok(NAME, self.found()),
            Err(failure) => failure,
        };
        let is_limited = self
            .service
            .limits()
            .iter()
            .any(|(_, limit)| limit.remaining == 0);
        let state = if is_limited {
            State::Degraded
        } else {
            State::Down
        };
        Component::wrong(NAME, state, failure.to_string(), "do as it says")
    }

    fn found(&self) -> String {
        let limits = self.service.limits();
        let limits = limits.iter().map(|(kind, limit)| {
            format!(
                "{} of {} {kind} requests left",
                limit.remaining, limit.limit
            )
        });
        let limits: Vec<_> = limits.collect();
        format!("{} answers; {}", self.service.base(), limits.join(", "))
    }

    /// `None` for what is not there, or not shown to this credential.
    async fn find(&self, ask: Ask, watcher: &Watcher) -> Result<Option<Answer>, Failure> {
        match self.ask_rest(ask, watcher).await? {
            Ok(answer) => Ok(Some(answer)),
            Err(why) if why.is_missing() => Ok(None),
            Err(why) => Err(self.failure(why)),
        }
    }

    /// Of the REST API.
    async fn ask_rest(
        &self,
        mut ask: Ask,
        watcher: &Watcher,
    ) -> Result<Result<Answer, Unanswered>, Failure> {
        ask.below(self.paths.rest);
        let ask = ask.accepting(MEDIA_TYPE).header(EDITION_HEADER, EDITION);
        let token = self.credential.token(self, watcher).await?;
        let ask = ask.authorized(token, self.credential.whose());
        Ok(self.service.ask(&ask, watcher).await)
    }

    /// What is kept of a repository is kept for who may see it.
    fn whose(&self, repository: &RepositoryName) -> String {
        let name = repository.to_string().to_lowercase();
        format!("{} {} {name}", self.service.base(), self.credential.whose())
    }

    fn failure(&self, why: Unanswered) -> Failure {
        TOLD.failure(why, self.clock.now())
    }
}

fn located(api: Option<BaseUrl>) -> Result<(BaseUrl, Paths), ConfigError> {
    let bad = |expected: &'static str| ConfigError::Bad {
        name: "GITHUB_API_URL",
        expected: expected.to_owned(),
    };
    let text = api.map_or_else(|| API.to_owned(), |api| api.to_string());
    let (base, paths) = match text.strip_suffix("/api/v3") {
        Some(server) => (
            server,
            Paths {
                rest: "/api/v3",
                graphql: "/api/graphql",
            },
        ),
        None => (
            text.as_str(),
            Paths {
                rest: "",
                graphql: "/graphql",
            },
        ),
    };
    Ok((base.parse().map_err(bad)?, paths))
}

#[async_trait]
impl Forge for GitHub {
    async fn pull_request(
        &self,
        repository: &RepositoryName,
        number: PullNumber,
        watcher: &Watcher,
    ) -> Result<PullRequest, Failure> {
        self.read_pull_request(repository, number, watcher).await
    }

    async fn since(
        &self,
        pull_request: PullRequest,
        seen: &CommitSha,
        watcher: &Watcher,
    ) -> Result<PullRequest, Failure> {
        self.read_since(pull_request, seen, watcher).await
    }

    async fn files(
        &self,
        repository: &RepositoryName,
        wanted: &[Place],
        watcher: &Watcher,
    ) -> Result<Vec<File>, Failure> {
        self.read_files(repository, wanted, watcher).await
    }

    async fn past(
        &self,
        pull_request: &PullRequest,
        watcher: &Watcher,
    ) -> Result<Arc<Past>, Failure> {
        self.read_past(pull_request, watcher).await.map(Arc::new)
    }
}

#[cfg(test)]
mod tests;
