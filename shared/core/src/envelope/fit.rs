//! Keeps a reply within the bytes a client can take, and says what was left out.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Detail;

/// A reply in `summary`, in bytes of JSON: about 2,000 tokens, so that ten calls fit any context.
pub const SUMMARY_BYTES_MAX: usize = 8 * 1024;

/// A reply in `full`, in bytes of JSON: hosted assistants cut at about 150,000 characters.
pub const FULL_BYTES_MAX: usize = 100 * 1024;

/// How many entries a list keeps, tried in this order.
const LIST_LENGTHS: [usize; 9] = [500, 100, 30, 10, 5, 3, 2, 1, 0];

/// A list of so few bytes is cut only when nothing else is left to cut: it tells much for little.
const SMALL_LIST_BYTES: usize = 450;

/// Cuts the lists inside `result` until `reply` fits `detail`: the largest first, and none further
/// than the others before all were tried. `None` when it does not fit even without them.
///
/// A list is cut at its end, so tools put what matters first. Facts go only when no list is left, the last
/// first; sources and coverage never: tools keep them short by construction.
pub(super) fn fit(mut reply: Value, detail: Detail) -> Option<Value> {
    let bytes_max = match detail {
        Detail::Summary => SUMMARY_BYTES_MAX,
        Detail::Full => FULL_BYTES_MAX,
    };
    let skipped = reply.pointer("/coverage/skipped").cloned();
    let mut cuts = Cuts::of(reply.get("result"));
    let mut left = size(&reply);
    for length in LIST_LENGTHS {
        while left > bytes_max {
            let mut longer = Vec::new();
            let result = reply.get_mut("result")?;
            lists_over(length, result, "result", &mut longer);
            // Of equals the one named first, so that the same reply is always cut alike.
            longer.sort_by_key(|list| std::cmp::Reverse(list.bytes));
            let Some(largest) = longer.into_iter().next() else {
                break;
            };
            cuts.cut(largest, length);
            note(&mut reply, skipped.as_ref(), &cuts, detail);
            left = size(&reply);
        }
    }
    while left > bytes_max && cuts.cut_fact(&mut reply) {
        note(&mut reply, skipped.as_ref(), &cuts, detail);
        left = size(&reply);
    }
    (left <= bytes_max).then_some(reply)
}

/// A list that is longer than it may stay.
struct List<'a> {
    path: String,
    bytes: usize,
    items: &'a mut Vec<Value>,
}

/// The lists within `value`, but none within a list that is too long itself.
fn lists_over<'a>(length: usize, value: &'a mut Value, path: &str, found: &mut Vec<List<'a>>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                lists_over(length, field, &format!("{path}.{name}"), found);
            }
        }
        Value::Array(items) => {
            let bytes = items.iter().map(size).sum();
            if items.len() > length && (length == 0 || bytes > SMALL_LIST_BYTES) {
                found.push(List {
                    path: path.to_owned(),
                    bytes,
                    items,
                });
            } else {
                for item in items {
                    lists_over(length, item, path, found);
                }
            }
        }
        _ => (),
    }
}

const FACTS: &str = "evidence";

/// How many entries were cut and how many there were, by path; lists within a list share theirs.
struct Cuts(BTreeMap<String, (usize, usize)>);

impl Cuts {
    /// None yet of those in `result`.
    fn of(result: Option<&Value>) -> Self {
        let mut cuts = Self(BTreeMap::new());
        if let Some(result) = result {
            cuts.note(result, "result");
        }
        cuts
    }

    fn note(&mut self, value: &Value, path: &str) {
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    self.note(field, &format!("{path}.{name}"));
                }
            }
            Value::Array(items) => {
                self.0.entry(path.to_owned()).or_default().1 += items.len();
                items.iter().for_each(|item| self.note(item, path));
            }
            _ => (),
        }
    }

    /// The last of the evidence; false when there is none left.
    fn cut_fact(&mut self, reply: &mut Value) -> bool {
        let Some(Value::Array(facts)) = reply.get_mut("evidence") else {
            return false;
        };
        let (cut, had) = self.0.entry(FACTS.to_owned()).or_default();
        *had = *cut + facts.len();
        let was_there = facts.pop().is_some();
        *cut += usize::from(was_there);
        was_there
    }

    fn cut(&mut self, list: List<'_>, length: usize) {
        self.0.entry(list.path).or_default().0 += list.items.len() - length;
        list.items.truncate(length);
    }
}

fn note(reply: &mut Value, skipped: Option<&Value>, cuts: &Cuts, detail: Detail) {
    let why = match detail {
        Detail::Summary => {
            format!(
                "a summary holds {} KB; ask with detail \"full\"",
                SUMMARY_BYTES_MAX / 1024
            )
        }
        Detail::Full => format!("a reply holds {} KB", FULL_BYTES_MAX / 1024),
    };
    let lists = cuts.0.iter().filter(|(_, (cut, _))| *cut > 0);
    let lists: Vec<_> = lists
        .map(|(path, (cut, had))| format!("{cut} of {had} in {path}"))
        .collect();
    let what = format!("entries of lists: {}", lists.join(", "));
    if let Some(Value::Array(all)) = reply.pointer_mut("/coverage/skipped") {
        *all = skipped
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        all.push(json!({ "what": what, "why": why }));
    }
}

fn size(value: &Value) -> usize {
    value.to_string().len()
}
