//! Rules of the house that Cargo alone does not keep: who may know whom, and that a tool which
//! exists is in every place where it has to be.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use idwo_local::tools::{self, TOOLS};
use similar_asserts::SimpleDiff;

/// Crates with a network, a vendor or a clock of their own: nothing of them in the core.
const WORLDLY: [&str; 9] = [
    "tokio", "hyper", "reqwest", "gix", "rmcp", "redb", "rand", "aws", "lambda",
];

/// What a function is to the others; a folder that is not named here is a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Endpoint,
    Authorizer,
    /// For people, with a route of its own.
    Page,
    Fixture,
    /// Of a queue of its own.
    Worker,
    Schedule,
    Tool,
}

const NO_TOOLS: [(&str, Kind); 7] = [
    ("mcp", Kind::Endpoint),
    ("authorizer", Kind::Authorizer),
    ("approval_page", Kind::Page),
    ("conformance", Kind::Fixture),
    ("orchestration_worker", Kind::Worker),
    ("healing_worker", Kind::Worker),
    ("reconciler", Kind::Schedule),
];

fn kind(folder: &str) -> Kind {
    let named = NO_TOOLS.iter().find(|(name, _)| *name == folder);
    named.map_or(Kind::Tool, |(_, kind)| *kind)
}

/// A function's `main.rs` wires and nothing else: lines that are neither empty nor comments.
const MAIN_LINES_MAX: usize = 10;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

fn packages() -> Vec<Package> {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .unwrap()
        .packages
}

/// Where a package lies, such as `functions/mcp`.
fn room(package: &Package) -> String {
    package
        .manifest_path
        .parent()
        .unwrap()
        .strip_prefix(root().to_str().unwrap())
        .unwrap()
        .to_string()
}

/// The rooms that a package's library depends on; its tests, and the `main.rs` of a function, may
/// know others.
fn known(package: &Package, all: &[Package]) -> BTreeSet<String> {
    let is_function = room(package).starts_with("functions/");
    let normal = package
        .dependencies
        .iter()
        .filter(|d| d.kind == DependencyKind::Normal && !(is_function && d.optional));
    let rooms = normal.filter_map(|d| all.iter().find(|p| p.name.as_str() == d.name));
    rooms.map(room).collect()
}

#[test]
fn arrows_point_down() {
    let all = packages();
    for package in &all {
        let room = room(package);
        let known = known(package, &all);
        let allowed: &[&str] = match room.as_str() {
            "shared/core" => &[],
            "shared/sandbox" => &["shared/core", "shared/history"],
            name if name.starts_with("shared/") => &["shared/core"],
            name if name.starts_with("functions/") => {
                &["shared/core", "shared/clients", "shared/workflows"]
            }
            _ => continue,
        };
        for other in &known {
            assert!(
                allowed.contains(&other.as_str()),
                "{room} must not know {other}"
            );
        }
    }
}

#[test]
fn only_a_functions_main_knows_an_adapter() {
    let all = packages();
    for package in all.iter().filter(|p| room(p).starts_with("functions/")) {
        let lambda = package.features.get("lambda").cloned().unwrap_or_default();
        let optional = package.dependencies.iter().filter(|d| d.optional);
        for dependency in optional {
            let enabled = format!("dep:{}", dependency.name);
            assert!(
                lambda.contains(&enabled),
                "{} links {} otherwise",
                package.name,
                dependency.name
            );
        }
        let folder = package.manifest_path.parent().unwrap().join("src");
        for file in rust_files(folder.as_std_path()) {
            let text = std::fs::read_to_string(&file).unwrap();
            let is_main = file.ends_with("main.rs");
            assert!(
                is_main || !text.contains("idwo_aws"),
                "{} knows AWS",
                file.display()
            );
            assert!(
                !is_main || code_lines(&text) <= MAIN_LINES_MAX,
                "{} is long",
                file.display()
            );
        }
    }
}

