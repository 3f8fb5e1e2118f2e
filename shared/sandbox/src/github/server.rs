//! The thread on which a world is served, and one connection's requests.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;

use http::request::Parts;
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::fault::Fault;
use super::reply::Reply;
use super::request::Asked;
use super::state::State;
use super::wire::{self, Body};
use super::{broken, door, exchanges};

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
    let Ok((stream, socket)) = with_its_socket(stream) else {
        return;
    };
    let service = service_fn(|request| answer(&state, &socket, request));
    let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let _ = served.await;
}

/// The connection and a second handle of it, by which it can be reset while it is served.
fn with_its_socket(stream: TcpStream) -> io::Result<(TcpStream, TcpStream)> {
    let stream = stream.into_std()?;
    let socket = stream.try_clone()?;
    Ok((TcpStream::from_std(stream)?, TcpStream::from_std(socket)?))
}

async fn answer(
    state: &State,
    socket: &TcpStream,
    request: Request<Incoming>,
) -> io::Result<Response<Body>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let asked = Asked::read(&head, &body);
    state.asked().push(asked.clone());
    let fault = state.faults().happening(&asked);
    let Some(fault) = fault else {
        let reply = door::answer(state, &head.headers, &asked).await;
        record(state, &asked, Some(&reply))?;
        return wire::whole(&reply);
    };
    record(state, &asked, None)?;
    broken_answer(state, socket, &head, &asked, &fault).await
}

async fn broken_answer(
    state: &State,
    socket: &TcpStream,
    head: &Parts,
    asked: &Asked,
    fault: &Fault,
) -> io::Result<Response<Body>> {
    if let Some(reply) = broken::instead(fault) {
        return wire::whole(&reply);
    }
    match fault {
        Fault::Html { status } => return wire::html(*status),
        Fault::GzipBomb { mebibytes } => return wire::gzip_bomb(*mebibytes),
        Fault::Silence => return std::future::pending().await,
        Fault::Reset => {
            socket.set_zero_linger()?;
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        _ => (),
    }
    let reply = door::answer(state, &head.headers, asked).await;
    let reply = broken::changed(fault, reply, asked, &state.api);
    match fault {
        Fault::CutOff => wire::cut_off(&reply),
        Fault::Trickle { every } => wire::trickle(&reply, *every),
        _ => wire::whole(&reply),
    }
}

fn record(state: &State, asked: &Asked, answer: Option<&Reply>) -> io::Result<()> {
    let path = state.world().recorded_in.clone();
    path.map_or(Ok(()), |path| exchanges::append(&path, asked, answer))
}
