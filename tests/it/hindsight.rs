//! Nothing from later than a pull request may influence its answer: the history is cut off there,
//! and the answer stays the same to the byte.

use idwo_sandbox::git_clone::{Draft, GitClone};
use idwo_sandbox::sample;
use serde_json::Value;

use crate::door::{Door, sample_clones};

/// The answer about `number`, by a clock that stands still.
async fn answer(path: &std::path::Path, number: u32) -> Value {
    let door = Door::over(sample_clones(path)).await;
    let reply = door.analyze(sample::NAME, number.into()).await;
    door.close().await;
    reply
}

/// All that could change an answer if later commits were looked at.
fn go_on(clone: &mut GitClone) {
    let eve = "Eve Late <eve@late.test>";
    let mailmap = "Eve Late <eve@late.test> <4104+priya-n@users.noreply.github.com>\nEve Late <eve@late.test> <priya@storefront.example>\n";
    let rules = Draft::by(eve, "Change every rule (#201)")
        .writes(".github/CODEOWNERS", "* @eve-late\n")
        .writes(".gitattributes", "** linguist-generated\n")
        .writes(".mailmap", mailmap);
    clone.land(rules).unwrap();
    for number in [22, 53, sample::RISKY_PULL] {
        clone
            .land(
                Draft::by(eve, &format!("Quote it (#{number})"))
                    .writes("quoted.rs", number.to_string()),
            )
            .unwrap();
    }
    let tip = clone
        .branch([Draft::by(eve, "side").writes("src/payments/retry.rs", "side\n")])
        .unwrap();
    let merge = format!(
        "Merge pull request #{} from eve-late/side\n\nSide\n\nReviewed-by: {eve}",
        sample::RISKY_PULL
    );
    clone.merge(&tip, Draft::by(eve, &merge)).unwrap();
    for n in 0..9 {
        let touch = Draft::by(
            eve,
            &format!("Touch it all (#{})\n\nReviewed-by: {eve}", 210 + n),
        );
        let touch = touch
            .writes("src/payments/retry.rs", format!("{n}\n"))
            .writes("src/payments/gateway.rs", format!("{n}\n"));
        clone
            .land(touch.writes("src/config.rs", format!("{n}\n")))
            .unwrap();
    }
}

#[tokio::test]
async fn an_answer_is_the_same_with_and_without_what_came_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sample.git");
    let mut clone = sample::write(&path).unwrap();
    go_on(&mut clone);
    for number in [22, 53, sample::RISKY_PULL] {
        let with_later = answer(&path, number).await;
        assert!(!with_later.to_string().contains("Late"), "{with_later:#}");
        let landed = with_later["sources"][0]["revision"]
            .as_str()
            .unwrap()
            .to_owned();
        let tip = clone.cut_at(&landed).unwrap();
        assert_ne!(tip, landed, "something has to be cut off");
        assert_eq!(
            with_later,
            answer(&path, number).await,
            "pull request {number}"
        );
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
        let draft = Draft::by("Zoe Zed <z@x.test>", &message);
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