#[test]
fn only_one_crate_names_aws_or_lambda() {
    for package in packages() {
        let vendor = |name: &str| {
            ["aws-", "lambda_"]
                .iter()
                .any(|start| name.starts_with(start))
        };
        let normal = package
            .dependencies
            .iter()
            .filter(|d| d.kind == DependencyKind::Normal);
        let mut vendors = normal.filter(|d| vendor(&d.name));
        assert!(
            room(&package) == "shared/aws" || vendors.next().is_none(),
            "{}",
            package.name
        );
    }
}

#[test]
fn only_the_laptop_links_functions() {
    /// What measures a tool links it too; neither is ever deployed.
    const MAY: [&str; 2] = ["infra/local", "infra/calibrate"];
    let all = packages();
    for package in &all {
        let tools = known(package, &all)
            .into_iter()
            .filter(|room| room.starts_with("functions/"))
            .count();
        assert!(
            tools == 0 || MAY.contains(&room(package).as_str()),
            "{} links a function",
            room(package)
        );
    }
}

/// What is deployed links nothing that makes it fail.
#[test]
fn no_function_links_faults() {
    let all = packages();
    for package in &all {
        let deployed = room(package).starts_with("functions/") || room(package) == "shared/aws";
        let links = package.dependencies.iter().any(|dependency| {
            dependency.name == "idwo-simulation" && dependency.kind == DependencyKind::Normal
        });
        assert!(!(deployed && links), "{} links faults", room(package));
    }
}

#[test]
fn the_core_knows_no_world() {
    let all = packages();
    let core = all
        .iter()
        .find(|package| room(package) == "shared/core")
        .unwrap();
    for dependency in core
        .dependencies
        .iter()
        .filter(|d| d.kind == DependencyKind::Normal)
    {
        let start = dependency.name.split('-').next().unwrap();
        assert!(
            !WORLDLY.contains(&start),
            "the core must not know {}",
            dependency.name
        );
    }
}

#[test]
fn a_function_is_named_as_its_folder() {
    for package in packages() {
        if let Some(folder) = room(&package).strip_prefix("functions/") {
            assert_eq!(package.name.as_str(), folder);
        }
    }
}

#[test]
fn every_crate_keeps_the_lints_and_says_what_it_is() {
    for package in packages() {
        let manifest = std::fs::read_to_string(&package.manifest_path).unwrap();
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{} leaves the lints",
            room(&package)
        );
        assert!(
            package.description.is_some(),
            "{} has no description",
            room(&package)
        );
    }
}

#[test]
fn a_tool_is_in_every_place_where_it_has_to_be() {
    let listed: BTreeSet<_> = TOOLS.iter().map(|tool| tool.name.to_owned()).collect();
    assert_eq!(listed.len(), TOOLS.len(), "a tool is listed twice");
    let folders = entries("functions")
        .into_iter()
        .filter(|name| kind(name) == Kind::Tool)
        .collect::<BTreeSet<_>>();
    assert_eq!(listed, folders, "functions/");
    let contracts = entries("tests/contract")
        .into_iter()
        .map(|name| name.replace(".json", ""))
        .collect::<BTreeSet<_>>();
    assert_eq!(listed, contracts, "tests/contract/");
    let stories = std::fs::read_to_string(root().join("tests/it/main.rs")).unwrap();
    for tool in &listed {
        assert!(
            root().join(format!("tests/it/{tool}.rs")).exists(),
            "tests/it/{tool}.rs tells no story"
        );
        assert!(
            stories.contains(&format!("\nmod {tool};\n")),
            "tests/it/main.rs leaves out the story of {tool}"
        );
    }
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let sections = readme.split("\n## ");
    let tools = sections
        .filter(|section| section.starts_with("Tools\n"))
        .collect::<String>();
    let rows = tools
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    assert_eq!(
        listed,
        rows.map(str::to_owned).collect(),
        "the README's table of tools"
    );
}

