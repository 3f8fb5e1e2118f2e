//! Each fault is what it says, seen from the wire.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use super::client::{HISTORY, NOTHING, PULL_REQUEST, served};
use crate::github::{At, Fault, GitHub, Times};

/// Longest wait for something that comes, in seconds.
const WAIT: Duration = Duration::from_secs(20);

/// How long nothing has to come before it is taken for silence.
const QUIET: Duration = Duration::from_millis(100);

#[tokio::test]
async fn a_status_comes_with_its_headers_as_often_as_planned() {
    let (github, client, _folder) = served(|_| ()).await;
    let fault = Fault::status(429)
        .with("retry-after", "7")
        .saying(json!({ "message": "slow" }));
    github.breaks(At::path("/compare/"), Times::Next(2), fault);
    let path = NOTHING;
    for _ in 0..2 {
        let answer = client.get(path, &[]).await;
        assert_eq!((answer.status, answer.header("retry-after")), (429, "7"));
        assert_eq!(answer.body["message"], "slow");
    }
    assert_eq!(client.get(path, &[]).await.status, 404);
    assert_eq!(github.rest(), Vec::<String>::new());
}

#[tokio::test]
async fn a_fault_that_was_not_met_is_told() {
    let (github, client, _folder) = served(|_| ()).await;
    github.breaks(At::operation("Blobs"), Times::Always, Fault::status(500));
    github.breaks(At::operation("History"), Times::Next(2), Fault::status(502));
    let answer = client
        .query("History", HISTORY, json!({ "first": 1 }))
        .await;
    assert_eq!(
        (answer.status, &answer.body["status"]),
        (502, &json!("502"))
    );
    let rest = github.rest();
    assert_eq!(rest.len(), 2);
    assert!(
        rest[0].contains("Blobs") && rest[1].contains("History"),
        "{rest:?}"
    );
}

#[tokio::test]
async fn too_much_at_once_is_forbidden_for_a_while() {
    let (github, client, _folder) = served(|_| ()).await;
    let retry_after = "60".to_owned();
    github.breaks(
        At::Any,
        Times::Always,
        Fault::SecondaryLimit { retry_after },
    );
    let answer = client.get(NOTHING, &[]).await;
    assert_eq!((answer.status, answer.header("retry-after")), (403, "60"));
    assert!(
        answer.body["documentation_url"]
            .as_str()
            .unwrap()
            .contains("secondary-rate-limits")
    );
}

#[tokio::test]
async fn a_redirect_leads_where_it_says() {
    let (github, client, _folder) = served(|_| ()).await;
    let to = "https://elsewhere.test/".to_owned();
    github.breaks(At::Any, Times::Next(1), Fault::Redirect { to });
    let answer = client.get(NOTHING, &[]).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (301, "https://elsewhere.test/")
    );
}

#[tokio::test]
async fn graphql_fails_in_its_own_ways() {
    let (github, client, _folder) = served(|_| ()).await;
    github.breaks(At::Any, Times::Next(1), Fault::RateLimited);
    github.breaks(At::Any, Times::Next(1), Fault::NoData);
    github.breaks(At::Any, Times::Next(1), Fault::ChecksForbidden);
    let ask = || client.query("PullRequest", PULL_REQUEST, json!({ "number": 71 }));
    let limited = ask().await;
    assert_eq!((limited.status, limited.body.get("data")), (200, None));
    assert_eq!(limited.body["errors"][0]["type"], "RATE_LIMITED");
    assert_eq!(ask().await.body, json!({ "data": null }));
    let partial = ask().await.body;
    assert_eq!(partial["errors"][0]["type"], "FORBIDDEN");
    let pull = &partial["data"]["repository"]["pullRequest"];
    let commit = &pull["commits"]["nodes"][0]["commit"];
    assert_eq!(
        (&pull["state"], commit),
        (&json!("MERGED"), &json!({ "statusCheckRollup": null }))
    );
}

#[tokio::test]
async fn a_page_that_follows_itself_does_so_in_both_ways() {
    let (github, client, _folder) = served(|_| ()).await;
    github.breaks(At::Any, Times::Next(3), Fault::PagingLoop);
    let answer = client
        .query("History", HISTORY, json!({ "first": 1 }))
        .await;
    let page = answer.body["data"]["repository"]["pullRequests"]["pageInfo"].clone();
    let again = json!({ "first": 1, "after": page["endCursor"] });
    let answer = client.query("History", HISTORY, again).await;
    assert_eq!(
        answer.body["data"]["repository"]["pullRequests"]["pageInfo"],
        page
    );
    assert_eq!(page["hasNextPage"], true);
    let path = format!("{NOTHING}?page=1");
    let link = format!("<{}{path}>; rel=\"next\"", github.url());
    assert_eq!(client.get(&path, &[]).await.header("link"), link);
}

