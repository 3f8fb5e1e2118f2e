use idwo_core::health::State;

use super::*;

fn people(changes: &PastChanges) -> Vec<(&str, Vec<&str>)> {
    changes
        .changes
        .iter()
        .map(|c| {
            (
                c.author.name.as_str(),
                c.reviewers.iter().map(|p| p.name.as_str()).collect(),
            )
        })
        .collect()
}

#[tokio::test]
async fn only_changes_to_the_paths_asked_for_count_newest_first() {
    let mut story = Story::begun();
    story
        .clone
        .land(
            Draft::by(BO, "b (#2)\n\nReviewed-by: Ann Lee <ann@x.test>")
                .writes("src/deep/b.rs", "b\n"),
        )
        .unwrap();
    story
        .clone
        .land(Draft::by(ANN, "Elsewhere").writes("docs/x.md", "x\n"))
        .unwrap();
    let last = story
        .clone
        .land(Draft::by(ANN, "a").writes("src/a.rs", "1\n"))
        .unwrap();
    let past = story
        .past(&last, &["src/a.rs", "src/deep", "src/none.rs"])
        .await;
    assert_eq!(
        people(&past),
        [
            ("Ann Lee", vec![]),
            ("Bo Kim", vec!["Ann Lee"]),
            ("Ann Lee", vec![])
        ]
    );
    let touched: Vec<_> = past
        .changes
        .iter()
        .map(|change| change.touched.clone())
        .collect();
    assert_eq!(
        (touched, past.looked_at, past.complete),
        (vec![vec![0], vec![1], vec![0]], 4, true)
    );
}

#[tokio::test]
async fn nothing_after_the_given_commit_is_seen() {
    let mut story = Story::begun();
    let before = story
        .clone
        .land(Draft::by(BO, "b").writes("src/a.rs", "1\n"))
        .unwrap();
    let earlier = story.past(&before, &["src/a.rs"]).await;
    story
        .clone
        .land(
            Draft::by(ANN, "later")
                .writes("src/a.rs", "2\n")
                .writes(".mailmap", "Renamed <bo@x.test>\n"),
        )
        .unwrap();
    let later = story.past(&before, &["src/a.rs"]).await;
    assert_eq!(people(&earlier), people(&later));
    assert_eq!(people(&later)[0].0, "Bo Kim");
}

#[tokio::test]
async fn a_merge_names_author_merger_and_approvers() {
    let mut story = Story::begun();
    story.clone.origin("https://github.com/acme/shop").unwrap();
    let tip = story
        .clone
        .branch([Draft::by(BO, "b").writes("src/b.rs", "b\n")])
        .unwrap();
    story
        .clone
        .merge(
            &tip,
            Draft::by(ANN, "Merge pull request #3 from bo-k/b\n\nB"),
        )
        .unwrap();
    let tip = story
        .clone
        .branch([Draft::by(BO, "c").writes("src/c.rs", "c\n")])
        .unwrap();
    let last = story
        .clone
        .merge(
            &tip,
            Draft::by(BORS, "Auto merge of #4 - bo-k:c, r=ann,cy\n\nC"),
        )
        .unwrap();
    let past = story.past(&last, &["src"]).await;
    let [by_bors, by_hand, _] = &past.changes[..] else {
        panic!("{past:?}")
    };
    assert_eq!(by_bors.author.name, "Bo Kim");
    let approvers: Vec<_> = by_bors
        .reviewers
        .iter()
        .filter_map(|p| p.login.as_deref())
        .collect();
    assert_eq!(
        (approvers, by_bors.merged_by.is_none()),
        (vec!["ann", "cy"], true)
    );
    assert_eq!(by_hand.merged_by.as_ref().unwrap().name, "Ann Lee");
}

#[tokio::test]
async fn the_mailmap_of_that_time_corrects_names() {
    let mut story = Story::begun();
    let mailmap = "Ann Lee-Smith <ann@home.test> <ann@x.test>\n";
    let last = story
        .clone
        .land(
            Draft::by(ANN, "Mailmap")
                .writes(".mailmap", mailmap)
                .writes("src/a.rs", "1\n"),
        )
        .unwrap();
    let past = story.past(&last, &["src/a.rs"]).await;
    assert_eq!(
        (
            past.changes[1].author.name.as_str(),
            past.changes[1].author.email.as_str()
        ),
        ("Ann Lee-Smith", "ann@home.test")
    );
}

#[tokio::test]
async fn an_approver_is_met_by_the_name_that_their_fork_gave_away() {
    let mut story = Story::begun();
    story.clone.origin("https://github.com/acme/shop").unwrap();
    for n in 0..2 {
        let tip = story
            .clone
            .branch([Draft::by(ANN, "x").writes(&format!("x{n}.rs"), "x\n")])
            .unwrap();
        let message = format!("Merge pull request #{n} from ann-lee/x\n\nX");
        story
            .clone
            .merge(&tip, Draft::by(BO, &message.replace("#0", "#10")))
            .unwrap();
    }
    let tip = story
        .clone
        .branch([Draft::by(BO, "c").writes("src/c.rs", "c\n")])
        .unwrap();
    let last = story
        .clone
        .merge(
            &tip,
            Draft::by(BORS, "Auto merge of #4 - bo-k:c, r=ann-lee\n\nC"),
        )
        .unwrap();
    let past = story.past(&last, &["src/c.rs"]).await;
    let reviewer = &past.changes[0].reviewers[0];
    assert_eq!(
        (reviewer.name.as_str(), reviewer.login.as_deref()),
        ("Ann Lee", Some("ann-lee"))
    );
}

#[tokio::test]
async fn the_boundary_of_a_shallow_clone_tells_nothing_of_who_changed_what() {
    let mut story = Story::begun();
    let boundary = story
        .clone
        .land(Draft::by(BO, "Elsewhere (#2)").writes("z.rs", "z\n"))
        .unwrap();
    let last = story
        .clone
        .land(Draft::by(ANN, "a (#3)").writes("src/a.rs", "1\n"))
        .unwrap();
    story.clone.make_shallow_at(&boundary).unwrap();
    let past = story.past(&last, &["src/a.rs"]).await;
    assert_eq!(
        (people(&past), past.complete),
        (vec![("Ann Lee", vec![])], false)
    );
    let refused = story.pull(2).await.unwrap_err().to_string();
    assert!(refused.contains("git fetch --unshallow"), "{refused}");
    let health = story.clones().components().remove(0);
    assert_eq!(health.state, State::Degraded, "{health:?}");
    assert_eq!(health.mend.as_deref(), Some("git fetch --unshallow"));
}

#[tokio::test]
async fn what_lies_further_back_than_is_looked_is_said_to_be_missing() {
    let mut story = Story::begun();
    let mut last = String::new();
    for n in 0..3000 {
        last = story
            .clone
            .land(Draft::by(BO, "z").writes("z", n.to_string()))
            .unwrap();
    }
    let past = story.past(&last, &["src/a.rs"]).await;
    assert_eq!(
        (past.changes.len(), past.looked_at, past.complete),
        (0, 3000, false)
    );
}
