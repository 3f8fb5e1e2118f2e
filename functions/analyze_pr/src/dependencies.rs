//! Dependencies that the change adds, removes or moves to another version.

use idwo_core::ctx::Ctx;
use idwo_core::evidence::{Known, Skipped};
use idwo_core::failure::Failure;
use idwo_core::forge::{ChangedFile, Place};
use schemars::JsonSchema;
use serde::Serialize;

use crate::change::{Change, PATH_CHARS_MAX, Text, path_before};
use crate::quote::quote;

mod manifest;

use manifest::{Dependencies, Parser, is_manifest, parser};

/// Most manifests that are read; each is read twice, before and after.
const MANIFESTS_MAX: usize = 20;

/// Longest name or version that is shown, in characters.
const WORD_CHARS_MAX: usize = 80;

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Manifest {
    pub path: String,
    pub changes: Known<Vec<DependencyChange>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DependencyChange {
    pub name: String,
    /// The version asked for before; absent when it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The version asked for now; absent when it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

fn touched<'c>(change: &Change<'c>) -> impl Iterator<Item = &'c ChangedFile> {
    change.reviewable().filter(|file| is_manifest(&file.path))
}

pub(crate) fn wanted(change: &Change<'_>) -> Vec<Place> {
    let read = touched(change).take(MANIFESTS_MAX);
    let read = read.filter(|file| parser(&file.path).is_some());
    read.flat_map(|file| change.sides(file)).collect()
}

/// Manifests with a change in what they ask for, and those that were not read.
pub(crate) async fn dependencies(
    ctx: &Ctx,
    change: &Change<'_>,
) -> Result<(Vec<Manifest>, Vec<Skipped>), Failure> {
    let touched: Vec<_> = touched(change).collect();
    let mut manifests = Vec::new();
    for file in touched.iter().take(MANIFESTS_MAX) {
        let changes = match parser(&file.path) {
            None => Known::unknown("the format of this manifest is not read"),
            Some(parse) => {
                let old = match path_before(file) {
                    Some(path) => change.before(ctx, path).await?,
                    None => Text::Missing,
                };
                compare(parse, &old, &change.after(ctx, &file.path).await?)
            }
        };
        if changes != Known::Value(Vec::new()) {
            manifests.push(Manifest {
                path: quote(&file.path, PATH_CHARS_MAX),
                changes,
            });
        }
    }
    let unread = touched.len().saturating_sub(MANIFESTS_MAX);
    let skipped = (unread > 0).then(|| {
        Skipped::new(
            format!("{unread} manifests"),
            format!("{MANIFESTS_MAX} are read"),
        )
    });
    Ok((manifests, skipped.into_iter().collect()))
}

fn compare(parse: Parser, old: &Text, new: &Text) -> Known<Vec<DependencyChange>> {
    let read = |text: &Text| match text {
        Text::Content(text) => parse(text),
        Text::Missing => Some(Dependencies::new()),
        Text::Unread => None,
    };
    let (Some(old), Some(new)) = (read(old), read(new)) else {
        return Known::unknown("the manifest does not parse, or is larger than is read");
    };
    let names = old
        .keys()
        .chain(new.keys().filter(|name| !old.contains_key(*name)));
    let changes = names
        .filter(|name| old.get(*name) != new.get(*name))
        .map(|name| DependencyChange {
            name: quote(name, WORD_CHARS_MAX),
            from: old.get(name).map(|version| quote(version, WORD_CHARS_MAX)),
            to: new.get(name).map(|version| quote(version, WORD_CHARS_MAX)),
        });
    Known::Value(changes.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(path: &str, old: &str, new: &str) -> Vec<String> {
        match compare(
            parser(path).unwrap(),
            &Text::Content(old.into()),
            &Text::Content(new.into()),
        ) {
            Known::Value(changes) => changes
                .into_iter()
                .map(|c| format!("{} {:?} {:?}", c.name, c.from, c.to))
                .collect(),
            Known::Unknown { unknown } => vec![unknown],
        }
    }

    #[test]
    fn cargo_tables_of_every_place_are_compared() {
        let old = "[dependencies]\na = \"1\"\nb = { path = \"../b\" }\n[target.'cfg(unix)'.dependencies]\nc = \"1\"\n";
        let new = "[dependencies]\na = { version = \"2\" }\n[dev-dependencies]\nd = \"1\"\n[target.'cfg(unix)'.dependencies]\nc = \"1\"\n";
        assert_eq!(
            changes("x/Cargo.toml", old, new),
            [
                "a Some(\"1\") Some(\"2\")",
                "b Some(\"path ../b\") None",
                "d (dev) None Some(\"1\")"
            ]
        );
    }

    #[test]
    fn the_same_name_in_another_table_is_another_dependency() {
        let manifest = |version: &str| {
            format!(
                "[dependencies]\nc = \"{version}\"\n[target.'cfg(unix)'.dependencies]\nc = \"1\"\n"
            )
        };
        assert_eq!(
            changes("Cargo.toml", &manifest("1"), &manifest("2")),
            ["c Some(\"1\") Some(\"2\")"]
        );
        let module =
            |version: &str| format!("require a.b/c {version}\n\nreplace a.b/c v1.0.0 => ../c\n");
        assert_eq!(
            changes("go.mod", &module("v1.0.0"), &module("v1.1.0")),
            ["a.b/c Some(\"v1.0.0\") Some(\"v1.1.0\")"]
        );
        assert_eq!(
            changes("requirements/dev.txt", "a==1\n", "a==2\nhttps://x.test/y\n"),
            ["a Some(\"==1\") Some(\"==2\")"]
        );
    }

    #[test]
    fn other_ecosystems_are_read_too() {
        assert_eq!(
            changes("package.json", "{}", r#"{"devDependencies":{"vite":"^8"}}"#),
            ["vite (dev) None Some(\"^8\")"]
        );
        assert_eq!(
            changes("requirements-dev.txt", "a==1\n", "a==2 # why\n-r x\n"),
            ["a Some(\"==1\") Some(\"==2\")"]
        );
        assert_eq!(
            changes(
                "pyproject.toml",
                "",
                "[project]\ndependencies=[\"My_Lib>=1\"]"
            ),
            ["my-lib None Some(\">=1\")"]
        );
        assert_eq!(
            changes(
                "go.mod",
                "require a.b/c v1.0.0\n",
                "require (\n\ta.b/c v1.1.0 // indirect\n)\n"
            ),
            ["a.b/c Some(\"v1.0.0\") Some(\"v1.1.0\")"]
        );
    }

    #[test]
    fn a_manifest_that_does_not_parse_is_unknown() {
        assert_eq!(
            changes("package.json", "{}", "{"),
            ["the manifest does not parse, or is larger than is read"]
        );
        assert_eq!(
            changes(
                "Cargo.toml",
                "[package]\nversion='1'",
                "[package]\nversion='2'"
            ),
            Vec::<String>::new()
        );
    }
}
