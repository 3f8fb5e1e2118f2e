//! What REST answers: commits of a branch, and patches.

use std::collections::HashSet;

use idwo_core::forge::Forge;
use idwo_core::input::{PullNumber, RepositoryName};
use idwo_core::watcher::Watcher;
use idwo_history::clones::Clones;

use super::client::{Answer, Client, served};
use crate::git_clone::{Draft, GitClone};
use crate::github::{At, Fault, GitHub, Times, World, patch};
use crate::sample;

const ANN: &str = "Ann Lee <7+ann@users.noreply.github.com>";

/// A branch of three commits that does all that can be done to a file, and its ends.
async fn branch(change: impl FnOnce(&mut World)) -> (GitHub, String, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut clone = GitClone::init(folder.path().join("clone.git")).unwrap();
    let draft = Draft::by(ANN, "Begin (#1)")
        .writes("a.txt", "one\ntwo\n")
        .writes("old.txt", "same\nsame\n");
    clone
        .land(
            draft
                .writes("gone.txt", "bye\n")
                .writes("image.png", b"\0one"),
        )
        .unwrap();
    let drafts = [
        Draft::by(ANN, "First").writes("a.txt", "one\n2\n"),
        Draft::by(ANN, "Second")
            .removes("old.txt")
            .writes("new.txt", "same\nsame\n"),
        Draft::by(ANN, "Third")
            .removes("gone.txt")
            .writes("image.png", b"\0two")
            .writes("b c.txt", "x"),
    ];
    let tip = clone.branch(drafts).unwrap();
    clone.open_pull(2, &tip).unwrap();
    let base = clone
        .land(Draft::by(ANN, "Meanwhile (#3)").writes("c.txt", "c\n"))
        .unwrap();
    let mut world = World::of(clone.path(), "ann/words").await.unwrap();
    world.recorded_for_the_judge();
    change(&mut world);
    let github = GitHub::start(world).unwrap();
    (
        github,
        format!("/repos/ann/words/compare/{base}...{tip}"),
        folder,
    )
}

