//! What GraphQL answers: pull requests, history and files.

use serde_json::{Value, json};

use super::client::{Client, HISTORY, PULL_REQUEST, served};
use crate::git_clone::{Draft, GitClone};
use crate::github::{Check, GitHub, Issue, Requested, Review, World};

#[tokio::test]
async fn a_merged_pull_request_is_shown_as_its_clone_tells_it() {
    let (_github, client, _folder) = served(|_| ()).await;
    let repository = client.pull_request(71).await;
    let pull = &repository["pullRequest"];
    assert_eq!(repository["nameWithOwner"], "sample/storefront");
    assert_eq!(repository["defaultBranchRef"]["name"], "main");
    assert_eq!(
        (&pull["title"], &pull["state"]),
        (&json!("Retry declined payments"), &json!("MERGED"))
    );
    assert_eq!(pull["headRefName"], "PAY-77-retry-payments");
    assert_eq!(
        pull["author"],
        json!({ "__typename": "User", "login": "dana-ok", "name": "Dana Okafor" })
    );
    assert_eq!(pull["headRepositoryOwner"]["login"], "dana-ok");
    assert_eq!(pull["isCrossRepository"], true);
    assert_eq!(
        pull["mergeCommit"]["parents"]["nodes"][0]["oid"],
        pull["baseRefOid"]
    );
    assert_eq!(pull["reviews"]["nodes"][0]["author"]["login"], "tomasrey");
    assert_ne!(pull["createdAt"], pull["updatedAt"]);
}

#[tokio::test]
async fn a_pull_request_that_did_not_land_is_open() {
    let (_github, client, _folder) = served(|_| ()).await;
    let repository = client.pull_request(72).await;
    let pull = &repository["pullRequest"];
    assert_eq!(
        (&pull["state"], &pull["mergeable"]),
        (&json!("OPEN"), &json!("MERGEABLE"))
    );
    assert_eq!(
        (&pull["mergedAt"], &pull["mergeCommit"]),
        (&Value::Null, &Value::Null)
    );
    let waiting = json!({ "number": 72, "reviewRequests": { "nodes": [
        { "requestedReviewer": { "__typename": "User", "login": "dana-ok" } }
    ] } });
    assert_eq!(
        repository["open"],
        json!({ "totalCount": 1, "nodes": [waiting] })
    );
}

#[tokio::test]
async fn what_is_said_of_a_pull_request_is_shown_with_it() {
    let (github, client, _folder) = served(|_| ()).await;
    github.change(|world| {
        world
            .label(72, "later")
            .draft(72)
            .mergeable(72, "CONFLICTING");
        world.request_review(72, Requested::Team);
    });
    let repository = client.pull_request(72).await;
    let pull = &repository["pullRequest"];
    assert_eq!(
        pull["labels"]["nodes"],
        json!([{ "name": "catalog" }, { "name": "later" }])
    );
    assert_eq!(
        (&pull["isDraft"], &pull["mergeable"]),
        (&json!(true), &json!("CONFLICTING"))
    );
    assert_eq!(
        repository["open"]["nodes"][0]["reviewRequests"]["nodes"][1]["requestedReviewer"]["__typename"],
        "Team"
    );
    assert_eq!(pull["closingIssuesReferences"]["nodes"][0]["number"], 70);
    github.change(|world| {
        world.close(72);
    });
    let repository = client.pull_request(72).await;
    assert_eq!(repository["pullRequest"]["state"], "CLOSED");
    assert_eq!(repository["open"]["totalCount"], 0);
}

#[tokio::test]
async fn no_more_is_shown_than_is_asked_for_and_all_is_counted() {
    let (github, client, _folder) = served(|_| ()).await;
    let many = (0..25).fold(Check::ended("lint", "NEUTRAL"), |check, line| {
        check.says("src/catalog.rs", line, "NOTICE", "Long.")
    });
    github.change(|world| {
        world.checks(
            72,
            [
                many,
                Check::status("ci/older", "PENDING").at("https://ci.test/1"),
            ],
        );
        for number in 0..105 {
            world.label(72, &format!("label {number}"));
        }
        for number in 0..101 {
            world.review(
                72,
                Review {
                    login: format!("reader-{number}"),
                    state: "COMMENTED".to_owned(),
                    submitted_at: Some("2024-10-01T00:00:00Z".to_owned()),
                },
            );
        }
    });
    let repository = client.pull_request(72).await;
    let pull = &repository["pullRequest"];
    let contexts = &pull["commits"]["nodes"][0]["commit"]["statusCheckRollup"]["contexts"];
    let lint = &contexts["nodes"][2]["annotations"];
    assert_eq!(
        (&lint["totalCount"], lint["nodes"].as_array().unwrap().len()),
        (&json!(25), 20)
    );
    let older = json!({
        "__typename": "StatusContext", "context": "ci/older", "state": "PENDING",
        "targetUrl": "https://ci.test/1",
    });
    assert_eq!(contexts["nodes"][3], older);
    assert_eq!(pull["labels"]["nodes"].as_array().unwrap().len(), 100);
    let reviews = &pull["reviews"];
    assert_eq!(
        (
            &reviews["totalCount"],
            reviews["nodes"].as_array().unwrap().len()
        ),
        (&json!(101), 100)
    );
    assert_eq!(reviews["nodes"][0]["commit"]["oid"], pull["headRefOid"]);
}

