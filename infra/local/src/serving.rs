//! The process that serves in this folder, asked as any client of the protocol asks it.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use std::{fs, io};

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, LOCATION};
use hyper::http::response::Parts;
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

/// Where whoever serves a folder writes down at which address it does.
const ADDRESS_FILE: &str = "address";

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
    /// For those who send it what is for nobody else.
    pub(crate) fn write_down(data: &Path, at: SocketAddr) -> io::Result<()> {
        fs::write(data.join(ADDRESS_FILE), at.to_string())
    }

    /// Whether it is the one that serves `data`, and nobody else who listens there.
    pub(crate) fn serves(&self, data: &Path) -> bool {
        let at = fs::read_to_string(data.join(ADDRESS_FILE));
        at.is_ok_and(|at| at == self.0.to_string())
    }

    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Result<Answer, Unanswered> {
        let params = json!({ "name": tool, "arguments": arguments });
        let message =
            json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        let message = Request::post("/mcp")
            .header(ACCEPT, "application/json, text/event-stream")
            .header(CONTENT_TYPE, "application/json")
            .header(HOST, self.0.to_string())
            .body(message.to_string());
        let (_, body) = self.posted(message).await?;
        self.read(&body)
    }

    /// Fills the form on the page of an approval in.
    pub(crate) async fn decide(&self, path: &str, form: String) -> Result<(), Unanswered> {
        let form = Request::post(path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(HOST, self.0.to_string())
            .body(form);
        let (head, _) = self.posted(form).await?;
        let back_to = head.headers.get(LOCATION).and_then(|to| to.to_str().ok());
        match back_to {
            Some(to) if head.status.is_redirection() && !to.contains("note=") => Ok(()),
            Some(_) => Err(Unanswered::Refused(
                "somebody else has decided it, or its time is over".to_owned(),
            )),
            None => Err(Unanswered::Refused(format!(
                "the page answers {}",
                head.status
            ))),
        }
    }

    async fn posted(
        &self,
        request: Result<Request<String>, hyper::http::Error>,
    ) -> Result<(Parts, Vec<u8>), Unanswered> {
        let sent = async { self.sent(request?).await };
        let answered = tokio::time::timeout(ANSWER_TIMEOUT, sent).await;
        let answered = answered.map_err(|_| Unanswered::TooLate(self.0))?;
        answered.map_err(|source| Unanswered::Nobody { at: self.0, source })
    }

    async fn sent(&self, request: Request<String>) -> Result<(Parts, Vec<u8>), Source> {
        let stream = TcpStream::connect(self.0).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
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

async fn body(response: Response<Incoming>) -> Result<(Parts, Vec<u8>), Source> {
    let (head, body) = response.into_parts();
    let body = Limited::new(body, ANSWER_BYTES_MAX);
    Ok((head, body.collect().await?.to_bytes().to_vec()))
}
