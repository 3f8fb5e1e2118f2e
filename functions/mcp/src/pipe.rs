//! Serving one client on a pair of pipes: the same catalogue behind the same checks, a message on
//! each line.

mod lines;
mod open;

use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use rmcp::ServiceExt;
use rmcp::model::ErrorCode;
use rmcp::service::ServerInitializeError;
use serde::Serialize;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc;
use tokio_util::codec::FramedRead;
use tokio_util::sync::CancellationToken;

use self::lines::{Line, Lines};
use self::open::Open;
use crate::body::BODY_BYTES_MAX;
use crate::gateway::Gateway;
use crate::message::{self, Message, Unfit};

/// Between this and the protocol's library, in bytes.
const PIPE_BYTES: usize = 64 * 1024;

/// Longest line of the protocol's, in bytes: a reply is far below.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Lines that wait for the client to take them.
const LINES_WAITING_MAX: usize = 16;

/// How long a client may leave a line lying: it may be stopped in a debugger, or gone.
const TAKE_TIMEOUT: Duration = Duration::from_secs(300);

/// How long all may take that is left to do after the client has closed its side: a call, and the
/// way back.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Debug, thiserror::Error)]
pub enum PipeError {
    #[error("cannot read from the client")]
    Input(#[source] std::io::Error),
    #[error("cannot write to the client")]
    Output(#[source] std::io::Error),
    #[error("the client left a line lying for {} s", TAKE_TIMEOUT.as_secs())]
    NotTaken,
    #[error("the conversation did not begin as the protocol wants")]
    Handshake(#[source] Box<ServerInitializeError>),
    #[error("the end of input was {} s ago, and not all was answered and taken", DRAIN_TIMEOUT.as_secs())]
    Unanswered,
    #[error("the conversation broke off")]
    BrokenOff,
}

/// Until `input` ends and what was asked is answered, or the client does not listen any more.
pub async fn converse(
    gateway: Gateway,
    input: impl AsyncRead + Unpin,
    output: impl AsyncWrite + Unpin,
) -> Result<(), PipeError> {
    let (to_protocol, from_client) = tokio::io::duplex(PIPE_BYTES);
    let (to_client, from_protocol) = tokio::io::duplex(PIPE_BYTES);
    let (lines, waiting) = mpsc::channel(LINES_WAITING_MAX);
    let open = Open::default();
    let ended = CancellationToken::new();
    let too_late = async {
        ended.cancelled().await;
        let _ = tokio::time::timeout(DRAIN_TIMEOUT, std::future::pending::<()>()).await;
        Err(PipeError::Unanswered)
    };
    let conversation = async {
        tokio::try_join!(
            hear(input, to_protocol, lines.clone(), &open, &ended),
            speak(gateway, from_client, to_client),
            pass_on(from_protocol, lines, &open),
            write(waiting, output),
        )
    };
    tokio::select! {
        outcome = conversation => outcome.map(drop),
        outcome = too_late => outcome,
    }
}

/// Checks each line and hands it on; its end is the end of what the protocol hears.
async fn hear(
    input: impl AsyncRead + Unpin,
    mut to_protocol: DuplexStream,
    lines: mpsc::Sender<Bytes>,
    open: &Open,
    ended: &CancellationToken,
) -> Result<(), PipeError> {
    let mut input = FramedRead::new(input, Lines::up_to(BODY_BYTES_MAX));
    let mut has_begun = false;
    while let Some(line) = input.next().await {
        let (line, message) = match checked(line.map_err(PipeError::Input)?, open) {
            Ok(Some(taken)) => taken,
            Ok(None) => continue,
            Err(unfit) => {
                send(&lines, &unfit.answer()).await?;
                continue;
            }
        };
        // The library takes a notification before the handshake for a broken client.
        has_begun |= message.id.is_some();
        if has_begun {
            let handed_on = to_protocol.write_all(&line).await;
            handed_on.map_err(|_| PipeError::BrokenOff)?;
        }
        open.has_room().await;
    }
    ended.cancel();
    open.all_answered().await;
    Ok(())
}

/// A line that may go on, with its end; `None` for an empty one.
fn checked(line: Line, open: &Open) -> Result<Option<(Vec<u8>, Message)>, Unfit> {
    let line = match line {
        Line::Whole(line) if line.trim_ascii().is_empty() => return Ok(None),
        Line::Whole(line) => line,
        Line::TooLong => {
            let why = format!("the line is longer than {BODY_BYTES_MAX} bytes");
            return Err(Unfit::new(ErrorCode::INVALID_REQUEST, why));
        }
    };
    let message = message::read(&line)?;
    open.enter(&message, &line)?;
    let mut line = line.to_vec();
    line.push(b'\n');
    Ok(Some((line, message)))
}

/// The protocol itself. A client that leaves before it has said anything is none that failed.
async fn speak(
    gateway: Gateway,
    from_client: DuplexStream,
    to_client: DuplexStream,
) -> Result<(), PipeError> {
    let protocol = match gateway.serve((from_client, to_client)).await {
        Ok(protocol) => protocol,
        Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => return Err(PipeError::Handshake(Box::new(error))),
    };
    let ended = protocol.waiting().await;
    ended.map(drop).map_err(|_| PipeError::BrokenOff)
}

/// What the protocol says, on its way to the client.
async fn pass_on(
    from_protocol: DuplexStream,
    lines: mpsc::Sender<Bytes>,
    open: &Open,
) -> Result<(), PipeError> {
    let mut from_protocol = FramedRead::new(from_protocol, Lines::up_to(ANSWER_BYTES_MAX));
    while let Some(Ok(line)) = from_protocol.next().await {
        let Line::Whole(line) = line else {
            return Err(PipeError::BrokenOff);
        };
        let answered = open::answered_by(&line);
        lines.send(line).await.map_err(|_| PipeError::BrokenOff)?;
        if let Some(id) = answered {
            open.close(&id);
        }
    }
    Ok(())
}

async fn send(lines: &mpsc::Sender<Bytes>, answer: &impl Serialize) -> Result<(), PipeError> {
    let line = serde_json::to_vec(answer).map_err(|_| PipeError::BrokenOff)?;
    let sent = lines.send(line.into()).await;
    sent.map_err(|_| PipeError::BrokenOff)
}

async fn write(
    mut waiting: mpsc::Receiver<Bytes>,
    mut output: impl AsyncWrite + Unpin,
) -> Result<(), PipeError> {
    while let Some(line) = waiting.recv().await {
        let taken = async {
            output.write_all(&line).await?;
            output.write_all(b"\n").await?;
            output.flush().await
        };
        let taken = tokio::time::timeout(TAKE_TIMEOUT, taken).await;
        taken
            .map_err(|_| PipeError::NotTaken)?
            .map_err(PipeError::Output)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