#[tokio::test]
async fn a_linked_issue_is_shown_where_it_lies() {
    let (github, client, _folder) = served(|_| ()).await;
    let elsewhere = Issue {
        open: false,
        milestone: Some("1.0".to_owned()),
        repository: Some("sample/warehouse".to_owned()),
        ..Issue::open(3, "Count stock", "Often.")
    };
    github.change(|world| {
        world.closes(72, elsewhere);
    });
    let repository = client.pull_request(72).await;
    let issues = &repository["pullRequest"]["closingIssuesReferences"]["nodes"];
    assert_eq!(
        issues[0]["repository"]["nameWithOwner"],
        "sample/storefront"
    );
    assert_eq!(
        issues[1],
        json!({
            "number": 3, "title": "Count stock", "body": "Often.", "state": "CLOSED",
            "milestone": { "title": "1.0" }, "repository": { "nameWithOwner": "sample/warehouse" },
        })
    );
}

#[tokio::test]
async fn annotations_of_the_sample_lie_on_lines_that_it_adds() {
    let (_github, client, _folder) = served(|_| ()).await;
    let repository = client.pull_request(71).await;
    let pull = &repository["pullRequest"];
    let contexts = &pull["commits"]["nodes"][0]["commit"]["statusCheckRollup"]["contexts"];
    assert_eq!(contexts["totalCount"], 2);
    let scan = &contexts["nodes"][1];
    assert_eq!(
        (&scan["conclusion"], &scan["annotations"]["totalCount"]),
        (&json!("FAILURE"), &json!(2))
    );
    let range = format!(
        "{}...{}",
        pull["baseRefOid"].as_str().unwrap(),
        pull["headRefOid"].as_str().unwrap()
    );
    let compared = client
        .get(&format!("/repos/sample/storefront/compare/{range}"), &[])
        .await;
    for annotation in scan["annotations"]["nodes"].as_array().unwrap() {
        let files = compared.body["files"].as_array().unwrap();
        let file = files
            .iter()
            .find(|file| file["filename"] == annotation["path"])
            .unwrap();
        let line = annotation["location"]["start"]["line"].as_u64().unwrap();
        let added = super::compared::added_lines(file["patch"].as_str().unwrap());
        assert!(added.contains(&line), "{annotation}");
    }
}

#[tokio::test]
async fn what_does_not_exist_is_not_found_as_on_github() {
    let (_github, client, _folder) = served(|_| ()).await;
    let answer = client
        .query("PullRequest", PULL_REQUEST, json!({ "number": 5000 }))
        .await;
    assert_eq!(
        answer.body["data"]["repository"]["pullRequest"],
        Value::Null
    );
    assert_eq!(answer.body["errors"][0]["type"], "NOT_FOUND");
    assert_eq!(
        answer.body["errors"][0]["path"],
        json!(["repository", "pullRequest"])
    );
    let variables = json!({ "owner": "a", "name": "b", "first": 1 });
    let body = json!({ "query": HISTORY, "operationName": "History", "variables": variables });
    let answer = client
        .send("POST", "/api/graphql", &[], body.to_string())
        .await
        .unwrap();
    assert_eq!(answer.body["data"], json!({ "repository": null }));
    assert_eq!(answer.body["errors"][0]["path"], json!(["repository"]));
}

