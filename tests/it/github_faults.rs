//! Whatever GitHub does, the answer says who can act and when, before anybody stops waiting.

use std::sync::Arc;
use std::time::Duration;

use idwo_clients::github::GitHub as Client;
use idwo_clients::{connect, memory::Memory};
use idwo_core::clock::{Clock, SystemClock};
use idwo_core::config::Variables;
use idwo_core::failure::{Failure, Retry};
use idwo_core::forge::Forge;
use idwo_core::input::PullNumber;
use idwo_core::watcher::Watcher;
use idwo_history::clones::Clones;
use idwo_sandbox::github::{App, At, Fault, GitHub, Times};
use idwo_sandbox::sample;
use serde_json::json;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::door::with_services;
use crate::github::{analyze, over, served_from};

/// Assistants cut a call soon after.
const ANSWER_WITHIN: Duration = Duration::from_secs(28);

async fn served() -> (GitHub, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (served_from(folder.path()).await, folder)
}

/// What the tool says when GitHub does this to every request, and whether coming back helps.
async fn said(fault: Fault) -> (String, Option<Retry>) {
    said_at(At::Any, fault).await
}

async fn said_at(at: At, fault: Fault) -> (String, Option<Retry>) {
    let (served, _folder) = served().await;
    served.breaks(at, Times::Always, fault);
    let failure = analyze(&over(&served), sample::RISKY_PULL)
        .await
        .unwrap_err();
    assert_eq!(served.rest(), Vec::<String>::new());
    let retry = match &failure {
        Failure::Upstream { retry, .. } => Some(*retry),
        Failure::Caller { .. } => None,
        other => panic!("nobody is told what to do: {other:?}"),
    };
    (failure.to_string(), retry)
}

