//! Links that nobody made, and forms of other pages.

use std::convert::Infallible;

use bytes::Bytes;
use futures::stream;
use http::{Request, StatusCode};
use http_body_util::{Full, StreamBody};
use idwo_core::approval::{LinkKey, State};

use crate::bench::{Bench, Page, key, request, state_key, tenant};

/// `path` with another last digit.
fn altered(path: &str) -> String {
    let (rest, digit) = path.split_at(path.len() - 1);
    format!("{rest}{}", if digit == "0" { "1" } else { "0" })
}

#[tokio::test]
async fn a_link_that_was_not_made_for_this_reads_like_one_to_nothing() {
    let (bench, approval, path) = Bench::waiting().await;
    let signature = path.rsplit('/').next().unwrap();
    let other = request("merge", &["merge #72 by squash"]);
    let (_, other_path) = bench.asked("team", "merge-72", &other).await;
    let other_signature = other_path.rsplit('/').next().unwrap();
    let (theirs, foreign) = bench.asked("other-team", "theirs", &other).await;
    let links = LinkKey::of(&state_key()).unwrap();
    let strange = "another key of the tests, 32 bytes".parse().unwrap();
    let strange = LinkKey::of(&strange).unwrap();
    let links_to_nothing = [
        altered(&path),
        path.to_uppercase()
            .replace("/APPROVALS/MERGE", "/approvals/merge"),
        format!("/approvals/merge-71~1/{other_signature}"),
        format!("/approvals/merge-71/{signature}"),
        format!("/approvals/merge-71~2/{signature}"),
        format!("/approvals/never~1/{signature}"),
        format!("/approvals/merge-71~1/{}", "0".repeat(64)),
        strange.path(&tenant("team"), &approval),
        links.path(&tenant("other-team"), &approval),
        links.path(&tenant("team"), &theirs),
        foreign,
        format!("{path}/"),
        format!("{path}0"),
        "/approvals/merge-71~1/".to_owned(),
        "/approvals/".to_owned(),
    ];
    let nothing = bench.get("/approvals/x").await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    let approve = format!("decision=approve&key={}", key(1));
    for link in links_to_nothing {
        for answer in [bench.get(&link).await, bench.post(&link, &approve).await] {
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{link}");
            assert_eq!((&answer.body, &answer.head), (&nothing.body, &nothing.head));
        }
    }
    assert_eq!(bench.now(&approval.id).await.state, State::Pending);
}

/// What was asked again under the same name is another approval.
#[tokio::test]
async fn a_link_of_a_former_attempt_does_not_lead_to_the_next() {
    let (bench, approval, path) = Bench::waiting().await;
    bench.post(&path, "decision=decline").await;
    let (next, _) = bench.asked("team", "merge-71", &approval.request).await;
    let signature = path.rsplit('/').next().unwrap();
    let forged = format!("/approvals/{}/{signature}", next.id);
    assert_eq!(bench.get(&forged).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_form_of_another_page_decides_nothing() {
    let (bench, approval, path) = Bench::waiting().await;
    let form = format!("decision=approve&key={}", key(1));
    let foreign: [&[(&str, &str)]; 8] = [
        &[("origin", "https://evil.test")],
        &[("origin", "null")],
        &[("origin", "http://idwo.example.com:8080")],
        &[("origin", "http://127.0.0.1:6274")],
        &[
            ("origin", "https://idwo.example.com"),
            ("sec-fetch-site", "cross-site"),
        ],
        &[("origin", "null"), ("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-site", "cross-site"),
        ],
    ];
    for headers in foreign {
        let status = bench.post_with(&path, &form, headers).await.status;
        assert!(status.is_client_error(), "{headers:?}");
        assert_eq!(bench.now(&approval.id).await.state, State::Pending);
    }
    let own = [("origin", "https://idwo.example.com")];
    bench.post_with(&path, &form, &own).await;
    assert_eq!(bench.now(&approval.id).await.state, State::Approved);
}

#[tokio::test]
async fn what_is_not_the_form_of_the_page_is_not_taken() {
    let (bench, approval, path) = Bench::waiting().await;
    let large = format!("decision=decline&key={}", "x".repeat(4096));
    for (form, status) in [
        ("", StatusCode::BAD_REQUEST),
        ("decision=maybe", StatusCode::BAD_REQUEST),
        ("decision=decline&decision=approve", StatusCode::BAD_REQUEST),
        ("decision=decline&key=a&key=b", StatusCode::BAD_REQUEST),
        ("decision=decline&plan=x", StatusCode::BAD_REQUEST),
        (large.as_str(), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        assert_eq!(bench.post(&path, form).await.status, status, "{form}");
    }
    for kind in [
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
    ] {
        let request = Request::post(&path)
            .header("host", "idwo.example.com")
            .header("content-type", kind);
        let sent = bench.sent(request.body(Full::from("decision=decline")).unwrap());
        assert_eq!(
            sent.await.status,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "{kind}"
        );
    }
    assert_eq!(bench.now(&approval.id).await.state, State::Pending);
}

#[tokio::test]
async fn only_looks_and_forms_are_answered_and_only_under_a_name_of_ours() {
    let (bench, _, path) = Bench::waiting().await;
    for method in ["PUT", "DELETE", "HEAD", "OPTIONS"] {
        let request = Request::builder()
            .method(method)
            .uri(&path)
            .header("host", "idwo.example.com");
        let answer = bench.sent(request.body(Full::default()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.header("allow"), "GET, POST");
    }
    for (host, status) in [
        (Some("127.0.0.1:8787"), StatusCode::OK),
        (Some("evil.test"), StatusCode::FORBIDDEN),
        (Some("a b"), StatusCode::BAD_REQUEST),
        (None, StatusCode::BAD_REQUEST),
    ] {
        let request = Request::get(&path);
        let request = match host {
            Some(host) => request.header("host", host),
            None => request,
        };
        let answer = bench.sent(request.body(Full::default()).unwrap()).await;
        assert_eq!(answer.status, status, "{host:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_form_that_does_not_come_is_given_up() {
    let (bench, _, path) = Bench::waiting().await;
    let never = stream::pending::<Result<http_body::Frame<Bytes>, Infallible>>();
    let request = Request::post(&path)
        .header("host", "idwo.example.com")
        .header("content-type", "application/x-www-form-urlencoded");
    let request = request.body(StreamBody::new(never)).unwrap();
    let answer = Page::of(bench.page().answer(request).await).await;
    assert_eq!(answer.status, StatusCode::REQUEST_TIMEOUT);
}
