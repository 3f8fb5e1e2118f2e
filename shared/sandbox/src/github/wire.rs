//! How an answer goes over the wire: as it should, or broken in a way that only the wire shows.

use std::convert::Infallible;
use std::io::{self, Write};
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::stream::{self, Stream};
use http::{Response, StatusCode};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use serde_json::Value;

use super::reply::Reply;

pub(super) type Body = http_body_util::combinators::UnsyncBoxBody<Bytes, io::Error>;

/// What of a bomb is packed at a time, in bytes.
static PACKED_AT_A_TIME: [u8; 1024 * 1024] = [b' '; 1024 * 1024];

/// What a proxy in trouble shows to people.
const PAGE: &str = "<!DOCTYPE html><html><body><h1>Unicorn!</h1></body></html>";

const JSON: &str = "application/json; charset=utf-8";

pub(super) fn whole(reply: &Reply) -> io::Result<Response<Body>> {
    let body = Full::new(text(reply)).map_err(|never: Infallible| match never {});
    response(reply, JSON, body.boxed_unsync())
}

/// Half of the body; the connection ends where the rest should come.
pub(super) fn cut_off(reply: &Reply) -> io::Result<Response<Body>> {
    let text = text(reply);
    let half = text.slice(..text.len() / 2);
    let parts = stream::unfold(0, move |sent| {
        let half = half.clone();
        async move {
            if sent == 0 {
                return Some((Ok(half), 1));
            }
            // What was sent has to leave before the connection breaks.
            tokio::task::yield_now().await;
            Some((Err(io::ErrorKind::BrokenPipe.into()), 2))
        }
    });
    let reply = reply.clone().with("content-length", text.len());
    response(&reply, JSON, streamed(parts))
}

pub(super) fn trickle(reply: &Reply, every: Duration) -> io::Result<Response<Body>> {
    let text = text(reply);
    let reply = reply.clone().with("content-length", text.len());
    let start = (text, tokio::time::interval(every));
    let parts = stream::unfold(start, |(mut rest, mut clock)| async move {
        if rest.is_empty() {
            return None;
        }
        clock.tick().await;
        let byte = rest.split_to(1);
        Some((Ok(byte), (rest, clock)))
    });
    response(&reply, JSON, streamed(parts))
}

pub(super) fn html(status: u16) -> io::Result<Response<Body>> {
    let reply = Reply::new(code(status), Value::Null);
    let body = Full::new(PAGE.into()).map_err(|never: Infallible| match never {});
    response(&reply, "text/html; charset=utf-8", body.boxed_unsync())
}

/// Blanks without end, packed while they are sent.
pub(super) fn gzip_bomb(mebibytes: u32) -> io::Result<Response<Body>> {
    let packer = GzEncoder::new(Vec::new(), Compression::fast());
    let start = (Some(packer), mebibytes);
    let parts = stream::unfold(start, |(packer, left)| async move {
        let mut packer = packer?;
        if left == 0 {
            return Some((packer.finish().map(Bytes::from), (None, 0)));
        }
        let packed = packer.write_all(&PACKED_AT_A_TIME);
        let packed = packed.map(|()| std::mem::take(packer.get_mut()).into());
        Some((packed, (Some(packer), left - 1)))
    });
    let reply = Reply::ok(Value::Null).with("content-encoding", "gzip");
    response(&reply, JSON, streamed(parts))
}

pub(super) fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn streamed(parts: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Body {
    use futures::StreamExt;
    StreamBody::new(parts.map(|part| part.map(Frame::data))).boxed_unsync()
}

fn text(reply: &Reply) -> Bytes {
    match &reply.body {
        Value::Null => Bytes::new(),
        body => body.to_string().into(),
    }
}

fn response(reply: &Reply, kind: &str, body: Body) -> io::Result<Response<Body>> {
    let mut response = Response::builder()
        .status(reply.status)
        .header("content-type", kind);
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    response.body(body).map_err(io::Error::other)
}
