use super::*;

#[tokio::test]
async fn a_squash_is_compared_with_its_parent() {
    let mut story = Story::begun();
    let squash = Draft::by(BO, "Two is 2 (#5)\n\nBecause.").writes("src/a.rs", "one\n2\nthree\n");
    let landed = story.clone.land(squash).unwrap();
    let pull = story.pull(5).await.unwrap();
    assert_eq!(
        (
            pull.title.as_str(),
            pull.body.trim(),
            pull.author.name.as_str()
        ),
        ("Two is 2", "Because.", "Bo Kim")
    );
    assert!(matches!(&pull.state, State::Merged { commit, .. } if commit.as_str() == landed));
    assert_eq!(
        (
            pull.files.len(),
            pull.commits.len(),
            pull.base == pull.as_of
        ),
        (1, 1, true)
    );
    let file = &pull.files[0];
    assert_eq!(
        (
            file.added()[0].text.as_str(),
            file.deleted()[0].text.as_str(),
            file.hunks()
        ),
        ("2", "two", 1)
    );
    assert_eq!(pull.skipped[0].what, "the branch's own commits");
}

#[tokio::test]
async fn a_merge_keeps_its_branch_and_leaves_out_what_landed_beside_it() {
    let mut story = Story::begun();
    let tip = story
        .clone
        .branch([
            Draft::by(BO, "first").writes("b.rs", "b\n"),
            Draft::by(BO, "second").writes("c.rs", "c\n"),
        ])
        .unwrap();
    story
        .clone
        .land(Draft::by(ANN, "Beside it").writes("z.rs", "z\n"))
        .unwrap();
    let message = "Merge pull request #6 from bo-k/add-b\n\nAdd b and c";
    story.clone.merge(&tip, Draft::by(ANN, message)).unwrap();

    let pull = story.pull(6).await.unwrap();
    assert_eq!(
        (pull.title.as_str(), pull.branch.as_deref()),
        ("Add b and c", Some("add-b"))
    );
    assert_eq!(pull.head.as_str(), tip);
    let messages: Vec<_> = pull
        .commits
        .iter()
        .map(|commit| commit.message.as_str())
        .collect();
    assert_eq!(messages, ["second", "first"]);
    let paths: Vec<_> = pull.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["b.rs", "c.rs"]);
    assert!(
        pull.skipped
            .iter()
            .any(|s| s.what == "the pull request's description")
    );
}

/// Lands a branch of `fork` by each author in turn.
fn land_from_fork(story: &mut Story, fork: &str, authors: &[&str]) {
    for (n, author) in authors.iter().enumerate() {
        let path = format!("{fork}-{n}.rs");
        let tip = story
            .clone
            .branch([Draft::by(author, "x").writes(&path, "x\n")])
            .unwrap();
        let message = format!("Merge pull request #{} from {fork}/branch\n\nX", 100 + n);
        story.clone.merge(&tip, Draft::by(ANN, &message)).unwrap();
    }
}

#[tokio::test]
async fn a_fork_names_its_author_once_history_shows_that_it_is_one_persons() {
    let author = |earlier: &'static [&'static str]| async move {
        let mut story = Story::begun();
        story.clone.origin("https://github.com/acme/shop").unwrap();
        land_from_fork(&mut story, "bo-kim", earlier);
        let tip = story
            .clone
            .branch([Draft::by("Cy <cy@x.test>", "b").writes("b.rs", "b\n")])
            .unwrap();
        story
            .clone
            .merge(
                &tip,
                Draft::by(ANN, "Merge pull request #6 from bo-kim/b\n\nB"),
            )
            .unwrap();
        let author = story.pull(6).await.unwrap().author;
        (author.name, author.login)
    };
    let bo = ("Bo Kim".to_owned(), Some("bo-kim".to_owned()));
    let cy = ("Cy".to_owned(), None);
    assert_eq!(author(&[]).await, cy, "nothing is known of the fork");
    assert_eq!(
        author(&[BO, BO, BO]).await,
        bo,
        "it is Bo's, who opened it with Cy's commit"
    );
    assert_eq!(
        author(&[BO, ANN, "Di <di@x.test>"]).await,
        cy,
        "it is an organisation's"
    );
}

