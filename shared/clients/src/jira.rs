//! Jira Cloud, as far as it is asked what a ticket wants and how far it is: one question for all keys.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, StatusCode};
use idwo_core::cache::Cache;
use idwo_core::clock::Clock;
use idwo_core::config::{ConfigError, Variables};
use idwo_core::failure::Failure;
use idwo_core::input::IssueKey;
use idwo_core::tickets::{TICKETS_MAX, Ticket, Tickets};
use idwo_core::watcher::Watcher;
use reqwest::Client;
use serde_json::json;

use crate::http::{Ask, BaseUrl, Service, Unanswered};

mod criteria;
mod document;
mod field;
mod issue;
mod refusal;

use self::field::CriteriaField;
use self::issue::Issues;
use self::refusal::Refusal;

const NAME: &str = "jira";

/// Most bytes of twenty tickets with their descriptions; parsed they take fifty times as much at worst.
const ANSWER_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Longest time for all that is asked: the answer that the tickets are for is worth more than they are.
const LOOK_UP_TIMEOUT: Duration = Duration::from_secs(8);

/// What of a ticket is read.
const FIELDS: [&str; 6] = [
    "summary",
    "status",
    "issuetype",
    "fixVersions",
    "description",
    "updated",
];

pub struct Jira {
    service: Service,
    clock: Arc<dyn Clock>,
    authorization: HeaderValue,
    username: String,
    criteria_field: Option<CriteriaField>,
}

impl Jira {
    /// `None` where `JIRA_URL`, `JIRA_USERNAME` and `JIRA_API_TOKEN` are all unset.
    ///
    /// # Errors
    /// Names the first of the three that is missing while another is set, or the variable that cannot be
    /// used. Values are never shown.
    pub fn configured(
        variables: &Variables,
        pool: Client,
        rest: Duration,
        clock: Arc<dyn Clock>,
        cache: Arc<dyn Cache>,
    ) -> Result<Option<Self>, ConfigError> {
        if !is_named(variables)? {
            return Ok(None);
        }
        let base: BaseUrl = variables.required("JIRA_URL")?;
        let username: String = variables.required("JIRA_USERNAME")?;
        let token: String = variables.required("JIRA_API_TOKEN")?;
        Ok(Some(Self {
            service: Service::new(NAME, base, pool, Arc::clone(&clock), cache, rest),
            clock,
            authorization: basic(&username, token.trim())?,
            username,
            criteria_field: variables.optional("JIRA_CRITERIA_FIELD")?,
        }))
    }

    async fn found(&self, keys: &[IssueKey], watcher: &Watcher) -> Result<Vec<Ticket>, Refusal> {
        let answer = self.service.ask(&self.question(keys), watcher).await?;
        let issues: Issues = answer.json()?;
        if issues.is_cut() {
            return Err(Refusal::Cut);
        }
        let tickets = issues.tickets(keys, self.service.base(), self.criteria_field.as_ref());
        if tickets.len() < keys.len() {
            self.is_known(watcher).await?;
        }
        Ok(tickets)
    }

    /// By their keys and not by a search: that one fails as a whole where one key does not exist.
    fn question(&self, keys: &[IssueKey]) -> Ask {
        let own = self.criteria_field.iter().map(CriteriaField::as_str);
        let fields: Vec<_> = FIELDS.into_iter().chain(own).collect();
        let wanted = json!({ "issueIdsOrKeys": keys, "fields": fields });
        self.by_us(Ask::query("/rest/api/3/issue/bulkfetch", wanted).at_most(ANSWER_BYTES_MAX))
    }

    /// Jira takes who brings a token that has expired for a stranger, and shows him what strangers may
    /// see, mostly nothing. Only what strangers may not ask at all tells the two apart.
    async fn is_known(&self, watcher: &Watcher) -> Result<(), Refusal> {
        let asked = self.by_us(Ask::get("/rest/api/3/myself"));
        match self.service.ask(&asked, watcher).await {
            // A token may be for tickets alone: Jira knows whose it is.
            Err(Unanswered::Refused { status, .. }) if status == StatusCode::FORBIDDEN => Ok(()),
            answered => Ok(answered.map(drop)?),
        }
    }

    fn by_us(&self, ask: Ask) -> Ask {
        ask.authorized(self.authorization.clone(), &self.username)
    }
}

#[async_trait]
impl Tickets for Jira {
    async fn tickets(&self, keys: &[IssueKey], watcher: &Watcher) -> Result<Vec<Ticket>, Failure> {
        let keys = keys.get(..TICKETS_MAX).unwrap_or(keys);
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let found = tokio::time::timeout(LOOK_UP_TIMEOUT, self.found(keys, watcher)).await;
        let found = found.unwrap_or(Err(Refusal::Unanswered(Unanswered::TooLate)));
        found.map_err(|why| why.failure(self.clock.now()))
    }
}

impl fmt::Debug for Jira {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jira")
            .field("url", self.service.base())
            .finish_non_exhaustive()
    }
}

fn is_named(variables: &Variables) -> Result<bool, ConfigError> {
    for name in ["JIRA_URL", "JIRA_USERNAME", "JIRA_API_TOKEN"] {
        if variables.optional::<String>(name)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn basic(username: &str, token: &str) -> Result<HeaderValue, ConfigError> {
    let bad = || ConfigError::Bad {
        name: "JIRA_USERNAME",
        expected: "the address of an account, without a colon".to_owned(),
    };
    if username.contains(':') {
        return Err(bad());
    }
    let credential = STANDARD.encode(format!("{username}:{token}"));
    let mut basic = HeaderValue::try_from(format!("Basic {credential}")).map_err(|_| bad())?;
    basic.set_sensitive(true);
    Ok(basic)
}

#[cfg(test)]
mod tests;
