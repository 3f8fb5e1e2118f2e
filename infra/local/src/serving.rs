//! The process that serves in this folder, asked as any client of the protocol asks it.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use idwo_core::failure::Source;
use idwo_core::tool::Answer;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::workshop::HELD;

/// Longest time until all of an answer is there: a call's longest, and 5 s for the way.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// Longest answer, in bytes: a full reply is at most 100 KB, and its text stands beside it.
const ANSWER_BYTES_MAX: usize = 512 * 1024;

/// At its address.
pub(crate) struct Serving(pub(crate) SocketAddr);

#[derive(Debug, thiserror::Error)]
pub(crate) enum Unanswered {
    /// Or not to the end.
    #[error("{HELD}, and nobody answers at {at}; say with --bind where it serves")]
    Nobody { at: SocketAddr, source: Source },
    #[error("no answer came from {0} within {seconds} s", seconds = ANSWER_TIMEOUT.as_secs())]
    TooLate(SocketAddr),
    #[error("{HELD}, and who answers at {0} is no idwo-local; say with --bind where it serves")]
    Stranger(SocketAddr),
    /// In the tool's own words, which say who can act.
    #[error("{0}")]
    Refused(String),
}

impl Serving {
    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Result<Answer, Unanswered> {
        let params = json!({ "name": tool, "arguments": arguments });
        let message =
            json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        let answered = tokio::time::timeout(ANSWER_TIMEOUT, self.posted(message.to_string()));
        let answered = answered.await.map_err(|_| Unanswered::TooLate(self.0))?;
        let body = answered.map_err(|source| Unanswered::Nobody { at: self.0, source })?;
        self.read(&body)
    }

    async fn posted(&self, message: String) -> Result<Vec<u8>, Source> {
        let stream = TcpStream::connect(self.0).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let request = Request::post("/mcp")
            .header(HOST, self.0.to_string())
            .header(ACCEPT, "application/json, text/event-stream")
            .header(CONTENT_TYPE, "application/json")
            .body(message)?;
        let answered = async { body(sender.send_request(request).await?).await };
        let (connection, answered) = (std::pin::pin!(connection), std::pin::pin!(answered));
        match futures::future::select(answered, connection).await {
            futures::future::Either::Left((answered, _)) => answered,
            futures::future::Either::Right((_, answered)) => answered.await,
        }
    }

    fn read(&self, body: &[u8]) -> Result<Answer, Unanswered> {
        let stranger = Unanswered::Stranger(self.0);
        let Ok(message) = serde_json::from_slice::<Value>(body) else {
            return Err(stranger);
        };
        let at = |path| message.pointer(path);
        if let Some(refused) = at("/error/message").and_then(Value::as_str) {
            return Err(Unanswered::Refused(refused.to_owned()));
        }
        let Some(text) = at("/result/content/0/text").and_then(Value::as_str) else {
            return Err(stranger);
        };
        if at("/result/isError").and_then(Value::as_bool) == Some(true) {
            return Err(Unanswered::Refused(text.to_owned()));
        }
        let structured = at("/result/structuredContent").cloned().ok_or(stranger)?;
        let text = text.to_owned();
        Ok(Answer { structured, text })
    }
}

async fn body(response: Response<Incoming>) -> Result<Vec<u8>, Source> {
    let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX);
    Ok(body.collect().await?.to_bytes().to_vec())
}