#[tokio::test]
async fn a_page_for_people_is_no_json() {
    let (github, _client, _folder) = served(|_| ()).await;
    for status in [200, 502] {
        github.breaks(At::Any, Times::Next(1), Fault::Html { status });
        let answer = String::from_utf8(raw(&github)).unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) && answer.contains("<html>"));
        assert!(answer.contains("content-type: text/html"));
    }
}

#[tokio::test]
async fn an_answer_cut_off_promises_more_than_it_sends() {
    let (github, client, _folder) = served(|_| ()).await;
    let whole = raw(&github);
    github.breaks(At::Any, Times::Next(2), Fault::CutOff);
    let (promised, sent) = promised_and_sent(&raw(&github));
    assert_eq!(
        (promised, sent),
        (promised_and_sent(&whole).0, promised / 2)
    );
    assert!(
        client
            .send("GET", NOTHING, &[], String::new())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn silence_takes_the_request_and_says_nothing() {
    let (github, _client, _folder) = served(|_| ()).await;
    github.breaks(At::Any, Times::Next(1), Fault::Silence);
    let mut stream = asking(&github);
    stream.set_read_timeout(Some(QUIET)).unwrap();
    let nothing = stream.read(&mut [0]).unwrap_err();
    assert!(matches!(
        nothing.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut
    ));
    assert_eq!(github.asked().len(), 1);
}

#[tokio::test]
async fn a_trickle_gives_the_whole_answer_in_the_end() {
    let (github, _client, _folder) = served(|_| ()).await;
    let every = Duration::from_millis(1);
    github.breaks(At::Any, Times::Next(1), Fault::Trickle { every });
    let (promised, sent) = promised_and_sent(&raw(&github));
    assert!(promised > 50 && promised == sent);
}

#[tokio::test]
async fn a_reset_connection_is_reset_and_not_closed() {
    let (github, _client, _folder) = served(|_| ()).await;
    github.breaks(At::Any, Times::Next(1), Fault::Reset);
    let error = asking(&github).read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_bomb_is_small_on_the_wire_and_large_behind_it() {
    let (github, _client, _folder) = served(|_| ()).await;
    github.breaks(At::Any, Times::Next(1), Fault::GzipBomb { mebibytes: 8 });
    let answer = raw(&github);
    let head = answer.windows(4).position(|at| at == b"\r\n\r\n").unwrap();
    assert!(String::from_utf8_lossy(&answer[..head]).contains("content-encoding: gzip"));
    let packed = unchunked(&answer[head + 4..]);
    let mut unpacked = flate2::read::GzDecoder::new(packed.as_slice());
    let bytes = std::io::copy(&mut unpacked, &mut std::io::sink()).unwrap();
    assert_eq!(bytes, 8 * 1024 * 1024);
    assert!(packed.len() < 100_000, "{}", packed.len());
}

/// A connection on which a request was made and nothing read.
fn asking(github: &GitHub) -> TcpStream {
    let mut stream = TcpStream::connect(github.url().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(WAIT)).unwrap();
    let request = format!(
        "GET {NOTHING} HTTP/1.1\r\nhost: github\r\nuser-agent: idwo\r\nauthorization: Bearer {}\r\nconnection: close\r\n\r\n",
        github.token()
    );
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

/// All that is answered until the connection ends.
fn raw(github: &GitHub) -> Vec<u8> {
    let mut answer = Vec::new();
    let mut stream = asking(github);
    let mut part = [0; 4096];
    // A connection that breaks off ends the answer as well.
    while let Ok(read @ 1..) = stream.read(&mut part) {
        answer.extend_from_slice(&part[..read]);
    }
    answer
}

fn promised_and_sent(answer: &[u8]) -> (usize, usize) {
    let answer = String::from_utf8_lossy(answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let promised = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    (promised.unwrap().parse().unwrap(), body.len())
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = body.windows(2).position(|at| at == b"\r\n").unwrap();
        let size = usize::from_str_radix(std::str::from_utf8(&body[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            return whole;
        }
        whole.extend_from_slice(&body[end + 2..end + 2 + size]);
        body = &body[end + 2 + size + 2..];
    }
}
