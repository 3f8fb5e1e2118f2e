//! The same repository as a clone and as GitHub's API: the same evidence, in few calls.

use std::path::Path;
use std::sync::Arc;

use idwo_clients::services::Services;
use idwo_core::clock::SystemClock;
use idwo_core::failure::Failure;
use idwo_core::watcher::Watcher;
use idwo_history::clones::Clones;
use idwo_local::in_process::InProcess;
use idwo_sandbox::{github, sample};
use serde_json::{Value, json};

use crate::door::{sample_clones, with_services};

/// Most calls of a first analysis, and of one that finds what the first kept.
const COLD_CALLS_MAX: usize = 25;
const WARM_CALLS_MAX: usize = 8;

/// The sample, written in `folder`, as GitHub serves it.
pub(crate) async fn served_from(folder: &Path) -> github::GitHub {
    let mut world = github::sample(folder).await.unwrap();
    world.recorded_for_the_judge();
    github::GitHub::start(world).unwrap()
}

/// The tools over GitHub's stand-in alone.
pub(crate) fn over(github: &github::GitHub) -> InProcess {
    let (token, url) = (github.token(), github.url());
    let variables = [("GITHUB_TOKEN", token.as_str()), ("GITHUB_API_URL", &url)];
    with_services(Clones::default(), &variables, Arc::new(SystemClock))
}

fn over_clone(folder: &Path) -> InProcess {
    let path = sample::written_in(folder).unwrap();
    let clones = sample_clones(&path);
    InProcess::new(clones, Services::default(), Arc::new(SystemClock))
}

pub(crate) async fn analyze(host: &InProcess, number: u32) -> Result<Value, Failure> {
    let arguments = json!({
        "owner": "sample", "repo": "storefront", "pull_number": number, "detail": "full",
    });
    let arguments = arguments.as_object().unwrap().clone();
    let answer = host
        .tool("analyze_pr", arguments, Watcher::silent())
        .await?;
    Ok(answer.structured)
}

#[tokio::test]
async fn a_clone_and_github_give_the_same_evidence() {
    let folder = tempfile::tempdir().unwrap();
    let clone = over_clone(folder.path());
    let served = served_from(folder.path()).await;
    let github = over(&served);
    for number in [3, 22, 38, 67, sample::RISKY_PULL, 72] {
        let by_clone = analyze(&clone, number).await.unwrap();
        let by_github = analyze(&github, number).await.unwrap();
        let mut unlike = Vec::new();
        differing(
            "result",
            &by_clone["result"],
            &by_github["result"],
            &mut unlike,
        );
        for fact in by_clone["evidence"].as_array().unwrap() {
            let facts = by_github["evidence"].as_array().unwrap();
            let same = facts.iter().find(|other| other["id"] == fact["id"]);
            let same = same.unwrap_or(&Value::Null);
            differing(&fact["id"].to_string(), fact, same, &mut unlike);
        }
        assert_eq!(unlike, Vec::<String>::new(), "#{number}");
    }
}

/// Where what the clone knows is told otherwise. What it does not know, GitHub may.
fn differing(place: &str, clone: &Value, github: &Value, unlike: &mut Vec<String>) {
    match (clone, github) {
        (Value::Object(fields), _) if fields.contains_key("unknown") => (),
        (Value::Object(fields), Value::Object(_)) => {
            for (name, value) in fields.iter().filter(|(name, _)| !is_an_address(name)) {
                differing(&format!("{place}.{name}"), value, &github[name], unlike);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                differing(&format!("{place}[{at}]"), a, b, unlike);
            }
        }
        (a, b) if a == b => (),
        _ if place == "result.pull_request.stage" && *clone == json!("unknown") => (),
        (a, b) => unlike.push(format!("{place}: {a} {b}")),
    }
}

/// The sample's clone has no home on the web.
fn is_an_address(name: &str) -> bool {
    name == "url"
}

#[tokio::test]
async fn a_first_look_takes_few_calls_and_the_next_ones_fewer() {
    let folder = tempfile::tempdir().unwrap();
    let served = served_from(folder.path()).await;
    let github = over(&served);
    analyze(&github, sample::RISKY_PULL).await.unwrap();
    let cold = served.asked().len();
    analyze(&github, sample::RISKY_PULL).await.unwrap();
    let warm = served.asked().len() - cold;
    assert!(
        cold <= COLD_CALLS_MAX && warm <= WARM_CALLS_MAX,
        "{cold} and {warm} calls"
    );
    assert!(warm < cold, "{cold} and {warm} calls");
}
