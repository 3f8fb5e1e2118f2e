use idwo_core::health::State;

use super::*;

/// Who wrote each change, and who reviewed it; newest first.
fn people(past: &Past) -> Vec<(&str, Vec<&str>)> {
    let name = |id: &PersonId| past.person(*id).unwrap().name.as_str();
    let named = |change: &PastChange| {
        let reviewers = change.reviewers.iter().map(name);
        (name(&change.author), reviewers.collect())
    };
    past.changes.iter().map(|change| named(change)).collect()
}

fn paths<'a>(past: &'a Past, change: &PastChange) -> Vec<&'a str> {
    let files = change.files.iter();
    files.map(|file| past.path(file.path)).collect()
}

#[tokio::test]
async fn every_change_is_told_with_its_people_paths_and_lines_newest_first() {
    let mut story = Story::begun();
    let reviewed = "b (#2)\n\nReviewed-by: Ann Lee <ann@x.test>";
    let draft = Draft::by(BO, reviewed).writes("src/deep/b.rs", "b\n");
    story.clone.land(draft).unwrap();
    let draft = Draft::by(ANN, "Fix a").writes("src/a.rs", "1\ntwo\nthree\n");
    let last = story.clone.land(draft.writes("docs/x.md", "x\n")).unwrap();
    let past = story.past(&last).await;
    assert_eq!(
        people(&past),
        [
            ("Ann Lee", vec![]),
            ("Bo Kim", vec!["Ann Lee"]),
            ("Ann Lee", vec![])
        ]
    );
    let [fix, reviewed, _] = &past.changes[..] else {
        panic!("{past:?}")
    };
    assert_eq!(paths(&past, fix), ["docs/x.md", "src/a.rs"]);
    let lines: Vec<_> = fix.files.iter().map(|file| file.lines).collect();
    assert_eq!(
        lines,
        [Some(1), Some(2)],
        "one added; one added and one deleted"
    );
    assert_eq!((fix.intent.fix, reviewed.intent.fix), (true, false));
    assert_eq!(reviewed.number.unwrap().get(), 2);
    assert_eq!((past.changes.len(), &past.reach), (3, &Reach::Whole));
}

#[tokio::test]
async fn nothing_after_the_given_commit_is_seen() {
    let mut story = Story::begun();
    let before = story
        .clone
        .land(Draft::by(BO, "b").writes("src/a.rs", "1\n"))
        .unwrap();
    let earlier = story.past(&before).await;
    story
        .clone
        .land(
            Draft::by(ANN, "later")
                .writes("src/a.rs", "2\n")
                .writes(".mailmap", "Renamed <bo@x.test>\n"),
        )
        .unwrap();
    let later = story.past(&before).await;
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
    let past = story.past(&last).await;
    let [by_bors, by_hand, _] = &past.changes[..] else {
        panic!("{past:?}")
    };
    assert_eq!(past.person(by_bors.author).unwrap().name, "Bo Kim");
    let person = |id: PersonId| past.person(id).unwrap();
    let reviewers = by_bors.reviewers.iter();
    let approvers: Vec<_> = reviewers
        .filter_map(|id| person(*id).login.as_deref())
        .collect();
    assert_eq!(
        (approvers, person(by_bors.merged_by.unwrap()).bot),
        (vec!["ann", "cy"], true)
    );
    assert_eq!(person(by_hand.merged_by.unwrap()).name, "Ann Lee");
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
    let past = story.past(&last).await;
    assert_eq!(
        (
            past.person(past.changes[1].author).unwrap().name.as_str(),
            past.person(past.changes[1].author).unwrap().email.as_str()
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
    let past = story.past(&last).await;
    let reviewer = past.person(past.changes[0].reviewers[0]).unwrap();
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
    let past = story.past(&last).await;
    assert_eq!(
        (people(&past), &past.reach),
        (
            vec![("Ann Lee", vec![])],
            &Reach::Cut {
                why: "the clone is shallow".to_owned()
            }
        )
    );
    let refused = story.pull(2).await.unwrap_err().to_string();
    assert!(refused.contains("git fetch --unshallow"), "{refused}");
    let health = story.clones().components().remove(0);
    assert_eq!(health.state, State::Degraded, "{health:?}");
    assert_eq!(health.mend.as_deref(), Some("git fetch --unshallow"));
}