#[tokio::test]
async fn a_merge_from_another_repository_is_not_taken_for_one_of_this() {
    let mut story = Story::begun();
    let foreign = story
        .clone
        .branch(
            [Draft::by(BO, "Merge pull request #8 from bo-k/x\n\nTheirs").writes("t.rs", "t\n")],
        )
        .unwrap();
    story
        .clone
        .merge(&foreign, Draft::by(ANN, "Merge branch 'imported'"))
        .unwrap();
    let doubted = story.pull(8).await.unwrap();
    assert!(
        doubted
            .skipped
            .iter()
            .any(|s| s.what.starts_with("whether this pull request")),
        "{:?}",
        doubted.skipped
    );
    let ours = story
        .clone
        .branch([Draft::by(ANN, "Ours").writes("o.rs", "o\n")])
        .unwrap();
    story.clone.open_pull(8, &ours).unwrap();
    assert_eq!(story.pull(8).await.unwrap().title, "Ours");
}

#[tokio::test]
async fn a_rebased_pull_is_seen_as_of_where_it_left_main() {
    let mut story = Story::begun();
    let tip = story
        .clone
        .branch([Draft::by(BO, "Add b").writes("b.rs", "b\n")])
        .unwrap();
    story
        .clone
        .land(Draft::by(ANN, "Beside").writes("z.rs", "z\n"))
        .unwrap();
    story.clone.rebase(&tip, ANN).unwrap();
    story.clone.open_pull(9, &tip).unwrap();
    let pull = story.pull(9).await.unwrap();
    assert!(
        matches!(&pull.state, State::Unknown { why } if why.contains("looks like it rebased")),
        "{:?}",
        pull.state
    );
    assert_eq!(pull.as_of, pull.base);
}

#[tokio::test]
async fn a_merge_without_words_takes_its_title_from_the_branch() {
    let mut story = Story::begun();
    let tip = story
        .clone
        .branch([
            Draft::by(BO, "Oldest says it").writes("b.rs", "b\n"),
            Draft::by(BO, "fixup").writes("b.rs", "c\n"),
        ])
        .unwrap();
    story
        .clone
        .merge(&tip, Draft::by(ANN, "Merge pull request #6 from bo-k/b"))
        .unwrap();
    assert_eq!(story.pull(6).await.unwrap().title, "Oldest says it");
}

#[tokio::test]
async fn co_authors_are_kept_apart_from_reviewers() {
    let mut story = Story::begun();
    let message = "B (#6)\n\nCo-authored-by: Cy Dee <cy@x.test>\nReviewed-by: Di <di@x.test>";
    story
        .clone
        .land(Draft::by(BO, message).writes("b.rs", "b\n"))
        .unwrap();
    let names: Vec<_> = story
        .pull(6)
        .await
        .unwrap()
        .co_authors
        .into_iter()
        .map(|person| person.name)
        .collect();
    assert_eq!(
        names, ["Cy Dee"; 2],
        "once in the title's commit, once in the landing"
    );
}

#[tokio::test]
async fn a_bors_merge_is_read_without_its_approval() {
    let mut story = Story::begun();
    let tip = story
        .clone
        .branch([Draft::by(BO, "b").writes("b.rs", "b\n")])
        .unwrap();
    let message =
        "Auto merge of #7 - bo-k:fix/b, r=ann\n\nAdd b\n\nReviewed-by: Cy <c@x.test>\nFixes #3";
    story.clone.merge(&tip, Draft::by(BORS, message)).unwrap();
    let pull = story.pull(7).await.unwrap();
    assert_eq!(
        (pull.title.as_str(), pull.branch.as_deref()),
        ("Add b", Some("fix/b"))
    );
    assert!(pull.body.contains("Fixes #3") && !pull.body.contains("Cy"));
}

