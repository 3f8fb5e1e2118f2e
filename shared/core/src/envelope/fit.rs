//! Keeps a reply within the bytes a client can take, and says what was left out.

use serde_json::{Value, json};

use super::Detail;

/// A reply in `summary`, in bytes of JSON: about 2,000 tokens, so that ten calls fit any context.
pub const SUMMARY_BYTES_MAX: usize = 8 * 1024;

/// A reply in `full`, in bytes of JSON: hosted assistants cut at about 150,000 characters.
pub const FULL_BYTES_MAX: usize = 100 * 1024;

/// How many entries each list of the result keeps, tried in this order until the reply fits.
const LIST_LENGTHS: [usize; 8] = [500, 100, 30, 10, 5, 3, 1, 0];

/// Cuts the lists inside `result`, longest allowed first, until `reply` fits `detail`; `None` when
/// it does not even without them.
///
/// A list is cut at its end, so tools put what matters first. Evidence, sources and coverage are
/// never cut: tools keep them short by construction.
pub(super) fn fit(reply: Value, detail: Detail) -> Option<Value> {
    let bytes_max = match detail {
        Detail::Summary => SUMMARY_BYTES_MAX,
        Detail::Full => FULL_BYTES_MAX,
    };
    if size(&reply) <= bytes_max {
        return Some(reply);
    }
    let mut cuts = LIST_LENGTHS
        .into_iter()
        .map(|length| with_lists_of(length, &reply, detail));
    cuts.find(|cut| size(cut) <= bytes_max)
}

fn with_lists_of(length: usize, reply: &Value, detail: Detail) -> Value {
    let mut reply = reply.clone();
    let mut cuts = Vec::new();
    if let Some(result) = reply.get_mut("result") {
        shorten(result, "result", length, &mut cuts);
    }
    let why = match detail {
        Detail::Summary => {
            format!("a summary holds {SUMMARY_BYTES_MAX} bytes; ask with detail \"full\"")
        }
        Detail::Full => format!("a reply holds {FULL_BYTES_MAX} bytes"),
    };
    if let Some(Value::Array(skipped)) = reply.pointer_mut("/coverage/skipped") {
        skipped.extend(
            cuts.into_iter()
                .map(|what| json!({ "what": what, "why": why })),
        );
    }
    reply
}

fn shorten(value: &mut Value, path: &str, length: usize, cuts: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                shorten(field, &format!("{path}.{name}"), length, cuts);
            }
        }
        Value::Array(items) => {
            if items.len() > length {
                cuts.push(format!(
                    "{path}: {} of {} entries",
                    items.len() - length,
                    items.len()
                ));
                items.truncate(length);
            }
            for item in items {
                shorten(item, path, length, cuts);
            }
        }
        _ => (),
    }
}

fn size(value: &Value) -> usize {
    value.to_string().len()
}