/// What a line names between two texts, wherever it is in the template.
fn named(template: &str, before: &str, after: &str) -> BTreeSet<String> {
    let lines = template.lines().map(str::trim);
    let named = lines.filter_map(|line| line.split_once(before)?.1.split_once(after));
    named.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn every_function_is_deployed_logged_and_has_a_sample_event() {
    let template = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let folders = entries("functions");
    for (what, found) in [
        ("its code", named(&template, "CodeUri: target/lambda/", "/")),
        (
            "its name",
            named(&template, "FunctionName: !Sub \"${AWS::StackName}-", "\""),
        ),
        (
            "its log",
            named(
                &template,
                "LogGroupName: !Sub \"/aws/lambda/${AWS::StackName}-",
                "\"",
            ),
        ),
    ] {
        assert_eq!(
            folders, found,
            "template.yaml: {what} of each folder of functions/"
        );
    }
    let events = entries("events");
    let events: BTreeSet<_> = events
        .iter()
        .map(|name| name.replace(".json", ""))
        .collect();
    assert_eq!(folders, events, "events/");
}

#[test]
fn the_endpoint_may_call_every_tool_and_only_the_fixture_beside() {
    let template = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let (_, allowed) = template.split_once("Sid: CallTheTools").unwrap();
    let (allowed, _) = allowed.split_once("- Sid:").unwrap();
    for folder in entries("functions") {
        let resource = format!("!GetAtt {}Function.Arn", camel(&folder));
        let is_called = matches!(kind(&folder), Kind::Tool | Kind::Fixture);
        assert_eq!(
            allowed.contains(&resource),
            is_called,
            "template.yaml: whether the endpoint may call {folder}"
        );
    }
}

#[test]
fn every_worker_has_a_queue_and_dead_letters_of_its_own() {
    let template = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let folders = entries("functions").into_iter();
    let workers: BTreeSet<_> = folders.filter(|name| kind(name) == Kind::Worker).collect();
    let queues = named(&template, "QueueName: !Sub \"${AWS::StackName}-", "\"");
    let dead = workers.iter().map(|name| format!("{name}-dead"));
    assert_eq!(queues, dead.chain(workers.clone()).collect());
    for worker in workers {
        let served = format!("Queue: !GetAtt {}Queue.Arn", camel(&worker));
        assert!(template.contains(&served), "nobody serves {worker}'s queue");
    }
}

/// `analyze_pr` as `AnalyzePr`, as its resources are named.
fn camel(name: &str) -> String {
    let words = name.split('_').filter_map(|word| word.split_at_checked(1));
    words
        .map(|(first, rest)| first.to_uppercase() + rest)
        .collect()
}

#[test]
fn what_is_published_is_what_the_tools_promise() {
    agrees("functions/mcp/catalogue.json", &tools::catalogue());
    agrees("functions/mcp/contracts.json", &tools::contracts());
    agrees(
        "functions/mcp/conformance.json",
        &tools::conformance_catalogue(),
    );
    for tool in TOOLS {
        let path = format!("tests/contract/{}.json", tool.name);
        agrees(&path, &tools::pretty(&tools::published(tool)));
        let event = tools::event(tool).unwrap();
        agrees(
            &format!("events/{}.json", tool.name),
            &tools::pretty(&event),
        );
    }
}

#[test]
fn no_tool_is_published_with_the_words_of_its_scaffold() {
    for tool in TOOLS {
        let published = tools::published(tool).to_string();
        assert!(
            !published.contains("\"Say "),
            "{} says nothing of itself",
            tool.name
        );
    }
}

/// Fails with the lines that differ.
fn agrees(path: &str, promised: &str) {
    let written = std::fs::read_to_string(root().join(path)).unwrap();
    let difference = SimpleDiff::from_str(&written, promised, "published", "promised now");
    assert!(
        written == promised,
        "{path}: a published contract changed. Look at the difference, then run \
         `cargo xtask catalogue`\n{difference}"
    );
}

fn code_lines(text: &str) -> usize {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .count()
}

fn entries(folder: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| match path.is_dir() {
        true => rust_files(&path),
        false => vec![path],
    });
    files
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .collect()
}
