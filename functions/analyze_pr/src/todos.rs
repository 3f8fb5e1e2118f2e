//! Work that the change leaves for later: new TODO and FIXME marks.

use std::collections::HashSet;
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

/// Marks in added lines of reviewable files; a line that was only moved is not new.
pub(crate) fn todos(change: &Change<'_>) -> Vec<Todo> {
    let moved: HashSet<&str> = change
        .reviewable()
        .flat_map(|file| file.deleted())
        .map(|line| line.text.trim())
        .collect();
    let added = change
        .reviewable()
        .flat_map(|file| file.added().iter().map(move |line| (file, line)));
    added
        .filter(|(_, line)| MARK.is_match(&line.text) && !moved.contains(line.text.trim()))
        .map(|(file, line)| Todo {
            path: quote(&file.path, PATH_CHARS_MAX),
            line: line.number,
            quote: quote(&line.text, QUOTE_CHARS_MAX),
            url: change.line_url(&file.path, line.number),
        })
        .collect()
}
