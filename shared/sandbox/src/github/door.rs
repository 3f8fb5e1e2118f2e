//! What every request meets first: who asks, whether anything is left of the limit, and which part
//! answers.

use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::Value;

use super::Unusable;
use super::compare::Compare;
use super::graphql;
use super::reply::Reply;
use super::request::{Asked, header};
use super::state::State;

pub(super) async fn answer(state: &State, headers: &HeaderMap, asked: &Asked) -> Reply {
    let (limit, now) = {
        let world = state.world();
        (world.requests_an_hour, world.clock.now())
    };
    let resource = if asked.path == "/graphql" {
        "graphql"
    } else {
        "core"
    };
    let reply = match refused(state, headers, asked, now) {
        Some(refusal) => refusal,
        None if !state.limits().take(resource, limit, now) => used_up(),
        None => {
            let reply = routed(state, headers, asked, now).await;
            let reply = unless_known(reply, headers);
            if reply.status == StatusCode::NOT_MODIFIED {
                state.limits().give_back(resource, now);
            }
            reply
        }
    };
    state.limits().shown_on(reply, resource, limit, now)
}

/// Without a name or with a token that is not known, nothing is answered.
fn refused(state: &State, headers: &HeaderMap, asked: &Asked, now: Timestamp) -> Option<Reply> {
    if header(headers, "user-agent").is_none_or(str::is_empty) {
        let why = "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.";
        return Some(Reply::refusal(StatusCode::FORBIDDEN, why));
    }
    // An App proves itself with something else than a token.
    if asked.path.starts_with("/app/") {
        return None;
    }
    let token = bearer(headers);
    let is_known = token == state.world().token || state.tokens().knows(token, now);
    (!is_known).then(|| Reply::refusal(StatusCode::UNAUTHORIZED, "Bad credentials"))
}

fn bearer(headers: &HeaderMap) -> &str {
    let authorization = header(headers, "authorization").unwrap_or_default();
    authorization.strip_prefix("Bearer ").unwrap_or_default()
}

fn used_up() -> Reply {
    let why = "API rate limit exceeded for installation.";
    Reply::refusal(StatusCode::FORBIDDEN, why)
}

fn told(state: &State, now: Timestamp) -> Reply {
    let limit = state.world().requests_an_hour;
    state.limits().told(limit, now)
}

async fn routed(state: &State, headers: &HeaderMap, asked: &Asked, now: Timestamp) -> Reply {
    let path: Vec<_> = asked.path.split('/').skip(1).collect();
    let answered = match (asked.method.as_str(), path.as_slice()) {
        ("GET", ["rate_limit"]) => Ok(told(state, now)),
        ("POST", ["graphql"]) => asked_in_graphql(state, asked).await,
        ("GET", ["repos", owner, repo, "compare", range]) => {
            compared(state, (owner, repo), range, asked)
        }
        ("POST", ["app", "installations", installation, "access_tokens"]) => {
            let app = state.world().app.clone();
            let claim = bearer(headers);
            Ok(state.tokens().give(app.as_ref(), installation, claim, now))
        }
        _ => Ok(Reply::not_found()),
    };
    answered.unwrap_or_else(|error| failed(&error))
}

async fn asked_in_graphql(state: &State, asked: &Asked) -> Result<Reply, Unusable> {
    let (git, said) = {
        let world = state.world();
        (Arc::clone(&world.git), world.said.clone())
    };
    graphql::answer(&git, &said, asked).await
}

fn compared(
    state: &State,
    (owner, repo): (&str, &str),
    range: &str,
    asked: &Asked,
) -> Result<Reply, Unusable> {
    let (git, patch_bytes_max) = {
        let world = state.world();
        (Arc::clone(&world.git), world.patch_bytes_max)
    };
    if !git.is_named(owner, repo) {
        return Ok(Reply::not_found());
    }
    let compare = Compare {
        git: &git,
        api: &state.api,
        patch_bytes_max,
    };
    compare.answer(range, asked)
}

/// A clone that cannot be read: GitHub would be out of order, and a test has to see why.
fn failed(error: &Unusable) -> Reply {
    let why = format!("the sandbox cannot read its clone: {error}");
    Reply::refusal(StatusCode::INTERNAL_SERVER_ERROR, &why)
}

/// An answer that the client has already is not sent again.
fn unless_known(reply: Reply, headers: &HeaderMap) -> Reply {
    let known = header(headers, "if-none-match");
    if known.is_none() || reply.header("etag") != known {
        return reply;
    }
    Reply {
        status: StatusCode::NOT_MODIFIED,
        body: Value::Null,
        ..reply
    }
}
