//! Reading manifests of several ecosystems down to names and the versions asked for.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::paths;

/// Manifests whose format is not read: that they changed is all that is said.
const UNREAD: [&str; 14] = [
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "Gemfile",
    "composer.json",
    "mix.exs",
    "Podfile",
    "Package.swift",
    "setup.py",
    "setup.cfg",
    "pubspec.yaml",
    "Pipfile",
    ".pre-commit-config.yaml",
    "environment.yml",
];

/// Name (with its group, where it has one) to the version asked for.
pub(super) type Dependencies = BTreeMap<String, String>;
pub(super) type Parser = fn(&str) -> Option<Dependencies>;

pub(super) fn is_manifest(path: &str) -> bool {
    parser(path).is_some() || UNREAD.contains(&file_name(path))
}

pub(super) fn parser(path: &str) -> Option<Parser> {
    match file_name(path) {
        "Cargo.toml" => Some(cargo),
        "package.json" => Some(npm),
        "pyproject.toml" => Some(pyproject),
        "go.mod" => Some(go),
        _ if is_requirements(path) => Some(requirements),
        _ => None,
    }
}

/// `requirements.txt`, `requirements-dev.txt`, `requirements/dev.in`
fn is_requirements(path: &str) -> bool {
    let in_folder =
        paths::folder(path).is_some_and(|folder| folder.rsplit('/').next() == Some("requirements"));
    let is_named = file_name(path).starts_with("requirements") || in_folder;
    is_named && (path.ends_with(".txt") || path.ends_with(".in"))
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn cargo(text: &str) -> Option<Dependencies> {
    let manifest: toml::Table = text.parse().ok()?;
    let mut found = Dependencies::new();
    collect_cargo(&manifest, "", &mut found);
    Some(found)
}

/// Tables named `…dependencies` stand at the top, under `workspace` and under each `target`; the
/// same name can stand in several.
fn collect_cargo(table: &toml::Table, place: &str, found: &mut Dependencies) {
    for (key, value) in table {
        let Some(inner) = value.as_table() else {
            continue;
        };
        match key.as_str() {
            "dependencies" | "dev-dependencies" | "build-dependencies" => {
                let group = key.strip_suffix("-dependencies").unwrap_or_default();
                let group = [place, group]
                    .iter()
                    .filter(|part| !part.is_empty())
                    .copied()
                    .collect::<Vec<_>>()
                    .join(", ");
                found.extend(
                    inner
                        .iter()
                        .map(|(name, wanted)| (grouped(name, &group), toml_version(wanted))),
                );
            }
            "workspace" => collect_cargo(inner, "workspace", found),
            "target" => {
                for (target, tables) in inner {
                    tables
                        .as_table()
                        .into_iter()
                        .for_each(|tables| collect_cargo(tables, target, found));
                }
            }
            _ => (),
        }
    }
}

fn grouped(name: &str, group: &str) -> String {
    if group.is_empty() {
        name.to_owned()
    } else {
        format!("{name} ({group})")
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
        ("dependencies", ""),
        ("devDependencies", "dev"),
        ("peerDependencies", "peer"),
        ("optionalDependencies", "optional"),
    ];
    let mut found = Dependencies::new();
    for (table, group) in groups {
        for (name, wanted) in manifest
            .get(table)
            .and_then(Json::as_object)
            .into_iter()
            .flatten()
        {
            found.insert(
                grouped(name, group),
                wanted.as_str().unwrap_or_default().to_owned(),
            );
        }
    }
    Some(found)
}

fn pyproject(text: &str) -> Option<Dependencies> {
    let manifest: toml::Table = text.parse().ok()?;
    let project = manifest.get("project");
    let table = |table: Option<&toml::Value>| {
        table
            .and_then(toml::Value::as_table)
            .cloned()
            .unwrap_or_default()
    };
    let mut lists = vec![
        (
            String::new(),
            project
                .and_then(|project| project.get("dependencies"))
                .cloned(),
        ),
        (
            "build".to_owned(),
            manifest
                .get("build-system")
                .and_then(|build| build.get("requires"))
                .cloned(),
        ),
    ];
    for tables in [
        table(project.and_then(|p| p.get("optional-dependencies"))),
        table(manifest.get("dependency-groups")),
    ] {
        lists.extend(tables.into_iter().map(|(group, list)| (group, Some(list))));
    }
    let mut found = Dependencies::new();
    for (group, list) in lists {
        let lines = list
            .as_ref()
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(toml::Value::as_str);
        found.extend(
            lines
                .filter_map(python_requirement)
                .map(|(name, wanted)| (grouped(&name, &group), wanted)),
        );
    }
    let poetry = manifest
        .get("tool")
        .and_then(|tool| tool.get("poetry")?.get("dependencies"));
    found.extend(
        table(poetry)
            .iter()
            .map(|(name, wanted)| (name.clone(), toml_version(wanted))),
    );
    Some(found)
}

fn requirements(text: &str) -> Option<Dependencies> {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with(['#', '-']));
    Some(lines.filter_map(python_requirement).collect())
}

/// `name[extra]>=1.2; marker` (PEP 508), the name folded as PyPI folds it. A bare address has no
/// name to go by.
fn python_requirement(line: &str) -> Option<(String, String)> {
    let line = line.split(" #").next()?.trim();
    let is_in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let end = line.find(|c| !is_in_name(c)).unwrap_or(line.len());
    let (name, wanted) = line.split_at(end);
    if name.is_empty() || wanted.starts_with("://") {
        return None;
    }
    let wanted = if wanted.trim().is_empty() {
        "any"
    } else {
        wanted.trim()
    };
    Some((
        name.to_lowercase().replace(['_', '.'], "-"),
        wanted.to_owned(),
    ))
}

/// `require` alone: what is replaced or excluded is not asked for.
fn go(text: &str) -> Option<Dependencies> {
    let mut found = Dependencies::new();
    let mut block = "";
    for line in text
        .lines()
        .map(|line| line.split("//").next().unwrap_or(line).trim())
    {
        let (directive, rest) = line.split_once(' ').unwrap_or((line, ""));
        match (rest, line) {
            ("(", _) => block = directive,
            (_, ")") => block = "",
            _ if block == "require" => found.extend(module(line)),
            _ if block.is_empty() && directive == "require" => found.extend(module(rest)),
            _ => (),
        }
    }
    Some(found)
}

fn module(line: &str) -> Option<(String, String)> {
    let (name, version) = line.split_once(' ')?;
    Some((name.to_owned(), version.trim().to_owned()))
}
