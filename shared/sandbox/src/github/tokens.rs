//! Tokens of an installed App: what an App has to prove to get one, and until when it works.

use std::collections::HashMap;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Value, json};

use super::app::App;
use super::reply::Reply;

/// How long a token works.
const LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// Longest time that an App may claim for itself, in seconds.
const CLAIMED_S_MAX: i64 = 600;

/// Tokens that were given, and when they expire.
#[derive(Default)]
pub(super) struct Tokens(HashMap<String, Timestamp>);

impl Tokens {
    pub(super) fn knows(&self, token: &str, now: Timestamp) -> bool {
        self.0
            .get(token)
            .is_some_and(|expires_at| now < *expires_at)
    }

    /// Answers `POST /app/installations/{installation}/access_tokens` with `claim` as the bearer.
    pub(super) fn give(
        &mut self,
        app: Option<&App>,
        installation: &str,
        claim: &str,
        now: Timestamp,
    ) -> Reply {
        let Some(app) = app else {
            return Reply::not_found();
        };
        if let Err(why) = proven(app, claim, now) {
            return Reply::refusal(StatusCode::UNAUTHORIZED, why);
        }
        if app.installation.to_string() != installation {
            return Reply::not_found();
        }
        let token = format!("a-token-of-installation-{installation}-{}", self.0.len());
        let expires_at = now.saturating_add(LIFETIME).unwrap_or(now);
        self.0.insert(token.clone(), expires_at);
        let given = json!({
            "token": token, "expires_at": expires_at.to_string(),
            "permissions": {
                "checks": "read", "contents": "read", "issues": "read", "metadata": "read",
                "pull_requests": "read", "statuses": "read",
            },
            "repository_selection": "all",
        });
        Reply::new(StatusCode::CREATED, given)
    }
}

/// Whether the JSON web token `claim` is the App's own and of now; else GitHub's words.
fn proven(app: &App, claim: &str, now: Timestamp) -> Result<(), &'static str> {
    const UNREADABLE: &str = "A JSON web token could not be decoded";
    let (signed, signature) = claim.rsplit_once('.').ok_or(UNREADABLE)?;
    let (head, claims) = signed.split_once('.').ok_or(UNREADABLE)?;
    let signature = BASE64_URL_SAFE_NO_PAD
        .decode(signature)
        .map_err(|_| UNREADABLE)?;
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &app.public_key);
    let (head, claims) = (part(head), part(claims));
    if head.get("alg").and_then(Value::as_str) != Some("RS256") {
        return Err(UNREADABLE);
    }
    key.verify(signed.as_bytes(), &signature)
        .map_err(|_| UNREADABLE)?;
    let issuer = claims.get("iss").map(|issuer| match issuer {
        Value::String(issuer) => issuer.clone(),
        other => other.to_string(),
    });
    if issuer.as_deref() != Some(app.id.as_str()) {
        return Err("'Issuer' claim ('iss') must be the App's ID");
    }
    let seconds = |name| claims.get(name).and_then(Value::as_i64);
    let now = now.as_second();
    match (seconds("iat"), seconds("exp")) {
        (None, _) => Err("'Issued at' claim ('iat') must be an Integer"),
        (Some(issued), _) if issued > now => {
            Err("'Issued at' claim ('iat') must not be in the future")
        }
        (_, None) => Err("'Expiration time' claim ('exp') must be an Integer"),
        (_, Some(expires)) if expires <= now => {
            Err("'Expiration time' claim ('exp') must be in the future")
        }
        (_, Some(expires)) if expires > now + CLAIMED_S_MAX => {
            Err("'Expiration time' claim ('exp') is too far in the future")
        }
        _ => Ok(()),
    }
}

fn part(text: &str) -> Value {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}
