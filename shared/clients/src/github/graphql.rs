//! Questions in GraphQL. GitHub answers 200 whatever happened: what went wrong stands beside the data.

use idwo_core::failure::Failure;
use idwo_core::watcher::Watcher;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{GitHub, MEDIA_TYPE};
use crate::http::{Ask, Unanswered};

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
    /// Whether `field` is missing since the credential may not see it.
    pub(super) fn is_forbidden(&self, field: &str) -> bool {
        let names = |wrong: &Wrong| wrong.path.iter().any(|part| part == field);
        self.wrong
            .iter()
            .any(|wrong| wrong.kind == "FORBIDDEN" && names(wrong))
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
            .counted_as("graphql")
            .authorized(token, self.credential.whose());
        let answer = self.service.ask(&ask, watcher).await;
        let answered = answer.and_then(|answer| answer.json::<Answered>());
        let answered = answered.map_err(|why| self.failure(why))?;
        self.told(answered)
    }

    fn told<T: DeserializeOwned>(&self, answered: Answered) -> Result<Told<T>, Failure> {
        let limited = |wrong: &Wrong| wrong.kind == "RATE_LIMITED";
        if answered.errors.iter().any(limited) {
            let until = self.clock.now() + jiff::Span::new().seconds(LIMITED_FOR_S);
            return Err(self.failure(Unanswered::Limited { until }));
        }
        let unfit = |why| self.failure(Unanswered::Unfit(why));
        let data = answered.data.unwrap_or_default();
        Ok(Told {
            data: serde_json::from_value(data).map_err(unfit)?,
            wrong: answered.errors,
        })
    }
}
