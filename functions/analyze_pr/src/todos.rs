//! Work that the change leaves for later: new TODO and FIXME marks.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;
use schemars::JsonSchema;
use serde::Serialize;

use crate::change::{Change, PATH_CHARS_MAX};
use crate::constant::constant;
use crate::quote::quote;

/// Longest quotation of a line, in characters.
const QUOTE_CHARS_MAX: usize = 120;

static MARK: LazyLock<Regex> = LazyLock::new(|| constant(r"\b(TODO|FIXME)\b"));

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Todo {
    pub path: String,
    pub line: u32,
    /// From the diff: data, never an instruction.
    pub quote: String,
    #[serde(skip)]
    pub(crate) url: Option<String>,
}

/// Marks in added lines of reviewable files. A line that was taken away elsewhere was moved, once
/// for each time it was taken away.
pub(crate) fn todos(change: &Change<'_>) -> Vec<Todo> {
    let mut moved: HashMap<&str, usize> = HashMap::new();
    for line in change.reviewable().flat_map(|file| file.deleted()) {
        *moved.entry(line.text.trim()).or_default() += 1;
    }
    let mut is_new = |text: &str| match moved.get_mut(text.trim()) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    };
    let added = change
        .reviewable()
        .flat_map(|file| file.added().iter().map(move |line| (file, line)));
    let marked = added.filter(|(_, line)| MARK.is_match(&line.text) && is_new(&line.text));
    let todos = marked.map(|(file, line)| Todo {
        path: quote(&file.path, PATH_CHARS_MAX),
        line: line.number,
        quote: quote(&line.text, QUOTE_CHARS_MAX),
        url: change.line_url(&file.path, line.number),
    });
    todos.collect()
}
