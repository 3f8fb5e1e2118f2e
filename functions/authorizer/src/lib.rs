//! API Gateway's request authorizer: who holds a key is let in, and nobody else. Its answer is
//! cached by token, so it is about the whole stage and not about one path of it.

use std::collections::BTreeMap;

use idwo_core::access::{Keys, Principal};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What API Gateway asks.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/path`.
    pub method_arn: String,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// A policy for the stage, and what the endpoint is told of the caller.
#[derive(Debug, Serialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Admitted {
    principal_id: String,
    policy_document: Policy,
    context: Context,
}

/// API Gateway answers 401 for an error of exactly this text, and 500 for any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unauthorized;

#[derive(Debug, Serialize, PartialEq)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    version: &'static str,
    statement: [Statement; 1],
}

#[derive(Debug, Serialize, PartialEq)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    action: &'static str,
    effect: &'static str,
    resource: String,
}

/// API Gateway passes on texts only.
#[derive(Debug, Serialize, PartialEq)]
struct Context {
    principal: String,
    /// Between spaces.
    scopes: String,
}

/// Why somebody was refused is for the log; they are told nothing.
pub fn answer(keys: &Keys, request: &Request, now: Timestamp) -> Result<Admitted, Unauthorized> {
    let mut headers = request.headers.iter();
    let authorization = headers.find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let admitted = keys.admit(authorization.map(|(_, value)| value.as_str()), now);
    let principal = admitted.map_err(|why| {
        tracing::info!(%why, "a caller was refused");
        Unauthorized
    })?;
    let stage = stage(&request.method_arn).ok_or(Unauthorized)?;
    Ok(admit(principal, stage))
}

fn admit(principal: Principal, stage: String) -> Admitted {
    let statement = Statement {
        action: "execute-api:Invoke",
        effect: "Allow",
        resource: format!("{stage}/*"),
    };
    Admitted {
        principal_id: principal.name.clone(),
        policy_document: Policy {
            version: "2012-10-17",
            statement: [statement],
        },
        context: Context {
            principal: principal.name,
            scopes: principal.scopes.join(" "),
        },
    }
}

/// `…:API/STAGE` of a method's ARN.
fn stage(method_arn: &str) -> Option<String> {
    let mut parts = method_arn.split('/');
    let (api, stage) = (parts.next()?, parts.next()?);
    let is_api = api.starts_with("arn:") && !stage.is_empty();
    is_api.then(|| format!("{api}/{stage}"))
}
