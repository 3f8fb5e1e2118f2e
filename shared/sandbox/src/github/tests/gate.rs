//! Who is let in: tokens, limits, and Apps that prove themselves.

use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use idwo_core::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

use super::client::{Answer, Client, HISTORY, NOTHING, served};
use crate::github::{App, GitHub, sample};

/// A clock that a test moves by hand.
struct Hand(Mutex<Timestamp>);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

impl Hand {
    fn at_noon() -> Arc<Self> {
        Arc::new(Self(Mutex::new("2026-01-01T12:00:00Z".parse().unwrap())))
    }

    fn forward(&self, minutes: i64) {
        *self.0.lock().unwrap() += SignedDuration::from_mins(minutes);
    }
}

#[tokio::test]
async fn without_a_known_token_nothing_is_answered() {
    let (_github, client, _folder) = served(|_| ()).await;
    let answer = client.with_token("another").get(NOTHING, &[]).await;
    assert_eq!(
        (answer.status, &answer.body["message"]),
        (401, &json!("Bad credentials"))
    );
    assert_eq!(answer.body["status"], "401");
    assert_eq!(answer.header("x-ratelimit-used"), "0");
}

#[tokio::test]
async fn a_world_is_served_where_a_host_listens_and_ends_with_its_handle() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = sample(folder.path()).await.unwrap();
    world.token("another");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let github = GitHub::serve(listener, world).unwrap();
    assert_eq!(github.url(), format!("http://{address}"));
    assert_eq!(github.token(), "another");
    assert_eq!(Client::of(&github).get(NOTHING, &[]).await.status, 404);
    drop(github);
    assert!(TcpStream::connect(address).is_err());
}

#[tokio::test]
async fn who_does_not_say_a_name_is_forbidden() {
    let (_github, client, _folder) = served(|_| ()).await;
    let answer = client.without_name().await;
    assert_eq!(answer.status, 403);
    assert!(
        answer.body["message"]
            .as_str()
            .unwrap()
            .contains("User-Agent")
    );
}

#[tokio::test]
async fn limits_count_down_apart_and_begin_anew_after_an_hour() {
    let clock = Hand::at_noon();
    let (_github, client, _folder) = served(|world| {
        world.requests_an_hour(2).clock(clock.clone());
    })
    .await;
    let left = |answer: &Answer| {
        (
            answer.status,
            answer.header("x-ratelimit-remaining").to_owned(),
        )
    };
    assert_eq!(left(&client.get(NOTHING, &[]).await), (404, "1".to_owned()));
    assert_eq!(left(&client.get(NOTHING, &[]).await), (404, "0".to_owned()));
    let refused = client.get(NOTHING, &[]).await;
    assert_eq!(left(&refused), (403, "0".to_owned()));
    assert_eq!(refused.header("x-ratelimit-reset"), "1767272400");
    assert_eq!(refused.header("x-ratelimit-resource"), "core");
    let query = client
        .query("History", HISTORY, json!({ "first": 1 }))
        .await;
    assert_eq!(left(&query), (200, "1".to_owned()));
    assert_eq!(query.header("x-ratelimit-resource"), "graphql");
    clock.forward(60);
    assert_eq!(left(&client.get(NOTHING, &[]).await), (404, "1".to_owned()));
}

#[tokio::test]
async fn an_app_that_proves_itself_gets_a_token_that_expires() {
    let (github, clock, _folder) = with_app().await;
    let client = Client::of(&github);
    let given = take(&client, &claim(&clock, "RS256", "11", 0, 600)).await;
    assert_eq!(given.status, 201);
    assert_eq!(given.body["expires_at"], "2026-01-01T13:00:00Z");
    let client = client.with_token(given.body["token"].as_str().unwrap());
    clock.forward(59);
    assert_eq!(client.get(NOTHING, &[]).await.status, 404);
    clock.forward(1);
    assert_eq!(client.get(NOTHING, &[]).await.status, 401);
}

#[tokio::test]
async fn an_app_that_claims_too_much_gets_none() {
    let (github, clock, _folder) = with_app().await;
    let client = Client::of(&github);
    for (claimed, word) in [
        (claim(&clock, "RS256", "12", 0, 600), "'iss'"),
        (claim(&clock, "RS256", "11", 1, 600), "'iat'"),
        (claim(&clock, "RS256", "11", 0, 601), "'exp'"),
        (claim(&clock, "RS256", "11", -700, -1), "'exp'"),
        (claim(&clock, "none", "11", 0, 600), "decoded"),
        (forged(&claim(&clock, "RS256", "11", 0, 600)), "decoded"),
        (String::new(), "decoded"),
    ] {
        let refused = take(&client, &claimed).await;
        let message = refused.body["message"].as_str().unwrap();
        assert!(
            refused.status == 401 && message.contains(word),
            "{word}: {message}"
        );
    }
    let elsewhere = client.with_token(&claim(&clock, "RS256", "11", 0, 600));
    let path = "/app/installations/8/access_tokens";
    let answer = elsewhere
        .send("POST", path, &[], String::new())
        .await
        .unwrap();
    assert_eq!(answer.status, 404);
}

async fn with_app() -> (GitHub, Arc<Hand>, Arc<tempfile::TempDir>) {
    let clock = Hand::at_noon();
    let (github, _, folder) = served(|world| {
        world
            .clock(clock.clone())
            .app(App::installed("11", 7).unwrap());
    })
    .await;
    (github, clock, folder)
}

async fn take(client: &Client, claim: &str) -> Answer {
    let path = "/app/installations/7/access_tokens";
    let sent = client.with_token(claim);
    let answer = sent.send("POST", path, &[], String::new()).await;
    answer.unwrap()
}

/// A JSON web token; times are in seconds from now.
fn claim(clock: &Hand, algorithm: &str, issuer: &str, issued: i64, expires: i64) -> String {
    let now = clock.now().as_second();
    let claims = json!({ "iss": issuer, "iat": now + issued, "exp": now + expires });
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({ "alg": algorithm })), part(&claims));
    let key = App::private_key();
    let key: String = key.lines().filter(|line| !line.starts_with('-')).collect();
    let key = RsaKeyPair::from_der(&BASE64_STANDARD.decode(key).unwrap()).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    let random = SystemRandom::new();
    key.sign(
        &RSA_PKCS1_SHA256,
        &random,
        signed.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

/// The same claims over another signature.
fn forged(claim: &str) -> String {
    let (signed, signature) = claim.rsplit_once('.').unwrap();
    let signature: String = signature.chars().rev().collect();
    format!("{signed}.{signature}")
}
