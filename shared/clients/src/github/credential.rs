//! Who asks: a token that somebody made, or a GitHub App that is installed where it looks.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_encoding::HEXLOWER;
use http::HeaderValue;
use idwo_core::config::{ConfigError, Variables};
use idwo_core::failure::Failure;
use idwo_core::watcher::Watcher;
use jiff::{Timestamp, ToSpan};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use super::{EDITION, EDITION_HEADER, GitHub, MEDIA_TYPE};
use crate::http::{Ask, Unanswered};

pub(super) enum Credential {
    Token { value: SecretString, whose: String },
    App(Box<App>),
}

pub(super) struct App {
    id: String,
    installation: u64,
    whose: String,
    key: RsaKeyPair,
    /// The newest token, and when it ends. Who waits for the lock finds it.
    token: Mutex<Option<(HeaderValue, Timestamp)>>,
}

const TOKEN: &str = "GITHUB_TOKEN";
const APP: &str = "GITHUB_APP_ID";
const INSTALLATION: &str = "GITHUB_APP_INSTALLATION_ID";
const KEY: &str = "GITHUB_APP_PRIVATE_KEY";

/// How long before its end a token is no longer used, in minutes: a call takes less than one.
const TOKEN_MARGIN_MIN: i64 = 5;

/// How long the App's own signature is good, in seconds, and how far its clock may be ahead; GitHub
/// takes ten minutes at most.
const SIGNED_FOR_S: i64 = 540;
const CLOCK_SKEW_S: i64 = 60;

/// Of a token's digest: enough to tell tokens apart.
const FINGERPRINT_BYTES: usize = 8;

impl Credential {
    /// The App, where there is one; else the token.
    pub(super) fn configured(variables: &Variables) -> Result<Option<Self>, ConfigError> {
        if let Some(id) = variables.optional::<String>(APP)? {
            return App::configured(id, variables).map(|app| Some(Self::App(Box::new(app))));
        }
        let token: Option<String> = variables.optional(TOKEN)?;
        let Some(token) = token else {
            return Ok(None);
        };
        bearer(&token).ok_or_else(|| bad(TOKEN, "a token, such as github_pat_…"))?;
        Ok(Some(Self::Token {
            whose: fingerprint(&token),
            value: token.into(),
        }))
    }

    /// Tells apart what was read with this one from what another may see.
    pub(super) fn whose(&self) -> &str {
        match self {
            Self::Token { whose, .. } => whose,
            Self::App(app) => &app.whose,
        }
    }

    /// What to ask with.
    pub(super) async fn token(
        &self,
        github: &GitHub,
        watcher: &Watcher,
    ) -> Result<HeaderValue, Failure> {
        match self {
            Self::Token { value, .. } => bearer(value.expose_secret())
                .ok_or_else(|| Failure::ours_without_source("a token that is none")),
            Self::App(app) => app.token(github, watcher).await,
        }
    }
}

impl App {
    fn configured(id: String, variables: &Variables) -> Result<Self, ConfigError> {
        let installation: u64 = variables.required(INSTALLATION)?;
        let pem: String = variables.required(KEY)?;
        let key = private_key(&pem).ok_or_else(|| {
            bad(
                KEY,
                "the App's private key as GitHub gives it: PEM, -----BEGIN RSA PRIVATE KEY-----",
            )
        })?;
        Ok(Self {
            whose: format!("app {id} installation {installation}"),
            id,
            installation,
            key,
            token: Mutex::default(),
        })
    }

    /// That of the installation, made anew shortly before it ends.
    async fn token(&self, github: &GitHub, watcher: &Watcher) -> Result<HeaderValue, Failure> {
        let mut newest = self.token.lock().await;
        let now = github.clock.now();
        if let Some((token, _)) = newest
            .as_ref()
            .filter(|(_, ends_at)| now + TOKEN_MARGIN_MIN.minutes() < *ends_at)
        {
            return Ok(token.clone());
        }
        let made = self.made(github, now, watcher).await?;
        Ok(newest.insert(made).0.clone())
    }

    async fn made(
        &self,
        github: &GitHub,
        now: Timestamp,
        watcher: &Watcher,
    ) -> Result<(HeaderValue, Timestamp), Failure> {
        #[derive(Deserialize)]
        struct Made {
            token: String,
            expires_at: Timestamp,
        }
        let signed = self.signed(now)?;
        let path = format!(
            "{}/app/installations/{}/access_tokens",
            github.paths.rest, self.installation
        );
        // Made twice, it is two tokens, of which the first ends unused.
        let ask = Ask::query(path, json!({}))
            .accepting(MEDIA_TYPE)
            .header(EDITION_HEADER, EDITION)
            .authorized(signed, &self.whose);
        let answer = github.service.ask(&ask, watcher).await;
        let made = answer.and_then(|answer| answer.json::<Made>());
        let made = made.map_err(|why| github.failure(why))?;
        let token = bearer(&made.token).ok_or_else(|| github.failure(Unanswered::Partial))?;
        Ok((token, made.expires_at))
    }

    /// The App's word that it is the App: a JWT by RS256. Its crates bring a second crypto library, or an
    /// RSA of their own with an open advisory; ring is here already, and three lines of JSON are left.
    fn signed(&self, now: Timestamp) -> Result<HeaderValue, Failure> {
        let now = now.as_second();
        let head = json!({ "alg": "RS256", "typ": "JWT" });
        let claims =
            json!({ "iat": now - CLOCK_SKEW_S, "exp": now + SIGNED_FOR_S, "iss": self.id });
        let part = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let text = format!("{}.{}", part(head), part(claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text.as_bytes(),
                &mut signature,
            )
            .map_err(|_| Failure::ours_without_source("the App's key does not sign"))?;
        let token = format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature));
        bearer(&token).ok_or_else(|| Failure::ours_without_source("a signature that is no header"))
    }
}

/// In PKCS#1, as GitHub gives it, or PKCS#8; line ends may be written as `\n`, where a variable holds one
/// line only.
fn private_key(pem: &str) -> Option<RsaKeyPair> {
    let pem = pem.replace("\\n", "\n");
    match PrivateKeyDer::from_pem_slice(pem.as_bytes()).ok()? {
        PrivateKeyDer::Pkcs1(key) => pkcs1(&key),
        PrivateKeyDer::Pkcs8(key) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()).ok(),
        _ => None,
    }
}

fn pkcs1(key: &PrivatePkcs1KeyDer<'_>) -> Option<RsaKeyPair> {
    RsaKeyPair::from_der(key.secret_pkcs1_der()).ok()
}

fn bearer(token: &str) -> Option<HeaderValue> {
    let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    let mut value = is_token.then(|| HeaderValue::from_str(&format!("Bearer {token}")).ok())??;
    value.set_sensitive(true);
    Some(value)
}

/// Tells tokens apart and gives none away.
fn fingerprint(token: &str) -> String {
    let digest = Sha256::digest(token.as_bytes());
    let (begin, _) = digest.split_at(FINGERPRINT_BYTES);
    HEXLOWER.encode(begin)
}

fn bad(name: &'static str, expected: &str) -> ConfigError {
    ConfigError::Bad {
        name,
        expected: expected.to_owned(),
    }
}
