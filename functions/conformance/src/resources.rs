//! The resources: one of text, one of bytes, and a template with an id in its URI.

use idwo_core::dispatch::Reply;
use idwo_core::failure::Failure;
use serde_json::{Value, json};

use crate::content::{PNG, result};

pub(crate) const TEXT: &str = "test://static-text";
pub(crate) const BINARY: &str = "test://static-binary";
pub(crate) const TEMPLATE: &str = "test://template/{id}/data";

pub(crate) fn answer(uri: &str) -> Result<Reply, Failure> {
    let contents = match uri {
        TEXT => json!({ "uri": uri, "mimeType": "text/plain", "text": "This text never changes." }),
        BINARY => json!({ "uri": uri, "mimeType": "image/png", "blob": PNG }),
        _ => from_template(uri).ok_or_else(|| unknown(uri))?,
    };
    Ok(result("contents", json!([contents])))
}

fn from_template(uri: &str) -> Option<Value> {
    let (before, after) = TEMPLATE.split_once("{id}")?;
    let id = uri.strip_prefix(before)?.strip_suffix(after)?;
    if id.is_empty() || id.contains('/') {
        return None;
    }
    let text = json!({ "id": id }).to_string();
    Some(json!({ "uri": uri, "mimeType": "application/json", "text": text }))
}

fn unknown(uri: &str) -> Failure {
    Failure::caller(
        format!("there is no resource {uri}"),
        "read one that resources/list or resources/templates/list names",
    )
}
