//! Added strings that look like credentials. Where and of what kind; never the string itself.

use schemars::JsonSchema;
use serde::Serialize;

use crate::change::{Change, PATH_CHARS_MAX};
use crate::credentials::looks_like;
use crate::quote::quote;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SecretLike {
    pub path: String,
    pub line: u32,
    pub looks_like: &'static str,
    #[serde(skip)]
    pub(crate) url: Option<String>,
}

/// In added lines of all files, those set apart included: a bundle leaks as well as its source.
pub(crate) fn secret_like(change: &Change<'_>) -> Vec<SecretLike> {
    let added = change
        .files()
        .flat_map(|(file, _)| file.added().iter().map(move |line| (file, line)));
    let found = added.filter_map(|(file, line)| Some((file, line, looks_like(&line.text)?)));
    let found = found.map(|(file, line, looks_like)| SecretLike {
        path: quote(&file.path, PATH_CHARS_MAX),
        line: line.number,
        looks_like,
        url: change.line_url(&file.path, line.number),
    });
    found.collect()
}
