//! Conversations on a pair of pipes, with a tool that never answers.

use std::sync::Arc;

use async_trait::async_trait;
use idwo_core::dispatch::{Call, Dispatch, Reply};
use idwo_core::failure::Failure;
use idwo_core::health::Component;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, ReadHalf, WriteHalf};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::*;
use crate::catalogue::Catalogue;
use crate::gateway::Setup;

struct Never;

#[async_trait]
impl Dispatch for Never {
    async fn call(&self, _: Call) -> Result<Reply, Failure> {
        std::future::pending().await
    }

    async fn components(&self) -> Vec<Component> {
        Vec::new()
    }
}

/// The client's side.
struct Client {
    says: WriteHalf<DuplexStream>,
    hears: tokio::io::Lines<BufReader<ReadHalf<DuplexStream>>>,
    served: JoinHandle<Result<(), PipeError>>,
}

impl Client {
    fn of_a_server() -> Self {
        let gateway = Gateway::new(Setup {
            catalogue: Catalogue::product().unwrap(),
            dispatch: Arc::new(Never),
            ids: Arc::new(Uuid::nil),
            count: Arc::new(|_| ()),
            call_timeout: Duration::from_secs(25),
            state_key: "a key of the tests, 32 bytes long".parse().unwrap(),
        });
        let (ours, theirs) = tokio::io::duplex(PIPE_BYTES);
        let (input, output) = tokio::io::split(theirs);
        let served = tokio::spawn(converse(gateway.unwrap(), input, output));
        let (hears, says) = tokio::io::split(ours);
        Self {
            says,
            hears: BufReader::new(hears).lines(),
            served,
        }
    }

    async fn says(&mut self, line: impl ToString) {
        let line = line.to_string() + "\n";
        self.says.write_all(line.as_bytes()).await.unwrap();
    }

    async fn asks(&mut self, id: impl Into<Value>, method: &str, params: Value) {
        let id = id.into();
        self.says(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))
            .await;
    }

    async fn tells(&mut self, method: &str, params: Value) {
        self.says(json!({ "jsonrpc": "2.0", "method": method, "params": params }))
            .await;
    }

    /// Calls the tool, which never answers.
    async fn calls(&mut self, id: impl Into<Value>) {
        let call = json!({ "name": "analyze_pr", "arguments": {} });
        self.asks(id, "tools/call", call).await;
    }

    async fn cancels(&mut self, id: impl Into<Value>) {
        let id = id.into();
        self.tells("notifications/cancelled", json!({ "requestId": id }))
            .await;
    }

    async fn hears(&mut self) -> Value {
        let line = self.hears.next_line().await.unwrap().unwrap();
        serde_json::from_str(&line).unwrap()
    }

    async fn shakes_hands(&mut self) {
        let client = json!({ "name": "test", "version": "1" });
        let hello =
            json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client });
        self.asks(0, "initialize", hello).await;
        assert_eq!(self.hears().await["result"]["serverInfo"]["name"], "idwo");
        self.tells("notifications/initialized", json!({})).await;
    }

    async fn hangs_up(mut self) -> Result<(), PipeError> {
        self.says.shutdown().await.unwrap();
        self.served.await.unwrap()
    }
}

#[tokio::test]
async fn what_comes_before_the_handshake_does_no_harm() {
    let mut client = Client::of_a_server();
    client.tells("notifications/initialized", json!({})).await;
    client.says("no json").await;
    assert_eq!(client.hears().await["error"]["code"], -32700);
    client.shakes_hands().await;
    client.asks(1, "tools/list", json!({})).await;
    assert_eq!(client.hears().await["id"], 1);
    client.hangs_up().await.unwrap();
}

#[tokio::test]
async fn a_cancelled_request_is_not_waited_for() {
    let mut client = Client::of_a_server();
    client.shakes_hands().await;
    client.calls("a").await;
    client.cancels("a").await;
    client.hangs_up().await.unwrap();
}

#[tokio::test]
async fn an_id_is_used_for_one_request_at_a_time() {
    let mut client = Client::of_a_server();
    client.shakes_hands().await;
    client.calls(5).await;
    client.asks(5, "tools/list", json!({})).await;
    let refused = client.hears().await;
    assert_eq!(
        (&refused["id"], &refused["error"]["code"]),
        (&json!(5), &json!(-32600))
    );
    client.asks("5", "tools/list", json!({})).await;
    assert_eq!(client.hears().await["id"], "5");
    client.cancels(5).await;
    client.hangs_up().await.unwrap();
}

#[tokio::test]
async fn the_request_behind_a_line_too_long_is_answered_at_once() {
    let mut client = Client::of_a_server();
    client.shakes_hands().await;
    let long = "x".repeat(BODY_BYTES_MAX + 1);
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    client.says(format!("{long}\n{list}")).await;
    assert_eq!(client.hears().await["error"]["code"], -32600);
    assert_eq!(client.hears().await["id"], 1);
    client.hangs_up().await.unwrap();
}

#[tokio::test]
async fn a_client_that_does_not_read_is_not_read_from() {
    let mut client = Client::of_a_server();
    client.shakes_hands().await;
    let flood = async {
        for id in 1..100_000 {
            client.asks(id, "tools/list", json!({})).await;
        }
    };
    let flood = tokio::time::timeout(Duration::from_millis(500), flood).await;
    assert!(flood.is_err(), "everything was taken in");
}

#[tokio::test]
async fn a_client_that_does_not_listen_any_more_ends_it() {
    let mut client = Client::of_a_server();
    client.shakes_hands().await;
    client.calls(1).await;
    client.asks(2, "tools/list", json!({})).await;
    let Client {
        says,
        hears,
        served,
    } = client;
    drop((says, hears));
    assert!(served.await.unwrap().is_err());
}