fn texts<'a>(answer: &'a Answer, list: &str, field: &str) -> Vec<&'a str> {
    let list = answer.body[list].as_array().unwrap().iter();
    list.map(|entry| entry.pointer(field).unwrap().as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn commits_come_page_by_page_and_files_with_the_first() {
    let (github, path, _folder) = branch(|_| ()).await;
    let client = Client::of(&github);
    let first = client.get(&format!("{path}?per_page=2&page=1"), &[]).await;
    assert_eq!(
        texts(&first, "commits", "/commit/message"),
        ["First", "Second"]
    );
    assert_eq!(
        (&first.body["status"], &first.body["total_commits"]),
        (&"diverged".into(), &3.into())
    );
    assert_eq!(
        (&first.body["ahead_by"], &first.body["behind_by"]),
        (&3.into(), &1.into())
    );
    let next = format!("<{}{path}?per_page=2&page=2>; rel=\"next\"", github.url());
    assert!(
        first.header("link").contains(&next),
        "{}",
        first.header("link")
    );
    let second = client.get(&format!("{path}?per_page=2&page=2"), &[]).await;
    assert_eq!(texts(&second, "commits", "/commit/message"), ["Third"]);
    assert!(second.body.get("files").is_none() && !second.header("link").contains("next"));
    assert_eq!(second.body["commits"][0]["author"]["login"], "ann");
}

#[tokio::test]
async fn a_page_that_follows_itself_links_to_nothing_else() {
    let (github, path, _folder) = branch(|_| ()).await;
    github.breaks(At::Any, Times::Next(1), Fault::PagingLoop);
    let answer = Client::of(&github)
        .get(&format!("{path}?page=1&per_page=2"), &[])
        .await;
    let itself = format!("<{}{path}?page=1&per_page=2>; rel=\"next\"", github.url());
    assert_eq!(answer.header("link"), itself);
}

#[tokio::test]
async fn each_kind_of_change_has_its_own_word_and_a_patch_where_there_are_lines() {
    let (github, path, _folder) = branch(|_| ()).await;
    let answer = Client::of(&github).get(&path, &[]).await;
    assert_eq!(
        texts(&answer, "files", "/filename"),
        ["a.txt", "b c.txt", "gone.txt", "image.png", "new.txt"]
    );
    let words = ["modified", "added", "removed", "modified", "renamed"];
    assert_eq!(texts(&answer, "files", "/status"), words);
    let files = &answer.body["files"];
    assert_eq!(files[0]["patch"], "@@ -1,2 +1,2 @@\n one\n-two\n+2");
    assert_eq!(
        files[1]["patch"],
        "@@ -0,0 +1 @@\n+x\n\\ No newline at end of file"
    );
    assert_eq!(files[2]["patch"], "@@ -1 +0,0 @@\n-bye");
    assert!(files[3].get("patch").is_none() && files[4].get("patch").is_none());
    assert_eq!(files[4]["previous_filename"], "old.txt");
    assert!(
        files[1]["raw_url"]
            .as_str()
            .unwrap()
            .ends_with("/b%20c.txt")
    );
}

#[tokio::test]
async fn a_patch_beyond_the_limit_is_left_out_and_its_lines_are_counted() {
    let (github, path, _folder) = branch(|world| {
        world.patch_bytes_max(20);
    })
    .await;
    let answer = Client::of(&github).get(&path, &[]).await;
    assert!(answer.body["files"][0].get("patch").is_none());
    assert_eq!(answer.body["files"][0]["changes"], 2);
    assert!(answer.body["files"][2].get("patch").is_some());
}

#[tokio::test]
async fn what_is_known_already_is_not_sent_again_and_costs_nothing() {
    let (github, path, _folder) = branch(|_| ()).await;
    let client = Client::of(&github);
    let first = client.get(&path, &[]).await;
    let tag = first.header("etag").to_owned();
    let again = client.get(&path, &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, &again.body), (304, &serde_json::Value::Null));
    assert_eq!(
        again.header("x-ratelimit-remaining"),
        first.header("x-ratelimit-remaining")
    );
    let other = client
        .get(&format!("{path}?page=2"), &[("if-none-match", &tag)])
        .await;
    assert_eq!(other.status, 200);
}

#[tokio::test]
async fn what_github_compares_is_what_the_clone_forge_tells() {
    let (_github, client, folder) = served(|_| ()).await;
    let name: RepositoryName = sample::NAME.parse().unwrap();
    let mut clones = Clones::default();
    clones
        .offer_sample(&sample::path_in(folder.path()), name.clone(), "")
        .unwrap();
    for number in [22, 71, 72] {
        let number = PullNumber::new(number).unwrap();
        let told = clones
            .pull_request(&name, number, &Watcher::silent())
            .await
            .unwrap();
        let range = format!("{}...{}", told.base, told.head);
        let answer = client
            .get(&format!("/repos/{name}/compare/{range}"), &[])
            .await;
        assert_eq!(answer.body["merge_base_commit"]["sha"], told.base.as_str());
        let mut commits: Vec<_> = told
            .commits
            .iter()
            .map(|commit| commit.sha.as_str())
            .collect();
        commits.reverse();
        assert_eq!(texts(&answer, "commits", "/sha"), commits);
        for (told, shown) in told
            .files
            .iter()
            .zip(answer.body["files"].as_array().unwrap())
        {
            let added = told
                .added()
                .iter()
                .map(|line| u64::from(line.number))
                .collect();
            assert_eq!(shown["filename"], told.path.as_str());
            assert_eq!(added_lines(shown["patch"].as_str().unwrap()), added);
            assert_eq!(shown["deletions"], told.deleted().len());
        }
        assert_eq!(
            answer.body["files"].as_array().unwrap().len(),
            told.files_total
        );
    }
}