#[tokio::test]
async fn history_is_given_page_by_page_and_none_twice() {
    let (github, client, _folder) = served(|_| ()).await;
    let mut seen: Vec<u64> = Vec::new();
    let mut after = Value::Null;
    loop {
        let variables = json!({ "first": 20, "after": after });
        let answer = client.query("History", HISTORY, variables).await;
        let page = answer.body["data"]["repository"]["pullRequests"].clone();
        let nodes = page["nodes"].as_array().unwrap();
        seen.extend(nodes.iter().map(|node| node["number"].as_u64().unwrap()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!((seen.first(), seen.last()), (Some(&71), Some(&1)));
    let mut numbers = seen.clone();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), seen.len());
    let asked = github.asked();
    assert!(
        asked
            .iter()
            .all(|asked| asked.authorized && asked.path == "/graphql")
    );
    assert_eq!(asked.len(), seen.len().div_ceil(20));
}

#[tokio::test]
async fn history_goes_by_dates_and_knows_each_number_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut clone = GitClone::init(folder.path().join("clone.git")).unwrap();
    let draft = |message| Draft::by("Ann Lee <ann@x.test>", message).writes("a.txt", message);
    clone.land(draft("Begin (#1)")).unwrap();
    clone.land(draft("Late (#2)").days_later(3)).unwrap();
    clone.land(draft("Early (#3)").days_later(-1)).unwrap();
    clone.land(draft("Quoted (#1)").days_later(9)).unwrap();
    let mut world = World::of(clone.path(), "sample/storefront").await.unwrap();
    world.recorded_for_the_judge();
    let github = GitHub::start(world).unwrap();
    let client = Client::of(&github);
    let answer = client
        .query("History", HISTORY, json!({ "first": 9 }))
        .await;
    let nodes = &answer.body["data"]["repository"]["pullRequests"]["nodes"];
    let titles = nodes.as_array().unwrap().iter().map(|node| &node["title"]);
    assert_eq!(titles.collect::<Vec<_>>(), ["Late", "Early", "Begin"]);
    assert_eq!(nodes[0]["mergedBy"]["login"], "ann-lee");
}

#[tokio::test]
async fn a_merged_change_tells_who_wrote_and_reviewed_what() {
    let (_github, client, _folder) = served(|_| ()).await;
    let answer = client
        .query("History", HISTORY, json!({ "first": 1 }))
        .await;
    let node = &answer.body["data"]["repository"]["pullRequests"]["nodes"][0];
    assert_eq!(
        (&node["title"], &node["body"]),
        (&json!("Retry declined payments"), &json!("Fixes #58"))
    );
    assert_eq!(node["reviews"]["nodes"][0]["author"]["login"], "tomasrey");
    assert_eq!(node["changedFiles"], 8);
    assert_eq!(
        node["files"]["nodes"][0]["path"],
        ".github/workflows/deploy.yml"
    );
    assert_eq!(node["files"]["nodes"][0]["additions"], 3);
    assert_eq!(
        node["latest"]["nodes"][0]["commit"]["author"]["name"],
        "Dana Okafor"
    );
}

#[tokio::test]
async fn pages_beyond_the_limit_and_strange_cursors_are_errors() {
    let (_github, client, _folder) = served(|_| ()).await;
    let answer = client
        .query("History", HISTORY, json!({ "first": 101 }))
        .await;
    assert_eq!(answer.body["errors"][0]["type"], "EXCESSIVE_PAGINATION");
    let answer = client
        .query("History", HISTORY, json!({ "first": 1, "after": "x" }))
        .await;
    assert_eq!(answer.body["errors"][0]["type"], "INVALID_CURSOR_ARGUMENTS");
}

#[tokio::test]
async fn each_file_that_is_asked_for_is_answered_as_what_it_is() {
    let (_github, client, _folder) = served(|_| ()).await;
    let head = client.pull_request(71).await["pullRequest"]["headRefOid"].clone();
    let head = head.as_str().unwrap();
    let nowhere = format!("{}:README.md", "0".repeat(40));
    let [readme, folder, none] =
        ["README.md", "src", "src/none.rs"].map(|path| format!("{head}:{path}"));
    let files = client.files(&[&readme, &folder, &none, &nowhere]).await;
    assert_eq!(files["f0"]["isBinary"], false);
    assert!(
        files["f0"]["text"]
            .as_str()
            .unwrap()
            .starts_with("# Storefront")
    );
    assert_eq!(files["f1"], json!({ "__typename": "Tree" }));
    assert_eq!((&files["f2"], &files["f3"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn files_that_are_no_text_or_too_large_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut clone = GitClone::init(folder.path().join("clone.git")).unwrap();
    let draft = Draft::by("Ann Lee <ann@x.test>", "Begin (#1)").writes("image", b"\0");
    let tip = clone
        .land(draft.writes("long", "x".repeat(512_001)))
        .unwrap();
    let mut world = World::of(clone.path(), "sample/storefront").await.unwrap();
    world.recorded_for_the_judge();
    let github = GitHub::start(world).unwrap();
    let [image, long] = ["image", "long"].map(|path| format!("{tip}:{path}"));
    let files = Client::of(&github).files(&[&image, &long]).await;
    let binary =
        json!({ "__typename": "Blob", "text": null, "isBinary": true, "isTruncated": false });
    assert_eq!(files["f0"], binary);
    assert_eq!(
        (
            files["f1"]["text"].as_str().unwrap().len(),
            &files["f1"]["isTruncated"]
        ),
        (512_000, &json!(true))
    );
}