#[tokio::test]
async fn an_open_pull_is_compared_with_where_it_left_main() {
    let mut story = Story::begun();
    let tip = story
        .clone
        .branch([Draft::by(BO, "Add b\n\nCloses #1").writes("b.rs", "b\n")])
        .unwrap();
    let main = story
        .clone
        .land(Draft::by(ANN, "Later").writes("z.rs", "z\n"))
        .unwrap();
    story.clone.open_pull(8, &tip).unwrap();
    let pull = story.pull(8).await.unwrap();
    assert!(matches!(pull.state, State::Unknown { .. }));
    assert_eq!(
        (pull.title.as_str(), pull.files.len(), pull.as_of.as_str()),
        ("Add b", 1, main.as_str())
    );
    assert_ne!(pull.base, pull.as_of);
}

#[tokio::test]
async fn later_commits_never_change_which_commit_a_number_is() {
    let mut story = Story::begun();
    let landed = story
        .clone
        .land(Draft::by(BO, "Real one (#9)").writes("b.rs", "b\n"))
        .unwrap();
    let alone = story.pull(9).await.unwrap();
    story
        .clone
        .land(Draft::by(ANN, "Quotes it (#9)").writes("c.rs", "c\n"))
        .unwrap();
    let tip = story
        .clone
        .branch([Draft::by(BO, "e").writes("e.rs", "e\n")])
        .unwrap();
    story
        .clone
        .merge(
            &tip,
            Draft::by(ANN, "Merge pull request #9 from other/side\n\nLater"),
        )
        .unwrap();
    let tip = story
        .clone
        .branch([Draft::by(BO, "Backport (#9)").writes("d.rs", "d\n")])
        .unwrap();
    story
        .clone
        .merge(&tip, Draft::by(ANN, "Merge branch 'stable'"))
        .unwrap();
    let later = story.pull(9).await.unwrap();
    assert_eq!(
        (alone.head.as_str(), later.head.as_str()),
        (landed.as_str(), landed.as_str())
    );
    assert_eq!(
        (alone.as_of, alone.files.len()),
        (later.as_of, later.files.len())
    );
}

#[tokio::test]
async fn a_pull_that_landed_on_another_line_is_found() {
    let mut story = Story::begun();
    let tip = story
        .clone
        .branch([Draft::by(BO, "On stable (#10)").writes("b.rs", "b\n")])
        .unwrap();
    story
        .clone
        .merge(&tip, Draft::by(ANN, "Merge branch 'stable'"))
        .unwrap();
    assert_eq!(story.pull(10).await.unwrap().head.as_str(), tip);
}

#[tokio::test]
async fn renamed_binary_and_deleted_files_are_told_apart() {
    let mut story = Story::begun();
    let lines: String = (0..20).map(|n| format!("line {n}\n")).collect();
    story
        .clone
        .land(
            Draft::by(ANN, "Setup")
                .writes("old.rs", &lines)
                .writes("gone.rs", "x\n"),
        )
        .unwrap();
    let change = Draft::by(BO, "Move (#11)")
        .removes("old.rs")
        .writes("new.rs", format!("{lines}more\n"))
        .removes("gone.rs")
        .writes("logo.png", b"\x89PNG\0\0");
    story.clone.land(change).unwrap();
    let pull = story.pull(11).await.unwrap();
    let kinds: Vec<_> = pull
        .files
        .iter()
        .map(|file| (file.path.as_str(), file.kind.clone()))
        .collect();
    let renamed = FileChange::Renamed {
        from: "old.rs".into(),
    };
    assert_eq!(
        kinds,
        [
            ("gone.rs", FileChange::Deleted),
            ("logo.png", FileChange::Added),
            ("new.rs", renamed)
        ]
    );
    assert!(matches!(pull.files[1].content, Content::Binary));
    assert_eq!(
        (pull.files[2].added().len(), pull.files[2].deleted().len()),
        (1, 0)
    );
}

