//! The thread on which a world is served, and one connection's requests.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::door;
use super::reply::Reply;
use super::request::Asked;
use super::state::State;

pub(super) type Body = http_body_util::combinators::UnsyncBoxBody<Bytes, io::Error>;

/// Serves until `ended`.
pub(super) fn spawn(
    listener: TcpListener,
    state: Arc<State>,
    ended: oneshot::Receiver<()>,
) -> io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    let serve = move || {
        runtime.block_on(async {
            tokio::select! {
                () = accept(listener, state) => (),
                _ = ended => (),
            }
        });
    };
    std::thread::Builder::new()
        .name("github-sandbox".to_owned())
        .spawn(serve)
}

async fn accept(listener: tokio::net::TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(connection(stream, Arc::clone(&state)));
    }
}

/// A client that goes away in the middle is its own affair.
async fn connection(stream: TcpStream, state: Arc<State>) {
    let service = service_fn(|request| answer(&state, request));
    let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let _ = served.await;
}

async fn answer(state: &State, request: Request<Incoming>) -> io::Result<Response<Body>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let asked = Asked::read(&head, &body);
    state.asked().push(asked.clone());
    let reply = door::answer(state, &head.headers, &asked).await;
    sent(&reply)
}

fn sent(reply: &Reply) -> io::Result<Response<Body>> {
    let body = match &reply.body {
        serde_json::Value::Null => Bytes::new(),
        body => body.to_string().into(),
    };
    let mut response = Response::builder()
        .status(reply.status)
        .header("content-type", "application/json; charset=utf-8");
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    let body = Full::new(body).map_err(|never| match never {});
    response.body(body.boxed_unsync()).map_err(io::Error::other)
}
