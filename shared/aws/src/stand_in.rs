//! A stand-in for services of AWS that speak JSON, for tests: over HTTP, since much that goes wrong goes
//! wrong there.

use std::future::pending;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Either, Full};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use idwo_core::config::Variables;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::start::Start;

pub(crate) struct StandIn {
    url: String,
    asked: watch::Sender<Vec<Asked>>,
}

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) target: String,
    pub(crate) body: String,
}

#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Says(u16, String),
    /// The connection ends in the middle of it.
    SaysHalf(String),
    /// The connection ends without it.
    Ends,
    /// The connection stays open, and nothing comes.
    Hangs,
}

type Script = Arc<dyn Fn(&Asked) -> Answer + Send + Sync>;

impl StandIn {
    pub(crate) async fn start(script: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = watch::Sender::new(Vec::new());
        tokio::spawn(accept(listener, Arc::new(script), asked.clone()));
        Self { url, asked }
    }

    /// What has come so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.borrow().clone()
    }

    /// Waits until it was asked so many times.
    pub(crate) async fn asked_times(&self, times: usize) {
        let mut asked = self.asked.subscribe();
        asked.wait_for(|asked| asked.len() >= times).await.unwrap();
    }

    /// A function that finds this in the place of AWS.
    pub(crate) fn function(&self, variables: &[(&str, &str)]) -> Start {
        function_at(&self.url, variables)
    }
}

pub(crate) fn function_at(url: &str, variables: &[(&str, &str)]) -> Start {
    let of_lambda = [
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL", url),
    ];
    let all = of_lambda.iter().chain(variables);
    let all = all.map(|(name, value)| (name.to_string(), value.to_string()));
    Start::of(Variables::new(all)).unwrap()
}

async fn accept(listener: TcpListener, script: Script, asked: watch::Sender<Vec<Asked>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (script, asked) = (Arc::clone(&script), asked.clone());
        let service = service_fn(move |request| {
            let (script, asked) = (Arc::clone(&script), asked.clone());
            async move { answer(request, &script, &asked).await }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// An error ends the connection.
async fn answer(
    request: Request<Incoming>,
    script: &Script,
    asked: &watch::Sender<Vec<Asked>>,
) -> io::Result<Response<Either<Full<Bytes>, Half>>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let request = Asked {
        target: head.headers["x-amz-target"].to_str().unwrap().to_owned(),
        body: String::from_utf8(body.to_vec()).unwrap(),
    };
    let answer = script(&request);
    asked.send_modify(|asked| asked.push(request));
    let (status, body) = match answer {
        Answer::Says(status, said) => (status, Either::Left(Full::from(said))),
        Answer::SaysHalf(said) => (200, Either::Right(Half::of(said))),
        Answer::Ends => return Err(io::ErrorKind::ConnectionAborted.into()),
        Answer::Hangs => pending().await,
    };
    Ok(Response::builder().status(status).body(body).unwrap())
}

/// A body that promises more than comes.
struct Half {
    promised: u64,
    first: Option<Bytes>,
}

impl Half {
    fn of(said: String) -> Self {
        let said = Bytes::from(said);
        Self {
            promised: said.len() as u64,
            first: Some(said.slice(..said.len() / 2)),
        }
    }
}

impl Body for Half {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<io::Result<Frame<Bytes>>>> {
        let first = self.first.take().map(Frame::data);
        let end = io::ErrorKind::ConnectionAborted;
        std::task::Poll::Ready(Some(first.ok_or_else(|| end.into())))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}
