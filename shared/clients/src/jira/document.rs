//! Jira's rich text, a tree of nodes (ADF), as lines: what a reader sees, without its looks.

use serde_json::Value;

/// Deepest node that is read: a list in a cell of a table in a panel is at about ten.
const DEPTH_MAX: usize = 24;

/// Most lines of one text.
const LINES_MAX: usize = 1_000;

/// Longest line, in bytes, up to one node more: several times what is shown of it.
const LINE_BYTES_MAX: usize = 2_000;

/// How deep a bold line is as a heading: below every real one.
const BOLD: u64 = 7;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) kind: Kind,
    pub(super) text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// 1 is the highest.
    Heading(u64),
    Item,
    Text,
}

/// Of a document, or of the plain text that short fields hold; none of anything else.
pub(super) fn lines(text: &Value) -> Vec<Line> {
    let mut found = Lines::default();
    match text {
        Value::String(text) => text.lines().for_each(|line| found.push(plain(line))),
        document => found.block(document, 0),
    }
    found.0
}

fn plain(line: &str) -> Line {
    let line = line.trim();
    let numberless = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = (numberless.len() < line.len())
        .then(|| numberless.strip_prefix(['.', ')']))
        .flatten();
    let item = numbered.or_else(|| line.strip_prefix(['-', '*', '•']));
    match item {
        Some(item) if item.starts_with(' ') => Line::new(Kind::Item, item),
        _ => Line::new(Kind::Text, line),
    }
}

#[derive(Default)]
struct Lines(Vec<Line>);

impl Lines {
    fn block(&mut self, node: &Value, depth: usize) {
        if depth > DEPTH_MAX {
            return;
        }
        match kind(node) {
            "heading" => {
                let level = node.pointer("/attrs/level").and_then(Value::as_u64);
                self.each_line(Kind::Heading(level.unwrap_or(1)), node, depth);
            }
            "paragraph" if is_bold(node) => self.each_line(Kind::Heading(BOLD), node, depth),
            "paragraph" | "codeBlock" => self.each_line(Kind::Text, node, depth),
            "listItem" | "taskItem" | "decisionItem" => {
                let text = shown(node, depth).replace('\n', " ");
                self.push(Line::new(Kind::Item, &text));
            }
            _ => children(node).for_each(|child| self.block(child, depth + 1)),
        }
    }

    fn each_line(&mut self, kind: Kind, node: &Value, depth: usize) {
        for line in shown(node, depth).lines() {
            self.push(Line::new(kind, line));
        }
    }

    fn push(&mut self, line: Line) {
        if !line.text.is_empty() && self.0.len() < LINES_MAX {
            self.0.push(line);
        }
    }
}

impl Line {
    fn new(kind: Kind, text: &str) -> Self {
        Self {
            kind,
            text: text.trim().to_owned(),
        }
    }
}

/// All words within `node`. Blocks in it end a line.
fn shown(node: &Value, depth: usize) -> String {
    let mut text = String::new();
    write(node, depth, &mut text);
    text
}

fn write(node: &Value, depth: usize, text: &mut String) {
    if depth > DEPTH_MAX || is_full(text) {
        return;
    }
    match kind(node) {
        "text" => text.push_str(string(node, "/text")),
        "mention" | "emoji" | "status" => text.push_str(string(node, "/attrs/text")),
        "hardBreak" => text.push('\n'),
        _ => {
            for child in children(node) {
                write(child, depth + 1, text);
            }
            if kind(node) == "paragraph" {
                text.push('\n');
            }
        }
    }
}

/// Text breaks into lines before it is cut, so the limit is on the last of them.
fn is_full(text: &str) -> bool {
    let last = text.rsplit('\n').next().unwrap_or_default();
    last.len() > LINE_BYTES_MAX
}

/// Whether all of its words are; people make headings of bold lines.
fn is_bold(paragraph: &Value) -> bool {
    let mut words = children(paragraph)
        .filter(|node| !string(node, "/text").trim().is_empty())
        .peekable();
    words.peek().is_some() && words.all(is_strong)
}

fn is_strong(node: &Value) -> bool {
    let marks = node.get("marks").and_then(Value::as_array);
    marks
        .into_iter()
        .flatten()
        .any(|mark| kind(mark) == "strong")
}

fn children(node: &Value) -> impl Iterator<Item = &Value> {
    let content = node.get("content").and_then(Value::as_array);
    content.into_iter().flatten()
}

fn kind(node: &Value) -> &str {
    string(node, "/type")
}

fn string<'a>(node: &'a Value, path: &str) -> &'a str {
    node.pointer(path)
        .and_then(Value::as_str)
        .unwrap_or_default()
}
