//! Serving one client on standard input and output: the same catalogue behind the same checks, a
//! message on each line.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use idwo_core::config::{Config, ConfigError};
use mcp::message::{self, Refused, Taken};
use rmcp::ServiceExt;
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::sync::{Notify, mpsc};
use tokio_util::codec::{AnyDelimiterCodec, AnyDelimiterCodecError, FramedRead};

use crate::args::Args;
use crate::host;
use crate::repositories::Repositories;
use crate::terminal::Failed;

/// Longest line, in bytes: what the endpoint takes as a body.
const LINE_BYTES_MAX: usize = 1024 * 1024;

/// Between this and the protocol's library, in bytes.
const PIPE_BYTES: usize = 64 * 1024;

/// Lines that wait for a client to read them.
const LINES_WAITING_MAX: usize = 64;

/// How long answers that are still due may take after the client has closed its side: a call, and
/// the way back.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(30);

pub async fn run(args: &Args, config: Result<Config, ConfigError>) -> Result<(), Failed> {
    let config = config?;
    host::log_to_stderr(&config)?;
    let repositories = Repositories::open(args)?;
    let gateway = host::gateway(&config, host::dispatch(&repositories))?;
    converse(gateway, tokio::io::stdin(), tokio::io::stdout()).await
}

/// Until `input` ends and what was asked is answered.
async fn converse(
    gateway: mcp::gateway::Gateway,
    input: impl AsyncRead + Unpin,
    output: impl AsyncWrite + Unpin + Send + 'static,
) -> Result<(), Failed> {
    let (to_protocol, from_client) = tokio::io::duplex(PIPE_BYTES);
    let (to_client, from_protocol) = tokio::io::duplex(PIPE_BYTES);
    let (lines, waiting) = mpsc::channel(LINES_WAITING_MAX);
    let due = Arc::new(Due::default());
    let written = tokio::spawn(write(waiting, output));
    let answers = tokio::spawn(answers(from_protocol, lines.clone(), Arc::clone(&due)));
    let protocol = tokio::spawn(async move {
        if let Ok(service) = gateway.serve((from_client, to_client)).await {
            let _ = service.waiting().await;
        }
    });
    take(input, to_protocol, lines, &due).await?;
    let _ = protocol.await;
    let _ = answers.await;
    written.await??;
    Ok(())
}

/// Checks each line and passes it on; dropping the way to the protocol at the end closes it.
async fn take(
    input: impl AsyncRead + Unpin,
    mut to_protocol: DuplexStream,
    lines: mpsc::Sender<Bytes>,
    due: &Due,
) -> Result<(), Failed> {
    let codec = AnyDelimiterCodec::new_with_max_length(b"\n".into(), b"\n".into(), LINE_BYTES_MAX);
    let mut input = FramedRead::new(input, codec);
    loop {
        let line = match input.next().await {
            Some(Ok(line)) => line,
            Some(Err(AnyDelimiterCodecError::MaxChunkLengthExceeded)) => {
                let why = format!("a line is longer than {LINE_BYTES_MAX} bytes");
                let refused = Refused::new(message::INVALID_REQUEST, why);
                lines.send(refused.answer().to_string().into()).await?;
                // The reader reports its end once after an error, and then goes on.
                let _ = input.next().await;
                continue;
            }
            Some(Err(AnyDelimiterCodecError::Io(error))) => return Err(error.into()),
            None => break,
        };
        if line.trim_ascii().is_empty() {
            continue;
        }
        match message::check(&line) {
            Ok(taken) => {
                due.add(&taken);
                to_protocol.write_all(&line).await?;
                to_protocol.write_all(b"\n").await?;
            }
            Err(refused) => lines.send(refused.answer().to_string().into()).await?,
        }
    }
    if tokio::time::timeout(DRAIN_TIMEOUT, due.none())
        .await
        .is_err()
    {
        tracing::warn!(
            "some answers were not ready {} s after the end of input",
            DRAIN_TIMEOUT.as_secs()
        );
    }
    Ok(())
}

/// What the protocol says, on its way to the client.
async fn answers(from_protocol: DuplexStream, lines: mpsc::Sender<Bytes>, due: Arc<Due>) {
    let codec = AnyDelimiterCodec::new(b"\n".into(), b"\n".into());
    let mut from_protocol = FramedRead::new(from_protocol, codec);
    while let Some(Ok(line)) = from_protocol.next().await {
        let is_answer = is_answer(&line);
        if lines.send(line).await.is_err() {
            return;
        }
        if is_answer {
            due.done();
        }
    }
}

async fn write(
    mut waiting: mpsc::Receiver<Bytes>,
    mut output: impl AsyncWrite + Unpin,
) -> std::io::Result<()> {
    while let Some(line) = waiting.recv().await {
        output.write_all(&line).await?;
        output.write_all(b"\n").await?;
        output.flush().await?;
    }
    Ok(())
}

fn is_answer(line: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Line {
        method: Option<IgnoredAny>,
    }
    serde_json::from_slice::<Line>(line).is_ok_and(|line| line.method.is_none())
}

/// How many answers are due.
#[derive(Default)]
struct Due {
    count: AtomicUsize,
    changed: Notify,
}

impl Due {
    fn add(&self, taken: &Taken) {
        if taken.id.is_some() {
            self.count.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn done(&self) {
        let before = self
            .count
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |due| due.checked_sub(1));
        if before.is_ok() {
            self.changed.notify_one();
        }
    }

    async fn none(&self) {
        while self.count.load(Ordering::SeqCst) > 0 {
            self.changed.notified().await;
        }
    }
}