#[tokio::test]
async fn of_many_files_the_first_three_hundred_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let mut clone = GitClone::init(folder.path().join("clone.git")).unwrap();
    let base = clone.land(Draft::by(ANN, "Begin (#1)")).unwrap();
    let many = (0..301).fold(Draft::by(ANN, "Many (#2)"), |draft, number| {
        draft.writes(&format!("{number:03}.txt"), "x\n")
    });
    let tip = clone.land(many).unwrap();
    let world = World::of(clone.path(), "ann/words").await.unwrap();
    let github = GitHub::start(world).unwrap();
    let path = format!("/repos/ann/words/compare/{base}...{tip}");
    let answer = Client::of(&github).get(&path, &[]).await;
    let names = texts(&answer, "files", "/filename");
    assert_eq!((names.len(), names[299]), (300, "299.txt"));
}

#[tokio::test]
async fn a_bots_commit_is_by_a_bot() {
    let (github, client, _folder) = served(|_| ()).await;
    let tip = client.pull_request(72).await["defaultBranchRef"]["target"]["oid"].clone();
    let first = client.first_landed().await;
    let path = format!(
        "/repos/sample/storefront/compare/{first}...{}",
        tip.as_str().unwrap()
    );
    let answer = client.get(&path, &[]).await;
    assert_eq!(answer.body["commits"].as_array().unwrap().len(), 30);
    let kinds = texts(&answer, "commits", "/author/type");
    assert!(kinds.contains(&"Bot") && kinds.contains(&"User"));
    assert!(
        answer
            .header("link")
            .starts_with(&format!("<{}{path}?per_page=30&page=2>", github.url()))
    );
}

#[tokio::test]
async fn commits_that_are_not_there_are_not_found() {
    let (_github, client, _folder) = served(|_| ()).await;
    let (one, two) = ("1".repeat(40), "2".repeat(40));
    for range in [format!("{one}...{two}"), "main...main".to_owned(), one] {
        let answer = client
            .get(&format!("/repos/sample/storefront/compare/{range}"), &[])
            .await;
        assert_eq!(
            (answer.status, &answer.body["message"]),
            (404, &"Not Found".into())
        );
    }
    let elsewhere = client.get("/repos/sample/other/compare/a...b", &[]).await;
    assert_eq!(elsewhere.status, 404);
}

proptest::proptest! {
    #[test]
    fn a_patch_applied_to_the_old_text_gives_the_new_one(
        old in "([abc]{0,2}\n){0,30}[ab]{0,2}",
        new in "([abc]{0,2}\n){0,30}[ab]{0,2}",
    ) {
        let patch = patch::between(old.as_bytes(), new.as_bytes());
        proptest::prop_assert_eq!(applied(&old, &patch.text), new);
    }
}

/// `old` with a patch applied, strictly: every line that it shows has to be there.
fn applied(old: &str, patch: &str) -> String {
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let (mut at, mut new) = (0, String::new());
    let mut lines = patch.lines().peekable();
    while let Some(line) = lines.next() {
        let without_end = lines.next_if(|next| next.starts_with('\\')).is_some();
        let (sign, text) = line.split_at(1);
        let text = if without_end {
            text.to_owned()
        } else {
            format!("{text}\n")
        };
        if sign == "@" {
            let start = old_start(line);
            new.extend(old[at..start].iter().copied());
            at = start;
            continue;
        }
        if sign != "+" {
            assert_eq!(old[at], text);
            at += 1;
        }
        if sign != "-" {
            new += &text;
        }
    }
    new.extend(old[at..].iter().copied());
    new
}

/// How many old lines stand before a hunk.
fn old_start(header: &str) -> usize {
    let range = header.split(' ').nth(1).unwrap().trim_start_matches('-');
    let (start, count) = range.split_once(',').unwrap_or((range, "1"));
    let start: usize = start.parse().unwrap();
    if count == "0" { start } else { start - 1 }
}

/// Numbers of the lines that a patch adds, on the new side.
pub(super) fn added_lines(patch: &str) -> HashSet<u64> {
    let mut added = HashSet::new();
    let mut number = 0;
    for line in patch.lines() {
        match line.as_bytes()[0] {
            b'@' => number = new_start(line),
            b'+' => {
                added.insert(number);
                number += 1;
            }
            b' ' => number += 1,
            _ => (),
        }
    }
    added
}

fn new_start(header: &str) -> u64 {
    let start = header.split('+').nth(1).unwrap();
    let digits: String = start.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}
