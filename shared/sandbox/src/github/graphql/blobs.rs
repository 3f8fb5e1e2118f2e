//! Files at commits: `e0` is `SHA:path`, and `f0` answers it.

use serde_json::{Map, Value, json};

use super::data;
use crate::github::Unusable;
use crate::github::git::{Git, Object};
use crate::github::request::Asked;

pub(super) fn answer(git: &Git, asked: &Asked) -> Result<Value, Unusable> {
    let variables = asked.body.get("variables").and_then(Value::as_object);
    let mut files = Map::new();
    for (name, expression) in variables.into_iter().flatten() {
        let Some(number) = name.strip_prefix('e').and_then(|n| n.parse::<usize>().ok()) else {
            continue;
        };
        let expression = expression.as_str().unwrap_or_default();
        let (commit, path) = expression.split_once(':').unwrap_or((expression, ""));
        files.insert(format!("f{number}"), shown(git.object(commit, path)?));
    }
    Ok(data(files.into()))
}

fn shown(object: Object) -> Value {
    match object {
        Object::Missing => Value::Null,
        Object::Folder => json!({ "__typename": "Tree" }),
        Object::Binary => blob(None, true, false),
        Object::Text(text, is_truncated) => blob(Some(text), false, is_truncated),
    }
}

fn blob(text: Option<String>, is_binary: bool, is_truncated: bool) -> Value {
    json!({
        "__typename": "Blob", "text": text, "isBinary": is_binary, "isTruncated": is_truncated,
    })
}
