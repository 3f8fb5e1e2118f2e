use idwo_core::clock::SystemClock;
use idwo_core::evidence::Known;
use idwo_core::forge::Place;
use idwo_core::past::Reach;
use idwo_sandbox::git_clone::{Draft, GitClone};
use idwo_sandbox::github::{At, Fault, GitHub as Served, Times, World, sample};
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::connect;
use crate::memory::Memory;

const REST: Duration = Duration::from_secs(5);

async fn served() -> (Served, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let world = sample(folder.path()).await.unwrap();
    (Served::start(world).unwrap(), folder)
}

fn client(served: &Served, cache: &Arc<Memory>) -> GitHub {
    let variables = [
        ("GITHUB_TOKEN", served.token()),
        ("GITHUB_API_URL", format!("{}/api/v3", served.url())),
    ];
    let variables = Variables::new(variables.map(|(name, value)| (name.to_owned(), value)));
    let pool = connect::pool(None).unwrap();
    let cache: Arc<dyn Cache> = Arc::clone(cache) as Arc<dyn Cache>;
    let client = GitHub::configured(&variables, pool, REST, Arc::new(SystemClock), cache);
    client.unwrap().unwrap()
}

/// All that an answer asks for.
async fn look(client: &GitHub) -> PullRequest {
    let (name, number) = (
        "sample/storefront".parse().unwrap(),
        PullNumber::new(71).unwrap(),
    );
    let watcher = Watcher::silent();
    let pull = client.pull_request(&name, number, &watcher).await.unwrap();
    let place = Place {
        commit: pull.as_of.clone(),
        path: "Cargo.toml".to_owned(),
    };
    client.files(&name, &[place], &watcher).await.unwrap();
    client.past(&pull, &watcher).await.unwrap();
    pull
}

/// What was asked since `before`: of each whether it was a comparison, and conditional.
fn asked(served: &Served, before: usize) -> Vec<(String, bool)> {
    let asked = served.asked().into_iter().skip(before);
    let told = asked.map(|asked| (asked.operation.unwrap_or(asked.method), asked.conditional));
    told.collect()
}

fn told(asked: &[(&str, bool)]) -> Vec<(String, bool)> {
    let asked = asked.iter();
    asked
        .map(|(name, conditional)| ((*name).to_owned(), *conditional))
        .collect()
}

#[tokio::test]
async fn what_is_kept_is_asked_for_only_where_it_may_have_changed() {
    let (served, _folder) = served().await;
    let cache = Arc::new(Memory::default());
    let first = look(&client(&served, &cache)).await;
    let cold = told(&[
        ("PullRequest", false),
        ("GET", false),
        ("Blobs", false),
        ("History", false),
    ]);
    assert_eq!(asked(&served, 0), cold);
    let second = look(&client(&served, &cache)).await;
    let warm = told(&[("PullRequest", false), ("GET", true), ("History", false)]);
    assert_eq!(asked(&served, cold.len()), warm);
    assert_eq!(first.files.len(), second.files.len());
    assert_eq!(first.base, second.base);
}

#[tokio::test]
async fn a_file_that_github_could_not_tell_is_not_kept_as_one_that_is_not_there() {
    let (served, _folder) = served().await;
    let client = client(&served, &Arc::default());
    let pull = look_at(&client, 71).await;
    let place = [Place {
        commit: pull.as_of.clone(),
        path: "Cargo.toml".to_owned(),
    }];
    let wrong = json!({
        "data": { "repository": { "f0": null } },
        "errors": [{ "type": "INTERNAL", "path": ["repository", "f0"], "message": "Timed out." }],
    });
    let fault = Fault::status(200).saying(wrong);
    served.breaks(At::operation("Blobs"), Times::Next(1), fault);
    let watcher = Watcher::silent();
    let failed = client.files(&pull.repository, &place, &watcher).await;
    assert!(
        matches!(failed, Err(Failure::Upstream { .. })),
        "{failed:?}"
    );
    let files = client
        .files(&pull.repository, &place, &watcher)
        .await
        .unwrap();
    assert!(matches!(files[0], File::Content(_)), "{files:?}");
    assert_eq!(served.rest(), Vec::<String>::new());
}

#[tokio::test]
async fn what_github_left_out_with_an_error_is_unknown_and_not_empty() {
    let (served, _folder) = served().await;
    let client = client(&served, &Arc::default());
    served.breaks(
        At::operation("PullRequest"),
        Times::Always,
        Fault::ChecksForbidden,
    );
    let record = look_at(&client, 71).await.record.unwrap();
    assert!(matches!(record.checks, Known::Unknown { .. }));
    assert!(matches!(record.labels, Known::Value(labels) if labels.len() == 2));
}

