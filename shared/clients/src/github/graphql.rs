//! Questions in GraphQL. GitHub answers 200 whatever happened: what went wrong stands beside the data.

use std::time::Duration;

use idwo_core::failure::Failure;
use idwo_core::watcher::Watcher;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{GitHub, MEDIA_TYPE};
use crate::http::{Ask, Unanswered};

/// GitHub counts these apart.
const KIND: &str = "graphql";

/// As it says that its limit is used up: the older word and the newer.
const LIMITED: [&str; 2] = ["RATE_LIMITED", "RATE_LIMIT"];

/// As it says that a credential may not see something.
const FORBIDDEN: [&str; 2] = ["FORBIDDEN", "INSUFFICIENT_SCOPES"];

/// When to come back where its limit of points is used up and it names no time.
const LIMITED_FOR_S: i64 = 60;

#[derive(Deserialize)]
struct Answered<T> {
    data: Option<T>,
    #[serde(default = "Vec::new")]
    errors: Vec<Wrong>,
}

/// Its message is left out: it can quote the question.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Wrong {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    path: Vec<Value>,
}

/// The data, and what of it could not be had.
pub(super) struct Told<T> {
    pub(super) data: T,
    wrong: Vec<Wrong>,
}

impl<T> Told<T> {
    /// Whether `field` could not be told, for whatever reason.
    pub(super) fn is_wrong(&self, field: &str) -> bool {
        self.wrong.iter().any(|wrong| wrong.is_at(field))
    }

    /// Whether `field` could not be told since the credential may not see it.
    pub(super) fn is_forbidden(&self, field: &str) -> bool {
        let mut of_it = self.wrong.iter().filter(|wrong| wrong.is_at(field));
        of_it.any(Wrong::is_forbidden)
    }

    /// Whether anything but that `field` does not exist went wrong with it.
    pub(super) fn is_broken(&self, field: &str) -> bool {
        let mut of_it = self.wrong.iter().filter(|wrong| wrong.is_at(field));
        of_it.any(|wrong| wrong.kind != "NOT_FOUND")
    }
}

impl Wrong {
    fn is_forbidden(&self) -> bool {
        FORBIDDEN.contains(&self.kind.as_str())
    }

    /// An error that names no place is one of all of it.
    fn is_at(&self, field: &str) -> bool {
        self.path.is_empty() || self.path.iter().any(|part| part == field)
    }
}

impl GitHub {
    /// It changes nothing, so it may be asked again.
    pub(super) async fn ask_graphql<T: DeserializeOwned>(
        &self,
        name: &str,
        query: &str,
        variables: Value,
        watcher: &Watcher,
    ) -> Result<Told<T>, Failure> {
        self.ask_graphql_within(Duration::MAX, name, query, variables, watcher)
            .await
    }

    /// What is worth so much time and no more.
    pub(super) async fn ask_graphql_within<T: DeserializeOwned>(
        &self,
        time: Duration,
        name: &str,
        query: &str,
        variables: Value,
        watcher: &Watcher,
    ) -> Result<Told<T>, Failure> {
        let body = json!({ "operationName": name, "query": query, "variables": variables });
        let token = self.credential.token(self, watcher).await?;
        let ask = Ask::query(self.paths.graphql, body)
            .accepting(MEDIA_TYPE)
            .counted_as(KIND)
            .within(time)
            .authorized(token, self.credential.whose());
        let answer = self.service.ask(&ask, watcher).await;
        let answered = answer.and_then(|answer| answer.json::<Answered<T>>());
        let answered = answered.map_err(|why| self.failure(why))?;
        self.told(answered)
    }

    fn told<T>(&self, answered: Answered<T>) -> Result<Told<T>, Failure> {
        let limited = |wrong: &Wrong| LIMITED.contains(&wrong.kind.as_str());
        if answered.errors.iter().any(limited) {
            let until = self.limited_until();
            return Err(self.failure(Unanswered::Limited { until }));
        }
        match answered.data {
            Some(data) => Ok(Told {
                data,
                wrong: answered.errors,
            }),
            None if answered.errors.iter().any(Wrong::is_forbidden) => {
                Err(self.failure(Unanswered::forbidden()))
            }
            None => Err(self.failure(Unanswered::Partial)),
        }
    }

    /// As its headers say, where they say that nothing is left.
    fn limited_until(&self) -> Timestamp {
        let mut limits = self.service.limits().into_iter();
        let used_up = limits.find(|(kind, limit)| *kind == KIND && limit.remaining == 0);
        used_up.map_or_else(
            || self.clock.now() + SignedDuration::from_secs(LIMITED_FOR_S),
            |(_, limit)| limit.reset_at,
        )
    }
}
