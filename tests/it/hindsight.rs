//! Nothing from later than a pull request may influence its answer: the history is cut off there,
//! and the answer stays the same to the byte.

use idwo_history::clones::Clones;
use idwo_sandbox::sample;
use serde_json::Value;

use crate::door::Door;

/// The answer about `number`, by a clock that stands still.
async fn answer(path: &std::path::Path, number: u32) -> Value {
    let mut clones = Clones::default();
    clones
        .offer_sample(path, sample::NAME.parse().unwrap(), sample::NOTE)
        .unwrap();
    let door = Door::over(clones).await;
    let reply = door.analyze(sample::NAME, number.into()).await;
    door.close().await;
    reply
}

#[tokio::test]
async fn an_answer_is_the_same_with_and_without_what_came_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sample.git");
    let mut clone = sample::write(&path).unwrap();
    for number in [22, 53, sample::RISKY_PULL] {
        let with_later = answer(&path, number).await;
        let landed = with_later["sources"][0]["revision"]
            .as_str()
            .unwrap()
            .to_owned();
        let tip = clone.cut_at(&landed).unwrap();
        let cut = answer(&path, number).await;
        assert_eq!(with_later, cut, "pull request {number}");
        clone.cut_at(&tip).unwrap();
    }
}

#[tokio::test]
async fn who_reviewed_it_in_the_end_does_not_show() {
    let names = |reviewer: &'static str| async move {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sample.git");
        let mut clone = sample::write(&path).unwrap();
        let message = format!("Last (#90)\n\nReviewed-by: {reviewer}\nApproved-by: {reviewer}");
        let draft = idwo_sandbox::git_clone::Draft::by("Zoe Zed <z@x.test>", &message);
        clone
            .land(
                draft
                    .committed_by(reviewer)
                    .writes("src/payments/retry.rs", "x\n"),
            )
            .unwrap();
        answer(&path, 90).await["result"]["reviewers"].clone()
    };
    let [one, other] = [
        names("Ann Lee <ann@x.test>").await,
        names("Priya Nair <priya@storefront.example>").await,
    ];
    assert_eq!(one, other);
}
