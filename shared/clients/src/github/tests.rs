use idwo_core::clock::SystemClock;
use idwo_core::forge::Place;
use idwo_sandbox::github::{GitHub as Served, sample};
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
