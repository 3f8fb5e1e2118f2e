//! What the endpoint does with requests and tools that mean it no good.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::Method;
use idwo_core::dispatch::{Ask, Call, Dispatch, Reply};
use idwo_core::failure::{Failure, Retry};
use idwo_core::health::Component;
use idwo_history::clones::Clones;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::door::Door;

const BOTH: &str = "application/json, text/event-stream";

#[tokio::test]
async fn a_configured_host_and_a_page_of_this_machine_are_let_in() {
    let door = Door::over(Clones::default()).await;
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }).to_string();
    for (host, origin) in [
        ("localhost", Some("http://localhost:6274")),
        ("mcp.example.com", None),
        ("mcp.example.com:443", None),
    ] {
        let mut request = http::Request::builder()
            .method(Method::POST)
            .uri("/mcp")
            .header("host", host);
        request = request
            .header("accept", BOTH)
            .header("content-type", "application/json");
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let reply = door.send(request.body(list.clone().into()).unwrap()).await;
        assert_eq!(reply.status, 200, "{host} {origin:?}: {}", reply.body);
    }
    door.close().await;
}

#[tokio::test]
async fn a_page_of_an_allowed_origin_may_read_its_answer_and_no_other() {
    let door = Door::over(Clones::default()).await;
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }).to_string();
    let (ours, foreign) = ("http://localhost:6274", "https://evil.test");
    for (method, origin, status, shared) in [
        (Method::OPTIONS, Some(ours), 204, Some(ours)),
        (Method::POST, Some(ours), 200, Some(ours)),
        (Method::OPTIONS, Some(foreign), 403, None),
        (Method::POST, Some(foreign), 403, None),
        (Method::OPTIONS, None, 405, None),
        (Method::POST, None, 200, None),
    ] {
        let mut request = door.request(method.clone(), "/mcp", BOTH);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let reply = door.send(request.body(list.clone().into()).unwrap()).await;
        let allowed = reply.headers.get("access-control-allow-origin");
        assert_eq!(
            (reply.status, allowed.map(|origin| origin.to_str().unwrap())),
            (status, shared),
            "{method} {origin:?}"
        );
    }
    door.close().await;
}

#[tokio::test]
async fn a_connection_that_breaks_midway_hurts_nobody() {
    let door = Door::over(Clones::default()).await;
    let mut stream = TcpStream::connect(door.address()).await.unwrap();
    let head = "POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{\"half\":";
    stream.write_all(head.as_bytes()).await.unwrap();
    drop(stream);
    let mut garbage = TcpStream::connect(door.address()).await.unwrap();
    garbage
        .write_all(b"\x16\x03\x01 not http\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    garbage.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(door.get("/health").await.status, 200);
    door.close().await;
}

/// Stands where the tools are, and misbehaves as the call's `pull_number` asks.
struct Trouble;

#[async_trait]
impl Dispatch for Trouble {
    async fn call(&self, call: Call) -> Result<Reply, Failure> {
        let Ask::Tool { arguments, .. } = call.ask else {
            panic!("only tools are asked")
        };
        match arguments.get("pull_number").and_then(Value::as_u64) {
            Some(1) => panic!("secret detail"),
            Some(2) => std::future::pending().await,
            Some(3) => Err(Failure::ours_without_source("secret detail")),
            Some(4) => Err(Failure::Upstream {
                service: "github".into(),
                what: "502".into(),
                retry: Retry::AfterSeconds(30),
                source: None,
            }),
            _ => Err(Failure::caller("that is wrong", "do this")),
        }
    }

    async fn components(&self) -> Vec<Component> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn failures_say_who_can_act_and_ours_say_no_more() {
    let door = Door::before(Arc::new(Trouble), Duration::from_millis(50)).await;
    for ours in [1, 2, 3] {
        let reply = door
            .call("analyze_pr", json!({ "pull_number": ours }))
            .await;
        assert_eq!(reply["error"]["code"], -32603, "{reply}");
        assert_eq!(
            reply["error"]["data"]["correlation_id"],
            "00000000-0000-0000-0000-000000000007"
        );
        assert!(!reply.to_string().contains("secret"), "{reply}");
    }
    for (theirs, said) in [
        (4, "github failed: 502; call again in 30 s"),
        (5, "that is wrong; do this"),
    ] {
        let reply = door
            .call("analyze_pr", json!({ "pull_number": theirs }))
            .await;
        assert_eq!(
            (&reply["isError"], &reply["content"][0]["text"]),
            (&json!(true), &json!(said))
        );
    }
    assert_eq!(door.get("/health").await.status, 200);
    door.close().await;
}

/// Works until it is told to stop, and says that it was.
struct Diligent(mpsc::UnboundedSender<()>);

#[async_trait]
impl Dispatch for Diligent {
    async fn call(&self, call: Call) -> Result<Reply, Failure> {
        let stopped = self.0.clone();
        let watcher = call.watcher;
        let work = tokio::task::spawn_blocking(move || {
            while watcher.go_on().is_ok() {
                std::thread::yield_now();
            }
            stopped.send(()).unwrap();
        });
        work.await.unwrap();
        Err(Failure::Stopped)
    }

    async fn components(&self) -> Vec<Component> {
        Vec::new()
    }
}

#[tokio::test]
async fn nobody_works_on_for_a_client_that_has_left() {
    let (stopped, mut stops) = mpsc::unbounded_channel();
    let door = Door::before(Arc::new(Diligent(stopped)), Duration::from_secs(25)).await;
    for token in ["", r#","_meta":{"progressToken":1}"#] {
        let call = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"analyze_pr"{token}}}}}"#
        );
        let head = format!(
            "POST /mcp HTTP/1.1\r\nhost: localhost\r\naccept: {BOTH}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            call.len()
        );
        let mut client = TcpStream::connect(door.address()).await.unwrap();
        client.write_all((head + &call).as_bytes()).await.unwrap();
        let early = tokio::time::timeout(Duration::from_millis(50), stops.recv()).await;
        assert!(
            early.is_err(),
            "the call had stopped while the client was there"
        );
        drop(client);
        let late = tokio::time::timeout(Duration::from_secs(10), stops.recv()).await;
        assert_eq!(late, Ok(Some(())));
    }
    door.close().await;
}

/// Works until it is told to hurry, and then answers.
struct Hurried;

#[async_trait]
impl Dispatch for Hurried {
    async fn call(&self, call: Call) -> Result<Reply, Failure> {
        let work = tokio::task::spawn_blocking(move || {
            while !call.watcher.is_hurried() && call.watcher.go_on().is_ok() {
                std::thread::yield_now();
            }
        });
        work.await.unwrap();
        Err(Failure::caller("told to hurry in time", "nothing"))
    }

    async fn components(&self) -> Vec<Component> {
        Vec::new()
    }
}

#[tokio::test]
async fn who_works_long_is_told_to_hurry_while_there_is_time_to_answer() {
    let door = Door::before(Arc::new(Hurried), Duration::from_secs(1)).await;
    let reply = door.call("analyze_pr", json!({})).await;
    assert!(
        reply.to_string().contains("told to hurry in time"),
        "{reply:#}"
    );
    door.close().await;
}
