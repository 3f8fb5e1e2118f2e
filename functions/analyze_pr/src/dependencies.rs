//! Dependencies that the change adds, removes or moves to another version.

use std::collections::BTreeMap;

use idwo_core::ctx::Ctx;
use idwo_core::evidence::{Known, Skipped};
use idwo_core::failure::Failure;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use crate::change::{Change, PATH_CHARS_MAX, path_before};
use crate::secrets::quote;

/// Most manifests that are read; each is read twice, before and after.
const MANIFESTS_MAX: usize = 20;

/// Longest name or version that is shown, in characters.
const WORD_CHARS_MAX: usize = 80;

/// Manifests whose format is not read: that they changed is all that is said.
const UNREAD: [&str; 10] = [
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "Gemfile",
    "composer.json",
    "mix.exs",
    "Podfile",
    "Package.swift",
    "setup.py",
    "pubspec.yaml",
];

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

/// Name (with its group, where it has one) to the version asked for.
type Dependencies = BTreeMap<String, String>;
type Parser = fn(&str) -> Option<Dependencies>;

/// Manifests with a change in what they ask for, and those that were not read.
pub(crate) async fn dependencies(
    ctx: &Ctx,
    change: &Change<'_>,
) -> Result<(Vec<Manifest>, Vec<Skipped>), Failure> {
    let touched: Vec<_> = change
        .reviewable()
        .filter(|file| is_manifest(&file.path))
        .collect();
    let mut manifests = Vec::new();
    for file in touched.iter().take(MANIFESTS_MAX) {
        let changes = match parser(&file.path) {
            None => Known::unknown("the format of this manifest is not read"),
            Some(parse) => {
                let old = match path_before(file) {
                    Some(path) => change.before(ctx, path).await?,
                    None => None,
                };
                let new = change.after(ctx, &file.path).await?;
                compare(parse, old.as_deref(), new.as_deref())
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
    let skipped = (unread > 0).then(|| Skipped::new(format!("{unread} manifests"), "20 are read"));
    Ok((manifests, skipped.into_iter().collect()))
}

fn is_manifest(path: &str) -> bool {
    parser(path).is_some() || UNREAD.contains(&file_name(path))
}

fn parser(path: &str) -> Option<Parser> {
    match file_name(path) {
        "Cargo.toml" => Some(cargo),
        "package.json" => Some(npm),
        "pyproject.toml" => Some(pyproject),
        "go.mod" => Some(go),
        name if name.starts_with("requirements") && name.ends_with(".txt") => Some(requirements),
        _ => None,
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn compare(parse: Parser, old: Option<&str>, new: Option<&str>) -> Known<Vec<DependencyChange>> {
    let read = |text: Option<&str>| text.map_or(Some(Dependencies::new()), parse);
    let (Some(old), Some(new)) = (read(old), read(new)) else {
        return Known::unknown("the manifest does not parse");
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

fn cargo(text: &str) -> Option<Dependencies> {
    let manifest: toml::Table = text.parse().ok()?;
    let mut found = Dependencies::new();
    collect_cargo(&manifest, &mut found);
    Some(found)
}

/// Tables named `…dependencies` stand at the top, under `workspace` and under each `target`.
fn collect_cargo(table: &toml::Table, found: &mut Dependencies) {
    for (key, value) in table {
        let Some(inner) = value.as_table() else {
            continue;
        };
        match key.as_str() {
            "dependencies" | "dev-dependencies" | "build-dependencies" => {
                found.extend(
                    inner
                        .iter()
                        .map(|(name, wanted)| (grouped(key, name), toml_version(wanted))),
                );
            }
            "workspace" | "target" => collect_cargo(inner, found),
            key if key.starts_with("cfg(") || key.contains('-') => collect_cargo(inner, found),
            _ => (),
        }
    }
}

fn grouped(group: &str, name: &str) -> String {
    match group.strip_suffix("-dependencies") {
        Some(group) => format!("{name} ({group})"),
        None => name.to_owned(),
    }
}

/// A version as written; else what stands in its place (a path, a git address).
fn toml_version(wanted: &toml::Value) -> String {
    if let Some(version) = wanted.as_str() {
        return version.to_owned();
    }
    let field = |name| {
        wanted
            .get(name)
            .and_then(toml::Value::as_str)
            .map(|text| (name, text))
    };
    let said = ["version", "git", "path", "rev", "tag", "branch"]
        .into_iter()
        .filter_map(field);
    let said: Vec<_> = said
        .map(|(name, text)| {
            if name == "version" {
                text.to_owned()
            } else {
                format!("{name} {text}")
            }
        })
        .collect();
    if said.is_empty() {
        "as the workspace says".to_owned()
    } else {
        said.join(", ")
    }
}

fn npm(text: &str) -> Option<Dependencies> {
    let manifest: Json = serde_json::from_str(text).ok()?;
    let groups = [
        "dependencies",
        "devDependencies",
        "peerDependencies",
        "optionalDependencies",
    ];
    let mut found = Dependencies::new();
    for group in groups {
        for (name, wanted) in manifest
            .get(group)
            .and_then(Json::as_object)
            .into_iter()
            .flatten()
        {
            let group = group
                .strip_suffix("Dependencies")
                .map_or(String::new(), |group| format!(" ({group})"));
            found.insert(
                format!("{name}{group}"),
                wanted.as_str().unwrap_or_default().to_owned(),
            );
        }
    }
    Some(found)
}

fn pyproject(text: &str) -> Option<Dependencies> {
    let manifest: toml::Table = text.parse().ok()?;
    let project = manifest.get("project");
    let listed = project
        .and_then(|p| p.get("dependencies"))
        .and_then(toml::Value::as_array);
    let extras = project
        .and_then(|p| p.get("optional-dependencies"))
        .and_then(toml::Value::as_table);
    let groups = manifest
        .get("dependency-groups")
        .and_then(toml::Value::as_table);
    let grouped = extras
        .into_iter()
        .chain(groups)
        .flat_map(|t| t.values())
        .filter_map(toml::Value::as_array);
    let lines = listed
        .into_iter()
        .chain(grouped)
        .flatten()
        .filter_map(toml::Value::as_str);
    let poetry = manifest
        .get("tool")
        .and_then(|t| t.get("poetry")?.get("dependencies")?.as_table());
    let poetry = poetry
        .into_iter()
        .flatten()
        .map(|(name, wanted)| (name.clone(), toml_version(wanted)));
    Some(lines.filter_map(python_requirement).chain(poetry).collect())
}

fn requirements(text: &str) -> Option<Dependencies> {
    Some(
        text.lines()
            .filter(|line| !line.trim_start().starts_with(['#', '-']))
            .filter_map(python_requirement)
            .collect(),
    )
}

/// `name[extra]>=1.2; marker` (PEP 508), the name folded as PyPI folds it.
fn python_requirement(line: &str) -> Option<(String, String)> {
    let line = line.split(" #").next()?.trim();
    let end = line
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(line.len());
    let (name, wanted) = line.split_at(end);
    let wanted = wanted.trim();
    (!name.is_empty()).then(|| {
        (
            name.to_lowercase().replace(['_', '.'], "-"),
            if wanted.is_empty() { "any" } else { wanted }.to_owned(),
        )
    })
}

fn go(text: &str) -> Option<Dependencies> {
    let lines = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or(line).trim());
    let modules = lines.map(|line| line.strip_prefix("require ").unwrap_or(line));
    let found = modules
        .filter_map(|line| line.split_once(' '))
        .filter(|(name, version)| name.contains('.') && version.trim().starts_with('v'));
    Some(
        found
            .map(|(name, version)| (name.to_owned(), version.trim().to_owned()))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(path: &str, old: &str, new: &str) -> Vec<String> {
        match compare(parser(path).unwrap(), Some(old), Some(new)) {
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
            ["the manifest does not parse"]
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