/// Sixty merged pull requests: two pages.
async fn served_sixty() -> (Served, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut clone = GitClone::init(folder.path().join("shop.git")).unwrap();
    for number in 1..=60 {
        let ann = "Ann Lee <1+ann-lee@users.noreply.github.com>";
        let draft = Draft::by(ann, &format!("Change {number} (#{number})"));
        let draft = draft.days_later(1).writes("a.rs", format!("{number}\n"));
        clone.land(draft).unwrap();
    }
    let world = World::of(clone.path(), "sample/storefront").await.unwrap();
    (Served::start(world).unwrap(), folder)
}

#[tokio::test]
async fn who_is_short_of_time_reads_a_page_and_the_next_goes_on_behind_it() {
    let (served, _folder) = served_sixty().await;
    let cache = Arc::new(Memory::default());
    let client = client(&served, &cache);
    let pull = look_at(&client, 60).await;
    let hurried = Watcher::silent();
    hurried.hurry();
    let part = client.past(&pull, &hurried).await.unwrap();
    assert_eq!(
        (part.reach.clone(), part.changes.len()),
        (Reach::Unfinished, 49)
    );
    let whole = client.past(&pull, &Watcher::silent()).await.unwrap();
    assert_eq!(
        (whole.reach.clone(), whole.changes.len()),
        (Reach::Whole, 59)
    );
    let pages = served
        .asked()
        .into_iter()
        .filter(|asked| asked.operation.as_deref() == Some("History"));
    let cursors: Vec<_> = pages
        .map(|asked| asked.body["variables"]["after"].clone())
        .collect();
    assert!(
        cursors[0].is_null() && cursors[1].is_null() && cursors[2].is_string(),
        "{cursors:?}"
    );
    assert_eq!(cursors.len(), 3);
}

/// Who asks for much has few questions left for what is older.
#[tokio::test]
async fn a_history_takes_no_more_calls_than_are_left() {
    let (served, _folder) = served_sixty().await;
    let cache = Arc::new(Memory::default());
    let client = client(&served, &cache);
    let pull = look_at(&client, 60).await;
    let watcher = Watcher::silent();
    (0..24).for_each(|_| watcher.count_call());
    let part = client.past(&pull, &watcher).await.unwrap();
    assert_eq!(
        (part.reach.clone(), watcher.calls()),
        (Reach::Unfinished, 25)
    );
}

async fn look_at(client: &GitHub, number: u64) -> PullRequest {
    let (name, number) = (
        "sample/storefront".parse().unwrap(),
        PullNumber::new(number).unwrap(),
    );
    let watcher = Watcher::silent();
    client.pull_request(&name, number, &watcher).await.unwrap()
}

#[tokio::test]
async fn what_was_kept_for_one_credential_is_not_for_another() {
    let (served, _folder) = served().await;
    let cache = Arc::new(Memory::default());
    look(&client(&served, &cache)).await;
    let before = served.asked().len();
    served.change(|world| {
        world.token("another");
    });
    look(&client(&served, &cache)).await;
    let again = asked(&served, before);
    assert!(
        again.iter().all(|(_, conditional)| !conditional),
        "{again:?}"
    );
    assert!(again.iter().any(|(name, _)| name == "Blobs"), "{again:?}");
}

#[test]
fn a_server_of_ones_own_has_its_apis_beside_each_other() {
    let at = |api: &str| {
        let (base, paths) = located(Some(api.parse().unwrap())).unwrap();
        format!("{base}{} {base}{}", paths.rest, paths.graphql)
    };
    assert_eq!(
        at("https://github.example.com/api/v3/"),
        "https://github.example.com/api/v3 https://github.example.com/api/graphql"
    );
    assert_eq!(
        at("https://api.acme.ghe.com"),
        "https://api.acme.ghe.com https://api.acme.ghe.com/graphql"
    );
}

#[test]
fn a_token_is_never_shown() {
    for token in ["", "a b", "a\nb"] {
        let variables = [("GITHUB_TOKEN".to_owned(), token.to_owned())];
        let pool = connect::pool(None).unwrap();
        let cache = Arc::new(Memory::default());
        let made = GitHub::configured(
            &Variables::new(variables),
            pool,
            REST,
            Arc::new(SystemClock),
            cache,
        );
        match made {
            Ok(client) => assert!(token.is_empty() && client.is_none()),
            Err(error) => {
                let said = error.to_string();
                assert!(
                    said.starts_with("GITHUB_TOKEN") && !said.contains(token),
                    "{said}"
                );
            }
        }
    }
}
