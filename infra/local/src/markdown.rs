//! A reply for people: the summary, then the evidence as a table, then what was not looked at.

use idwo_core::tool::Answer;
use serde_json::Value;

pub(crate) fn reply(answer: &Answer) -> String {
    let mut out = format!("{}\n", list(answer.text.lines().map(str::to_owned)));
    let rows: Vec<_> = entries(&answer.structured, "/evidence")
        .map(evidence_row)
        .collect();
    if !rows.is_empty() {
        out.push_str("\n| evidence | value | |\n|---|---|---|\n");
        out.push_str(&rows.concat());
    }
    let skipped = entries(&answer.structured, "/coverage/skipped");
    let skipped: Vec<_> = skipped
        .map(|s| format!("{}: {}", text(s, "what"), text(s, "why")))
        .collect();
    if !skipped.is_empty() {
        out.push_str("\nNot looked at:\n");
        out.push_str(&list(skipped.into_iter()));
    }
    out
}

fn list(lines: impl Iterator<Item = String>) -> String {
    lines
        .map(|line| format!("- {}\n", escaped(&line)))
        .collect()
}

fn evidence_row(evidence: &Value) -> String {
    let statement = escaped(&text(evidence, "statement"));
    let statement = match evidence.get("url").and_then(Value::as_str) {
        Some(url) => format!("[{statement}]({url})"),
        None => statement,
    };
    let value = evidence
        .get("value")
        .map(ToString::to_string)
        .unwrap_or_default();
    format!(
        "| {} | {value} {} | {statement} |\n",
        text(evidence, "id"),
        text(evidence, "unit")
    )
}

fn entries<'a>(reply: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    reply
        .pointer(pointer)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn text(value: &Value, field: &str) -> String {
    value
        .get(field)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// Paths and titles are somebody else's words: they must not become links, images or tables.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '!') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_hostile_title_stays_text() {
        let structured = json!({
            "evidence": [{ "id": "size", "statement": "a | b", "value": 3, "unit": "lines", "url": null }],
            "coverage": { "skipped": [{ "what": "x", "why": "y" }] },
        });
        let text = "\"![x](https://evil.test/?q)\" by <b>".to_owned();
        let written = reply(&Answer { structured, text });
        assert!(
            written.contains("\\!\\[x\\](https://evil.test/?q)") && written.contains("\\<b\\>"),
            "{written}"
        );
        assert!(
            written.contains("| size | 3 lines | a \\| b |") && written.contains("- x: y"),
            "{written}"
        );
    }
}
