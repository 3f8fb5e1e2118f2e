//! A ticket of the stand-in, and how Jira writes it.

use serde_json::{Map, Value, json};

/// In which every team's statuses end, for this stand-in.
const DONE: [&str; 3] = ["Done", "Closed", "Released"];

#[derive(Debug, Clone)]
pub struct Issue {
    key: String,
    fields: Map<String, Value>,
}

impl Issue {
    /// A story that nobody has begun.
    pub fn new(key: &str, summary: &str) -> Self {
        let issue = Self {
            key: key.to_owned(),
            fields: Map::new(),
        };
        issue
            .with("summary", json!(summary))
            .of_kind("Story")
            .with("fixVersions", json!([]))
            .with("description", Value::Null)
            .moved_to("To Do")
            .updated("2026-11-02T08:00:00.000+0000")
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    pub fn of_kind(self, kind: &str) -> Self {
        self.with("issuetype", json!({ "name": kind, "subtask": false }))
    }

    pub fn moved_to(self, status: &str) -> Self {
        let category = match status {
            "To Do" => "new",
            status if DONE.contains(&status) => "done",
            _ => "indeterminate",
        };
        let status = json!({ "name": status, "statusCategory": { "key": category } });
        self.with("status", status)
    }

    pub fn fixed_in(self, versions: &[&str]) -> Self {
        let version = |name: &&str| json!({ "name": name, "released": false });
        let versions: Vec<_> = versions.iter().map(version).collect();
        self.with("fixVersions", json!(versions))
    }

    /// By nodes of a rich text, such as [`heading`](Self::heading) and [`list`](Self::list) give.
    pub fn described(self, nodes: Vec<Value>) -> Self {
        self.with("description", Self::document(nodes))
    }

    /// As Jira writes a time, such as `2026-11-20T09:15:00.000+0000`.
    pub fn updated(self, at: &str) -> Self {
        self.with("updated", json!(at))
    }

    pub fn with(mut self, field: &str, value: Value) -> Self {
        self.fields.insert(field.to_owned(), value);
        self
    }

    pub fn document(nodes: Vec<Value>) -> Value {
        json!({ "type": "doc", "version": 1, "content": nodes })
    }

    pub fn heading(text: &str) -> Value {
        json!({ "type": "heading", "attrs": { "level": 2 }, "content": [{ "type": "text", "text": text }] })
    }

    pub fn paragraph(text: &str) -> Value {
        json!({ "type": "paragraph", "content": [{ "type": "text", "text": text }] })
    }

    pub fn list(items: &[&str]) -> Value {
        let item = |text: &&str| json!({ "type": "listItem", "content": [Self::paragraph(text)] });
        let items: Vec<_> = items.iter().map(item).collect();
        json!({ "type": "bulletList", "content": items })
    }

    pub(super) fn renamed(self, key: &str) -> Self {
        Self {
            key: key.to_owned(),
            ..self
        }
    }

    pub(super) fn json(&self, fields: &[&str]) -> Value {
        let wanted = self.fields.iter();
        let wanted = wanted.filter(|(name, _)| fields.contains(&name.as_str()));
        let fields: Map<_, _> = wanted.map(|(k, v)| (k.clone(), v.clone())).collect();
        json!({ "id": "10077", "key": self.key, "fields": fields })
    }
}
