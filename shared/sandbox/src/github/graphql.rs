//! `POST /graphql`: each operation that the client knows, by its name, in the shape of its query.

mod blobs;
mod history;
mod pull_request;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Unusable;
use super::git::Git;
use super::reply::Reply;
use super::request::Asked;
use super::said::Said;

/// Answers the operation that `asked` names; `said` is what was said of each pull request.
pub(super) async fn answer(
    git: &Git,
    said: &std::collections::HashMap<u32, Said>,
    asked: &Asked,
) -> Result<Reply, Unusable> {
    let text = |name| asked.variable(name).and_then(Value::as_str);
    let (owner, name) = (
        text("owner").unwrap_or_default(),
        text("name").unwrap_or_default(),
    );
    if !git.is_named(owner, name) {
        let message = format!("Could not resolve to a Repository with the name '{owner}/{name}'.");
        let body = json!({
            "data": { "repository": null },
            "errors": [error("NOT_FOUND", &json!(["repository"]), &message)],
        });
        return Ok(Reply::ok(body));
    }
    let body = match asked.operation.as_deref() {
        Some("PullRequest") => pull_request::answer(git, said, asked).await?,
        Some("History") => history::answer(git, asked)?,
        Some("Blobs") => blobs::answer(git, asked)?,
        other => json!({ "errors": [{ "message": format!("No operation named {other:?}") }] }),
    };
    Ok(Reply::ok(body))
}

fn data(repository: Value) -> Value {
    json!({ "data": { "repository": repository } })
}

fn error(kind: &str, path: &Value, message: &str) -> Value {
    json!({
        "type": kind, "path": path, "message": message,
        "locations": [{ "line": 2, "column": 3 }],
    })
}

/// GitHub's `DateTime` knows whole seconds.
fn date(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second())
        .unwrap_or(at)
        .to_string()
}
