//! Serving: one listener, what stands behind it, and an orderly end.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use idwo_core::config::{Config, Variables};
use mcp::endpoint::Endpoint;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;

use crate::args::Args;
use crate::front::Front;
use crate::host;
use crate::own_keys;
use crate::repositories::Repositories;
use crate::serving::Serving;
use crate::terminal::Failed;
use crate::welcome;

/// Connections held at the same time; more wait in the listener's queue.
const CONNECTIONS_MAX: usize = 256;

/// Longest time to wait for a request's headers, also between two requests of a connection.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest time that a client may leave an answer unread.
const WRITE_TIMEOUT: Duration = Duration::from_secs(15);

/// How long to wait after a failed accept before the next.
const ACCEPT_REST: Duration = Duration::from_millis(200);

/// How long calls and steps that are under way may go on after Ctrl-C.
pub(crate) const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// Serves until Ctrl-C, SIGTERM or SIGHUP. The first screen is made beside it: a first answer that
/// takes long must not keep clients waiting.
pub async fn run(args: &Args, variables: &Variables) -> Result<(), Failed> {
    let config = Config::read(variables)?;
    host::log_to_stderr(&config)?;
    let repositories = Repositories::open(args)?;
    let config = own_keys::signing(config, &repositories.data)?;
    let end = host::asked_to_end()?;
    let listener = TcpListener::bind(args.bind)
        .await
        .map_err(|e| format!("cannot listen on {}: {e}; `idwo-local doctor` says who does, --bind takes another address", args.bind))?;
    let address = listener.local_addr()?;
    let dispatch = host::working_dispatch(&repositories, variables).await?;
    let gateway = host::gateway(&config, Arc::clone(&dispatch))?;
    if !dispatch.workshop().is_held_by_another() {
        Serving::write_down(&repositories.data, address)?;
    }
    let approvals = host::approvals(&config, &dispatch, &repositories.data)?;
    let front = Front::from(Endpoint::new(gateway, &config)).with(approvals);
    let ended = CancellationToken::new();
    let working = dispatch.workshop().work_until(ended.clone());
    #[cfg(feature = "rehearsal")]
    crate::rehearsal::begin(args.rehearse, dispatch.workshop());
    let end = async move {
        end.await;
        ended.cancel();
    };
    let mut serving = std::pin::pin!(accept(listener, front, end));
    tokio::select! {
        () = &mut serving => {}
        shown = welcome::print(address, args, &repositories, dispatch.as_ref(), &config) => {
            shown?;
            serving.await;
        }
    }
    working.await;
    Ok(())
}

/// Takes connections until `end`, then lets those that are busy finish.
pub async fn accept(
    listener: TcpListener,
    served: impl Into<Front>,
    end: impl Future<Output = ()>,
) {
    let front = served.into();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let connections = GracefulShutdown::new();
    let mut end = std::pin::pin!(end);
    loop {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place,
            () = &mut end => break,
        };
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut end => break,
        };
        let (Ok(place), Ok((stream, _))) = (place, stream) else {
            rest().await;
            continue;
        };
        let front = front.clone();
        let service = service_fn(move |request| {
            let front = front.clone();
            async move { Ok::<_, Infallible>(front.answer(request).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT)
            .serve_connection(TokioIo::new(patient(stream)), service);
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke");
            }
        });
    }
    if tokio::time::timeout(DRAIN_TIMEOUT, connections.shutdown())
        .await
        .is_err()
    {
        tracing::warn!(
            "calls were still running after {} s; they end with the process",
            DRAIN_TIMEOUT.as_secs()
        );
    }
}

/// A client that does not read what it asked for is let go.
fn patient(stream: TcpStream) -> Pin<Box<TimeoutStream<TcpStream>>> {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_TIMEOUT));
    Box::pin(stream)
}

/// After a failed accept: with no file handle left the next one fails at once, for as long as no
/// connection ends, and nothing tells when one does.
#[expect(
    clippy::disallowed_methods,
    reason = "there is no condition to wait for"
)]
async fn rest() {
    tracing::warn!("a connection could not be taken; is the limit of open files reached?");
    tokio::time::sleep(ACCEPT_REST).await;
}
