//! Answers that a fault puts in the place of the true one, or makes of it.

use serde_json::{Value, json};

use super::fault::Fault;
use super::reply::Reply;
use super::request::Asked;
use super::wire;

/// Where GitHub says what its secondary limit is.
const SECONDARY_LIMIT: &str = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits";

/// The answer that stands for the true one; `None` for faults that need the true one.
pub(super) fn instead(fault: &Fault) -> Option<Reply> {
    match fault {
        Fault::Status {
            status,
            headers,
            body,
        } => {
            let refusal = Reply::refusal(wire::code(*status), "The sandbox was told to say this.");
            let body = body.clone().unwrap_or(refusal.body);
            let reply = Reply::new(refusal.status, body);
            let with = |reply: Reply, (name, value): &(String, String)| reply.with(name, value);
            Some(headers.iter().fold(reply, with))
        }
        Fault::SecondaryLimit { retry_after } => {
            let body = json!({
                "message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
                "documentation_url": SECONDARY_LIMIT, "status": "403",
            });
            Some(Reply::new(wire::code(403), body).with("retry-after", retry_after))
        }
        Fault::Redirect { to } => {
            let body = json!({ "message": "Moved Permanently", "url": to });
            Some(Reply::new(wire::code(301), body).with("location", to))
        }
        Fault::RateLimited => {
            let error = json!({ "type": "RATE_LIMITED", "message": "API rate limit exceeded." });
            Some(Reply::ok(json!({ "errors": [error] })))
        }
        Fault::NoData => Some(Reply::ok(json!({ "data": null }))),
        _ => None,
    }
}

/// The true answer as the fault leaves it.
pub(super) fn changed(fault: &Fault, reply: Reply, asked: &Asked, api: &str) -> Reply {
    match fault {
        Fault::PagingLoop => looped(reply, asked, api),
        Fault::ChecksForbidden => without_checks(reply),
        _ => reply,
    }
}

/// A next page that is this one: by its link, and by its cursor.
fn looped(mut reply: Reply, asked: &Asked, api: &str) -> Reply {
    const PAGE: &str = "/data/repository/pullRequests/pageInfo";
    if let Some(page) = reply.body.pointer_mut(PAGE) {
        let after = asked
            .variable("after")
            .cloned()
            .filter(|after| !after.is_null());
        let end = after.or_else(|| page.get("endCursor").cloned());
        *page = json!({ "hasNextPage": true, "endCursor": end });
        return reply;
    }
    let query: Vec<_> = asked
        .query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let itself = format!("{api}{}?{}", asked.path, query.join("&"));
    reply.headers.retain(|(name, _)| name != "link");
    reply.linked(&[("next", itself)])
}

fn without_checks(mut reply: Reply) -> Reply {
    const COMMIT: &str = "/data/repository/pullRequest/commits/nodes/0/commit";
    if let Some(commit) = reply.body.pointer_mut(COMMIT) {
        *commit = json!({ "statusCheckRollup": null });
    }
    let path = json!([
        "repository",
        "pullRequest",
        "commits",
        "nodes",
        0,
        "commit",
        "statusCheckRollup"
    ]);
    let error = json!({
        "type": "FORBIDDEN", "path": path, "locations": [{ "line": 33, "column": 13 }],
        "message": "Resource not accessible by integration",
        "extensions": { "saml_failure": false },
    });
    if let Value::Object(body) = &mut reply.body {
        body.insert("errors".to_owned(), json!([error]));
    }
    reply
}
