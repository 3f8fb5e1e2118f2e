//! Blocks of content in the protocol's words, and the results they go out in.

use idwo_core::dispatch::Reply;
use serde_json::{Map, Value, json};

/// One grey pixel.
pub(crate) const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNoAAAAggCB2kUIOwAAAABJRU5ErkJggg==";
/// One silent sample, 16 bit, 8 kHz.
const WAV: &str = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQIAAAAAAA==";

pub(crate) fn text(words: &str) -> Value {
    json!({ "type": "text", "text": words })
}

pub(crate) fn image() -> Value {
    json!({ "type": "image", "data": PNG, "mimeType": "image/png" })
}

pub(crate) fn audio() -> Value {
    json!({ "type": "audio", "data": WAV, "mimeType": "audio/wav" })
}

pub(crate) fn embedded(uri: &str) -> Value {
    let resource = json!({
        "uri": uri,
        "mimeType": "text/plain",
        "text": "This is the text of an embedded resource.",
    });
    json!({ "type": "resource", "resource": resource })
}

/// A tool's result.
pub(crate) fn blocks(blocks: impl Into<Vec<Value>>) -> Reply {
    result("content", Value::Array(blocks.into()))
}

/// A prompt's result: each block is a message of the user.
pub(crate) fn messages(blocks: impl IntoIterator<Item = Value>) -> Reply {
    let messages = blocks
        .into_iter()
        .map(|content| json!({ "role": "user", "content": content }));
    result("messages", messages.collect())
}

pub(crate) fn result(member: &str, value: Value) -> Reply {
    Reply::Result {
        result: Map::from_iter([(member.to_owned(), value)]),
    }
}
