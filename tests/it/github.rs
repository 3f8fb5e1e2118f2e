//! The same repository as a clone and as GitHub's API: the same evidence, in few calls.

use std::path::Path;
use std::sync::Arc;

use idwo_clients::services::Services;
use idwo_core::clock::SystemClock;
use idwo_core::failure::Failure;
use idwo_core::forge::Forge;
use idwo_core::input::PullNumber;
use idwo_core::watcher::Watcher;
use idwo_history::clones::Clones;
use idwo_local::in_process::InProcess;
use idwo_sandbox::{github, sample};
use serde_json::{Value, json};

use crate::against_git::{extra_clones, newest_pulls, write_awkward};
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

/// What rests on the change alone, of files as diffs get wrong and of any clones named in `IDWO_CLONES`.
#[tokio::test]
async fn awkward_changes_are_the_same_from_both() {
    const SECTIONS: [&str; 10] = [
        "size",
        "set_apart",
        "untested",
        "todos",
        "dependencies",
        "ci",
        "infrastructure",
        "migrations",
        "secret_like",
        "public_signatures",
    ];
    let folder = tempfile::tempdir().unwrap();
    let awkward = folder.path().join("awkward.git");
    write_awkward(&awkward);
    for path in extra_clones().into_iter().chain([awkward]) {
        let mut clones = Clones::default();
        let name = "sample/storefront".parse().unwrap();
        clones.offer_sample(&path, name, "").unwrap();
        let clone = InProcess::new(clones, Services::default(), Arc::new(SystemClock));
        let mut world = github::World::of(&path, sample::NAME).await.unwrap();
        world.recorded_for_the_judge();
        let served = github::GitHub::start(world).unwrap();
        let github = over(&served);
        let mut unlike = Vec::new();
        for number in newest_pulls(&path) {
            let number = number.try_into().unwrap();
            let by_clone = analyze(&clone, number).await.unwrap();
            let by_github = analyze(&github, number).await.unwrap();
            for section in SECTIONS {
                let place = format!("#{number} {section}");
                let [a, b] = [&by_clone, &by_github].map(|reply| &reply["result"][section]);
                differing(&place, a, b, &mut unlike);
            }
        }
        assert_eq!(unlike, Vec::<String>::new(), "{}", path.display());
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

#[tokio::test]
async fn what_only_github_knows_is_told_as_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let served = served_from(folder.path()).await;
    served.change(|world| {
        let given = |who: &str, state: &str| github::Review {
            login: who.to_owned(),
            state: state.to_owned(),
            submitted_at: Some("2024-08-20T10:00:00Z".to_owned()),
        };
        world
            .review(72, given("mara-l", "CHANGES_REQUESTED"))
            .review(72, given("mara-l", "COMMENTED"))
            .review(72, given("dana-ok", "COMMENTED"))
            .mergeable(72, "CONFLICTING")
            .draft(72);
    });
    let host = over(&served);
    let landed = analyze(&host, sample::RISKY_PULL).await.unwrap()["result"].clone();
    assert_eq!(
        landed["pull_request"]["labels"],
        json!(["payments", "migration"])
    );
    let checks = &landed["check_runs"]["items"];
    assert_eq!(
        [&checks[0]["name"], &checks[0]["conclusion"]],
        ["security scan", "failed"]
    );
    assert_eq!(
        [&checks[1]["name"], &checks[1]["conclusion"]],
        ["build", "passed"]
    );
    let remarks = &landed["annotations"]["items"];
    assert_eq!(
        [&remarks[0]["path"], &remarks[0]["level"]],
        ["src/config.rs", "failure"]
    );
    assert_eq!(remarks[0]["line"], 6);
    assert_eq!(landed["conflicts"]["unknown"], "it is no longer open");
    let issue = landed["tickets"]["items"].as_array().unwrap();
    let issue = issue
        .iter()
        .find(|ticket| ticket["key"] == "sample/storefront#58");
    assert_eq!(issue.unwrap()["status"], "open");

    let open = analyze(&host, 72).await.unwrap()["result"].clone();
    assert_eq!(open["pull_request"]["stage"], "draft");
    assert_eq!(open["conflicts"], true);
    let running = &open["check_runs"]["items"][0];
    assert_eq!(running["conclusion"]["unknown"], "it has not ended");
    let reviews = open["reviews"]["items"].as_array().unwrap();
    let told: Vec<_> = reviews
        .iter()
        .map(|review| [&review["login"], &review["verdict"]])
        .collect();
    assert_eq!(
        told,
        [["mara-l", "changes_requested"], ["dana-ok", "commented"]]
    );
    assert!(open["staleness"]["idle_days"].as_f64().unwrap() > 100.0);
    let reviewers = open["reviewers"]["items"].as_array().unwrap();
    let asked = reviewers.iter().find(|person| person["login"] == "dana-ok");
    assert_eq!(asked.unwrap()["open_reviews"], 1);
}

#[tokio::test]
async fn the_reply_says_how_many_calls_it_made() {
    let folder = tempfile::tempdir().unwrap();
    let served = served_from(folder.path()).await;
    let reply = analyze(&over(&served), sample::RISKY_PULL).await.unwrap();
    assert_eq!(reply["cost"]["api_calls"], served.asked().len());
    let reply = analyze(&over_clone(folder.path()), sample::RISKY_PULL).await;
    assert_eq!(reply.unwrap()["cost"]["api_calls"], 0);
}

/// The second commit of the sample's risky branch, seen from the first.
#[tokio::test]
async fn what_came_since_a_commit_is_the_same_from_both() {
    let folder = tempfile::tempdir().unwrap();
    let served = served_from(folder.path()).await;
    let hosts = [over_clone(folder.path()), over(&served)];
    let whole = analyze(&hosts[0], sample::RISKY_PULL).await.unwrap();
    let head = &whole["result"]["pull_request"]["head_sha"];
    let first = first_commit(folder.path()).await;
    let mut sizes = Vec::new();
    for host in &hosts {
        let reply = since(host, &first).await.unwrap();
        let result = &reply["result"];
        assert_eq!(result["pull_request"]["base_sha"], *first);
        assert_eq!(result["pull_request"]["result_sha"], *head);
        assert_eq!(result["pull_request"]["commits"], 1);
        sizes.push(result["size"].clone());
        let refused = since(host, &"f".repeat(40)).await.err();
        let refused = refused.expect("nobody made that commit");
        assert!(
            refused.to_string().contains("leave `since_sha` out"),
            "{refused}"
        );
    }
    assert_eq!(sizes[0], sizes[1]);
    assert_eq!(sizes[0]["files"], 4);
}

async fn since(host: &InProcess, seen: &str) -> Result<Value, Failure> {
    let arguments = json!({
        "owner": "sample", "repo": "storefront", "pull_number": sample::RISKY_PULL,
        "since_sha": seen,
    });
    let arguments = arguments.as_object().unwrap().clone();
    let answer = host
        .tool("analyze_pr", arguments, Watcher::silent())
        .await?;
    Ok(answer.structured)
}

async fn first_commit(folder: &Path) -> String {
    let clones = sample_clones(&sample::path_in(folder));
    let number = PullNumber::new(sample::RISKY_PULL.into()).unwrap();
    let name = sample::NAME.parse().unwrap();
    let pull = clones
        .pull_request(&name, number, &Watcher::silent())
        .await
        .unwrap();
    pull.commits.last().unwrap().sha.to_string()
}
