//! Questions in GraphQL. GitHub answers 200 whatever happened: what went wrong stands beside the data.

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

/// When to come back where its limit of points is used up and it names no time.
const LIMITED_FOR_S: i64 = 60;

#[derive(Deserialize)]
struct Answered {
    data: Option<Value>,
    #[serde(default)]
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
        of_it.any(|wrong| wrong.kind == "FORBIDDEN")
    }

    /// Whether anything but that `field` does not exist went wrong with it.
    pub(super) fn is_broken(&self, field: &str) -> bool {
        let mut of_it = self.wrong.iter().filter(|wrong| wrong.is_at(field));
        of_it.any(|wrong| wrong.kind != "NOT_FOUND")
    }
}

impl Wrong {
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
        let body = json!({ "operationName": name, "query": query, "variables": variables });
        let token = self.credential.token(self, watcher).await?;
        let ask = Ask::query(self.paths.graphql, body)
            .accepting(MEDIA_TYPE)
            .counted_as(KIND)
            .authorized(token, self.credential.whose());
        let answer = self.service.ask(&ask, watcher).await;
        let answered = answer.and_then(|answer| answer.json::<Answered>());
        let answered = answered.map_err(|why| self.failure(why))?;
        self.told(answered)
    }

    fn told<T: DeserializeOwned>(&self, answered: Answered) -> Result<Told<T>, Failure> {
        let limited = |wrong: &Wrong| wrong.kind == "RATE_LIMITED";
        if answered.errors.iter().any(limited) {
            let until = self.limited_until();
            return Err(self.failure(Unanswered::Limited { until }));
        }
        let unfit = |why| self.failure(Unanswered::Unfit(why));
        let data = answered.data.unwrap_or_default();
        Ok(Told {
            data: serde_json::from_value(data).map_err(unfit)?,
            wrong: answered.errors,
        })
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