#[tokio::test]
async fn a_file_too_large_to_compare_is_listed_not_dropped() {
    let mut story = Story::begun();
    let large = "x".repeat(5 * 1024 * 1024);
    story
        .clone
        .land(
            Draft::by(BO, "Large (#12)")
                .writes("large.txt", large)
                .writes("b.rs", "b\n"),
        )
        .unwrap();
    let pull = story.pull(12).await.unwrap();
    assert_eq!((pull.files.len(), pull.files[0].added().len()), (2, 1));
    assert!(matches!(pull.files[1].content, Content::NotRead));
    assert!(
        pull.skipped
            .iter()
            .any(|s| s.what == "the lines of 1 changed files"),
        "{:?}",
        pull.skipped
    );
}

#[tokio::test]
async fn what_cannot_be_answered_says_what_to_change() {
    let mut story = Story::new();
    story
        .clone
        .land(Draft::by(ANN, "First of all (#1)").writes("a", "a\n"))
        .unwrap();
    let base = story
        .clone
        .land(Draft::by(ANN, "Second").writes("b", "b\n"))
        .unwrap();
    story.clone.open_pull(2, &base).unwrap();
    for (number, expected) in [
        (1, "git fetch --unshallow"),
        (2, "already part of HEAD"),
        (404, "git fetch origin pull/404/head:refs/pull/404/head"),
    ] {
        let failure = story.pull(number).await.unwrap_err();
        assert!(
            matches!(failure, Failure::Caller { .. }) && failure.to_string().contains(expected),
            "{failure}"
        );
    }
}

#[tokio::test]
async fn a_repository_that_is_not_offered_is_refused_with_those_that_are() {
    let story = Story::begun();
    let other: RepositoryName = "else/where".parse().unwrap();
    let number = PullNumber::new(1).unwrap();
    let failure = story
        .clones()
        .pull_request(&other, number, &Watcher::silent())
        .await
        .unwrap_err();
    assert!(
        failure.to_string().contains("one of: local/shop"),
        "{failure}"
    );
}

#[tokio::test]
async fn a_clone_goes_by_its_origin_and_by_its_folder() {
    let mut story = Story::begun();
    story
        .clone
        .land(Draft::by(BO, "B (#5)").writes("b", "b\n"))
        .unwrap();
    story.clone.origin("git@github.com:acme/shop.git").unwrap();
    for asked in ["acme/shop", "ACME/Shop", "local/shop"] {
        let number = PullNumber::new(5).unwrap();
        let pull = story
            .clones()
            .pull_request(&asked.parse().unwrap(), number, &Watcher::silent())
            .await
            .unwrap();
        assert_eq!(pull.repository.to_string(), "acme/shop");
        assert_eq!(
            pull.provenance.web.as_deref(),
            Some("https://github.com/acme/shop")
        );
    }
    let mut twice = story.clones();
    let said = twice.offer(story.clone.path()).unwrap_err().to_string();
    assert!(
        said.starts_with("two of the clones are of acme/shop"),
        "{said}"
    );
}

#[tokio::test]
async fn the_branch_that_pull_requests_land_on_goes_by_its_own_name() {
    let story = Story::begun();
    let place = story.clone.path();
    let main = std::fs::read_to_string(place.join("refs/heads/main")).unwrap();
    assert_eq!(
        branch_of(&story),
        ("main".to_owned(), main.trim().to_owned())
    );
    std::fs::rename(
        place.join("refs/heads/main"),
        place.join("refs/heads/trunk"),
    )
    .unwrap();
    std::fs::write(place.join("HEAD"), "ref: refs/heads/trunk\n").unwrap();
    assert_eq!(
        branch_of(&story),
        ("trunk".to_owned(), main.trim().to_owned())
    );
}

fn branch_of(story: &Story) -> (String, String) {
    let (branch, tip) = story.clones().default_branch(&name()).unwrap();
    (branch, tip.to_string())
}