fn in_seconds(retry: Option<Retry>) -> u32 {
    match retry {
        Some(Retry::AfterSeconds(seconds)) => seconds,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn who_runs_the_server_is_told_to_renew_or_to_allow() {
    let (said_of, retry) = said(Fault::status(401)).await;
    assert!(
        said_of.contains("renew GITHUB_TOKEN") && retry == Some(Retry::Pointless),
        "{said_of}"
    );
    let (said_of, retry) = said(Fault::status(403)).await;
    assert!(
        said_of.contains("needs to read contents") && retry == Some(Retry::Pointless),
        "{said_of}"
    );
}

#[tokio::test]
async fn what_github_does_not_show_is_the_callers_to_correct() {
    let (served, _folder) = served().await;
    let failure = analyze(&over(&served), 9999).await.unwrap_err();
    assert!(matches!(failure, Failure::Caller { .. }), "{failure}");
    assert!(
        failure.to_string().contains("no pull request 9999"),
        "{failure}"
    );
    let host = over(&served);
    let arguments = json!({ "owner": "no", "repo": "such", "pull_number": 1 });
    let arguments = arguments.as_object().unwrap().clone();
    let asked = host.tool("analyze_pr", arguments, Watcher::silent());
    let failure = asked.await.unwrap_err();
    assert!(
        failure.to_string().contains("no repository no/such"),
        "{failure}"
    );
}

#[tokio::test]
async fn a_limit_says_when_it_ends_in_whatever_way_it_is_told() {
    let limited = Fault::status(429).with("retry-after", "120");
    assert!((119..=121).contains(&in_seconds(said(limited).await.1)));
    let date = SystemClock.now() + jiff::SignedDuration::from_secs(300);
    let date = jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&date)
        .unwrap();
    let limited = Fault::status(429).with("retry-after", &date);
    assert!((290..=302).contains(&in_seconds(said(limited).await.1)));
    let secondary = Fault::SecondaryLimit {
        retry_after: "60".to_owned(),
    };
    assert!((59..=61).contains(&in_seconds(said(secondary).await.1)));
    assert!((59..=61).contains(&in_seconds(said(Fault::RateLimited).await.1)));
    let in_words = json!({ "message": "You have exceeded a secondary rate limit. Please wait." });
    let limited = Fault::status(403).saying(in_words);
    assert!((59..=61).contains(&in_seconds(said(limited).await.1)));
}

#[tokio::test]
async fn a_used_up_limit_is_not_asked_against() {
    let (served, _folder) = served().await;
    served.change(|world| {
        world.requests_an_hour(1);
    });
    let host = over(&served);
    let first = analyze(&host, sample::RISKY_PULL).await.unwrap_err();
    assert!(in_seconds_of(&first) <= 3600, "{first}");
    let asked = served.asked().len();
    analyze(&host, sample::RISKY_PULL).await.unwrap_err();
    assert_eq!(
        served.asked().len(),
        asked,
        "GitHub had said that it would not answer"
    );
}

fn in_seconds_of(failure: &Failure) -> u32 {
    match failure {
        Failure::Upstream { retry, .. } => in_seconds(Some(*retry)),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn refusals_that_nobody_expects_name_their_status() {
    for status in [409, 422] {
        let (said_of, retry) = said(Fault::status(status)).await;
        let told =
            said_of.contains(&status.to_string()) && said_of.contains("whoever runs this server");
        assert!(told, "{said_of}");
        assert_eq!(retry, Some(Retry::Pointless));
    }
}

#[tokio::test]
async fn a_broken_server_is_asked_again_and_then_left_for_a_while() {
    for fault in [
        Fault::status(500),
        Fault::Html { status: 502 },
        Fault::Reset,
        Fault::CutOff,
    ] {
        let (said_of, retry) = said(fault.clone()).await;
        assert_eq!(in_seconds(retry), 30, "{fault:?}: {said_of}");
    }
    let (served, _folder) = served().await;
    served.breaks(At::Any, Times::Next(2), Fault::status(502));
    analyze(&over(&served), sample::RISKY_PULL).await.unwrap();
    assert_eq!(served.rest(), Vec::<String>::new());
}

#[tokio::test]
async fn a_server_that_stays_broken_is_given_a_rest() {
    let (served, _folder) = served().await;
    served.breaks(At::Any, Times::Always, Fault::status(500));
    let host = over(&served);
    analyze(&host, sample::RISKY_PULL).await.unwrap_err();
    analyze(&host, sample::RISKY_PULL).await.unwrap_err();
    let asked = served.asked().len();
    let failure = analyze(&host, sample::RISKY_PULL).await.unwrap_err();
    assert_eq!(served.asked().len(), asked);
    assert!(failure.to_string().contains("left alone"), "{failure}");
    assert!(in_seconds_of(&failure) <= 6, "{failure}");
}

#[tokio::test]
async fn what_is_no_answer_is_not_taken_for_one() {
    for (fault, what) in [
        (Fault::Html { status: 200 }, "another shape"),
        (Fault::NoData, "a part of an answer"),
    ] {
        let (said_of, retry) = said(fault.clone()).await;
        assert!(said_of.contains(what), "{fault:?}: {said_of}");
        assert_eq!(in_seconds(retry), 30);
    }
    let bomb = Fault::GzipBomb { mebibytes: 4096 };
    let (said_of, _) = said_at(At::path("/compare/"), bomb).await;
    assert!(said_of.contains("more than 20971520 bytes"), "{said_of}");
}

#[tokio::test]
async fn a_credential_goes_to_no_other_host() {
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = other.local_addr().unwrap();
    let away = Fault::Redirect {
        to: format!("http://{address}/steal"),
    };
    let (said_of, _) = said(away).await;
    assert!(said_of.contains("redirect to another host"), "{said_of}");
    let reached = tokio::time::timeout(Duration::ZERO, other.accept()).await;
    assert!(reached.is_err(), "it was asked");
}

#[tokio::test]
async fn pages_without_end_are_read_to_a_limit() {
    let (served, _folder) = served().await;
    served.breaks(At::path("/compare/"), Times::Always, Fault::PagingLoop);
    analyze(&over(&served), sample::RISKY_PULL).await.unwrap();
    let asked = served.asked();
    let compared = asked
        .iter()
        .filter(|asked| asked.path.contains("/compare/"));
    assert!(compared.count() <= 3);
}

#[tokio::test]
async fn what_the_credential_may_not_read_is_unknown_and_the_rest_stands() {
    let (served, _folder) = served().await;
    served.breaks(
        At::operation("PullRequest"),
        Times::Always,
        Fault::ChecksForbidden,
    );
    let reply = analyze(&over(&served), sample::RISKY_PULL).await.unwrap();
    let unknown = &reply["result"]["check_runs"]["unknown"];
    assert_eq!(unknown, "the credential may not read checks");
    assert_eq!(reply["result"]["size"]["files"], 8);
}

#[tokio::test]
async fn without_its_history_a_pull_request_is_still_described() {
    let (served, _folder) = served().await;
    served.breaks(At::operation("History"), Times::Always, Fault::status(500));
    let reply = analyze(&over(&served), sample::RISKY_PULL).await.unwrap();
    assert_eq!(reply["status"], "partial");
    assert_eq!(reply["result"]["size"]["files"], 8);
    let [reason, unknown] = [
        &reply["degraded"][0]["reason"],
        &reply["result"]["risk"]["unknown"],
    ];
    assert!(
        reason.to_string().contains("call again in 30 s"),
        "{reason}"
    );
    assert_eq!(reason, unknown);
    assert_eq!(reply["next"][0]["tool"], "analyze_pr");
}

#[tokio::test]
async fn what_was_kept_of_a_history_tells_while_the_rest_does_not_come() {
    let (served, _folder) = served().await;
    let host = over(&served);
    analyze(&host, sample::RISKY_PULL).await.unwrap();
    served.breaks(At::operation("History"), Times::Always, Fault::status(500));
    let reply = analyze(&host, sample::RISKY_PULL).await.unwrap();
    assert!(reply["result"]["risk"]["score"].is_number());
    let skipped = reply["coverage"]["skipped"].to_string();
    assert!(skipped.contains("could not be read just now"), "{skipped}");
}

/// With a clock that runs ahead as soon as there is nothing to do but to wait.
#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up_before_the_caller_gives_up() {
    let (served, _folder) = served().await;
    for fault in [
        Fault::Silence,
        Fault::Trickle {
            every: Duration::from_secs(3600),
        },
    ] {
        served.breaks(At::Any, Times::Always, fault);
        let begun = tokio::time::Instant::now();
        let failure = asked_directly(&served, Watcher::silent())
            .await
            .unwrap_err();
        assert!(
            failure.to_string().contains("no answer in time"),
            "{failure}"
        );
        assert!(begun.elapsed() < ANSWER_WITHIN, "{:?}", begun.elapsed());
        // Who has less time is told sooner.
        let begun = tokio::time::Instant::now();
        let hasty = Watcher::silent().within(Duration::from_secs(6));
        asked_directly(&served, hasty).await.unwrap_err();
        assert!(
            begun.elapsed() < Duration::from_secs(6),
            "{:?}",
            begun.elapsed()
        );
    }
}

async fn asked_directly(
    served: &GitHub,
    watcher: Watcher,
) -> Result<idwo_core::forge::PullRequest, Failure> {
    let variables = [
        ("GITHUB_TOKEN", served.token()),
        ("GITHUB_API_URL", served.url()),
    ];
    let variables = Variables::new(variables.map(|(name, value)| (name.to_owned(), value)));
    let cache = Arc::new(Memory::default());
    let pool = connect::pool(None).unwrap();
    let rest = Duration::from_secs(5);
    let client = Client::configured(&variables, pool, rest, Arc::new(SystemClock), cache);
    let number = PullNumber::new(sample::RISKY_PULL.into()).unwrap();
    let name = sample::NAME.parse().unwrap();
    let client = client.unwrap().unwrap();
    client.pull_request(&name, number, &watcher).await
}

#[tokio::test]
async fn an_app_asks_with_a_token_of_its_installation() {
    let (served, _folder) = served().await;
    served.change(|world| {
        world.app(App::installed("4711", 12).unwrap());
    });
    let (key, url) = (App::private_key(), served.url());
    let variables = [
        ("GITHUB_APP_ID", "4711"),
        ("GITHUB_APP_INSTALLATION_ID", "12"),
        ("GITHUB_APP_PRIVATE_KEY", key.as_str()),
        ("GITHUB_API_URL", url.as_str()),
    ];
    let host = with_services(Clones::default(), &variables, Arc::new(SystemClock));
    analyze(&host, sample::RISKY_PULL).await.unwrap();
    analyze(&host, 72).await.unwrap();
    let asked = served.asked();
    let tokens = asked
        .iter()
        .filter(|asked| asked.path.ends_with("/access_tokens"));
    assert_eq!(tokens.count(), 1, "a token lasts for an hour");
}
