//! A reply for people: the summary, then what the evidence found, then what was not looked at.

use idwo_core::tool::Answer;
use serde_json::Value;

/// Everything that may quote somebody else stands in a code block: there nothing becomes a link, an
/// image, a mention or a table. The rest is in words of ours.
pub(crate) fn reply(answer: &Answer) -> String {
    let (found, nothing): (Vec<_>, Vec<_>) =
        entries(&answer.structured, "/evidence").partition(|e| found(e));
    let mut out = block(&answer.text);
    if !found.is_empty() {
        out.push_str("\n| evidence | value | |\n|---|---|---|\n");
        out.extend(found.into_iter().map(evidence_row));
    }
    if !nothing.is_empty() {
        let names: Vec<_> = nothing
            .into_iter()
            .map(|evidence| text(evidence, "id"))
            .collect();
        out.push_str(&format!("\nNothing found: {}.\n", names.join(", ")));
    }
    let skipped = entries(&answer.structured, "/coverage/skipped");
    let skipped: Vec<_> = skipped
        .map(|s| format!("{}: {}\n", text(s, "what"), text(s, "why")))
        .collect();
    if !skipped.is_empty() {
        out.push_str("\nNot looked at:\n\n");
        out.push_str(&block(skipped.concat().trim_end()));
    }
    out
}

/// A code block whose fence is longer than any within.
fn block(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{text}\n{fence}\n")
}

fn found(evidence: &Value) -> bool {
    text(evidence, "id") == "size" || evidence.get("value").and_then(Value::as_f64) != Some(0.0)
}

fn evidence_row(evidence: &Value) -> String {
    let statement = text(evidence, "statement");
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(title: &str) -> String {
        let structured = json!({
            "evidence": [
                { "id": "size", "statement": "3 lines", "value": 3, "unit": "lines", "url": "https://x.test/1" },
                { "id": "ci", "statement": "none", "value": 0, "unit": "files", "url": null },
            ],
            "coverage": { "skipped": [{ "what": "x", "why": "y" }] },
        });
        reply(&Answer {
            structured,
            text: title.to_owned(),
        })
    }

    #[test]
    fn what_was_found_stands_in_a_table_and_the_rest_in_a_line() {
        let written = written("title");
        assert!(
            written.contains("| size | 3 lines | [3 lines](https://x.test/1) |"),
            "{written}"
        );
        assert!(
            written.contains("Nothing found: ci.") && written.contains("x: y"),
            "{written}"
        );
    }

    #[test]
    fn a_hostile_title_cannot_leave_its_block() {
        let written = written("![x](https://evil.test) @team\n```\n# heading\n````\nout");
        assert!(written.starts_with("`````text\n![x]"), "{written}");
        assert_eq!(written.matches("\n`````\n").count(), 1, "{written}");
    }
}
