//! What the past of a repository says of a pull request, through the front door: numbers that can be
//! counted by hand in the story.

use std::sync::Arc;

use idwo_clients::services::Services;
use idwo_core::clock::StoppedClock;
use idwo_core::watcher::Watcher;
use idwo_history::clones::Clones;
use idwo_local::in_process::InProcess;
use idwo_sandbox::git_clone::{Draft, GitClone};
use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::door::Door;

const ANN: &str = "Ann Lee <ann@x.test>";
const BO: &str = "Bo Kim <bo@x.test>";
const CY: &str = "Cy Dee <cy@x.test>";

fn lines(count: usize) -> String {
    (0..count).map(|n| format!("line {n}\n")).collect()
}

fn written(story: impl FnOnce(&mut GitClone)) -> (Clones, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut clone = GitClone::init(folder.path().join("shop.git")).unwrap();
    story(&mut clone);
    let mut clones = Clones::default();
    clones.offer(clone.path()).unwrap();
    (clones, folder)
}

/// The result for pull request `number` of a clone that `story` wrote, in full.
async fn asked(number: u64, story: impl FnOnce(&mut GitClone)) -> Value {
    let (clones, _folder) = written(story);
    let door = Door::over(clones).await;
    let arguments =
        json!({ "owner": "local", "repo": "shop", "pull_number": number, "detail": "full" });
    let reply = door.call("analyze_pr", arguments).await;
    door.close().await;
    reply["structuredContent"]["result"].clone()
}

fn factor<'a>(result: &'a Value, name: &str) -> &'a Value {
    let factors = result["risk"]["factors"].as_array().unwrap();
    let named = factors.iter().find(|factor| factor["name"] == name);
    &named.unwrap()["value"]
}

fn strings(list: &Value, field: &str) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| item[field].as_str().unwrap().to_owned())
        .collect()
}

/// Twenty changes of 1 to 20 lines of code, each in a file of its own.
fn twenty_changes(clone: &mut GitClone) {
    for n in 1..=20 {
        let draft = Draft::by(ANN, &format!("Step {n} (#{n})"));
        clone
            .land(draft.writes(&format!("src/part{n}.rs"), lines(n)))
            .unwrap();
    }
}

#[tokio::test]
async fn each_factor_of_risk_is_what_the_history_says() {
    let result = asked(30, |clone| {
        twenty_changes(clone);
        let draft = Draft::by(BO, "Revert \"Step 3\" (#21)");
        clone.land(draft.writes("src/part3.rs", "gone\n")).unwrap();
        let risky = Draft::by(CY, "Change (#30)")
            .writes("src/part3.rs", lines(3))
            .writes("src/new.rs", lines(6))
            .writes("Cargo.lock", lines(90))
            .writes("docs/guide.md", lines(50));
        clone.land(risky).unwrap();
    })
    .await;
    // Four lines in part3.rs (one deleted, three added) and six in new.rs; neither prose nor lock.
    assert_eq!(factor(&result, "source_lines"), 10.0);
    // Nine of the twenty changes, and the revert with its four lines, changed fewer.
    assert_eq!(factor(&result, "larger_than_usual"), 0.476);
    // part3.rs was reverted, new.rs was not.
    assert_eq!(factor(&result, "reverted_files"), 0.5);
    // Two earlier changes to part3.rs, none to new.rs.
    assert_eq!(factor(&result, "busy_files"), 1.0);
    let factors = result["risk"]["factors"].as_array().unwrap().iter();
    let signs = factors.map(|factor| factor["weight"].as_f64().unwrap() > 0.0);
    assert_eq!(
        signs.collect::<Vec<_>>(),
        [false, true, true, false],
        "fewer lines and calmer files than average, larger than usual here, reverted"
    );
}

#[tokio::test]
async fn a_larger_change_to_files_that_were_reverted_is_riskier() {
    let with = |files: usize, reverted: bool| {
        asked(30, move |clone| {
            twenty_changes(clone);
            let title = if reverted { "Revert \"Step\"" } else { "Step" };
            let draft = Draft::by(BO, title).writes("src/part1.rs", "x\n");
            clone.land(draft).unwrap();
            let mut change = Draft::by(CY, "Change (#30)").writes("src/part1.rs", lines(9));
            for n in 0..files {
                change = change.writes(&format!("src/part{}.rs", n + 2), lines(40));
            }
            clone.land(change).unwrap();
        })
    };
    let risk = |result: Value| result["risk"]["probability"].as_f64().unwrap();
    let small = risk(with(0, false).await);
    assert!(small < risk(with(5, false).await), "size counts");
    assert!(small < risk(with(0, true).await), "reverts count");
}

#[tokio::test]
async fn a_short_history_leaves_what_is_usual_unknown() {
    let result = asked(2, |clone| {
        clone
            .land(Draft::by(ANN, "One (#1)").writes("a.rs", "1\n"))
            .unwrap();
        clone
            .land(Draft::by(ANN, "Two (#2)").writes("a.rs", "2\n"))
            .unwrap();
    })
    .await;
    assert!(factor(&result, "larger_than_usual")["unknown"].is_string());
    assert_eq!(factor(&result, "busy_files"), 1.0);
    let time = result["time_to_merge_hours"]["unknown"].as_str().unwrap();
    assert!(time.starts_with("insufficient_data"), "{time}");
}

#[tokio::test]
async fn reviewers_of_the_author_and_of_the_folder_come_before_who_wrote_it() {
    let reviewed = |n: u32, by: &str| format!("Step {n} (#{n})\n\nReviewed-by: {by}");
    let eve = "Eve Fox <eve@x.test>";
    let result = asked(40, |clone| {
        for n in 1..=12 {
            let draft = Draft::by(ANN, &reviewed(n, CY)).writes("pay/a.rs", lines(n as usize));
            clone.land(draft).unwrap();
        }
        let other = Draft::by(BO, &reviewed(13, eve)).writes("web/b.ts", lines(3));
        clone.land(other).unwrap();
        let bot = Draft::by(
            "dependabot[bot] <d@x.test>",
            &reviewed(14, "ci[bot] <ci@x.test>"),
        );
        clone.land(bot.writes("pay/a.rs", "1\n")).unwrap();
        let change = Draft::by(BO, "Change (#40)").writes("pay/a.rs", lines(5));
        clone.land(change).unwrap();
    })
    .await;
    assert_eq!(
        strings(&result["reviewers"], "name"),
        ["Cy Dee", "Eve Fox", "Ann Lee"]
    );
    assert_eq!(result["reviewers_confidence"], "measured");
    let reasons = &result["reviewers"]["items"][1]["reasons"];
    assert_eq!(reasons[0], "reviewed 1 earlier change by this author");
    assert_eq!(result["reviewers"]["items"][0]["recent_reviews"], 12);
}

#[tokio::test]
async fn where_no_review_is_known_confidence_is_low() {
    let result = asked(2, |clone| {
        clone
            .land(Draft::by(ANN, "One (#1)").writes("a.rs", "1\n"))
            .unwrap();
        clone
            .land(Draft::by(BO, "Two (#2)").writes("a.rs", "2\n"))
            .unwrap();
    })
    .await;
    assert_eq!(result["reviewers_confidence"], "low");
    assert_eq!(strings(&result["reviewers"], "name"), ["Ann Lee"]);
}

/// Merges branch `n`, begun `days` before it lands.
fn merge_after(clone: &mut GitClone, n: usize, days: i64) {
    let work = Draft::by(ANN, "work").writes(&format!("src/{n}.rs"), lines(4));
    let tip = clone.branch([work]).unwrap();
    let title = format!("Merge pull request #{n} from ann/b{n}\n\nStep {n}");
    clone
        .merge(&tip, Draft::by(BO, &title).days_later(days))
        .unwrap();
}

#[tokio::test]
async fn time_to_merge_is_what_changes_of_like_size_took() {
    let result = asked(99, |clone| {
        clone
            .land(Draft::by(ANN, "Begin").writes("a.rs", "1\n"))
            .unwrap();
        for n in 1..=60 {
            merge_after(clone, n, if n % 10 == 0 { 30 } else { 2 });
        }
        merge_after(clone, 99, 1);
    })
    .await;
    let time = &result["time_to_merge_hours"];
    assert_eq!(
        (&time["p50"], &time["p80"]),
        (&json!(48.0), &json!(48.0)),
        "{time}"
    );
    let p90 = time["p90"].as_f64().unwrap();
    assert!(p90 > 48.0, "one in ten took 30 days: {time}");
    assert_eq!(time["n"], 60);
    let held = time["backtest"]["coverage80"].as_f64().unwrap();
    assert!(held >= 0.8 && time["backtest"]["n"] == 40, "{time}");
}

#[tokio::test]
async fn what_used_to_change_too_and_is_missing_is_named_while_it_exists() {
    let story = |keep: bool| {
        move |clone: &mut GitClone| {
            for n in 1..=5 {
                let draft = Draft::by(ANN, &format!("Fix {n} (#{n})"));
                let draft = draft
                    .writes("src/api.rs", lines(n))
                    .writes("api/schema.json", lines(n));
                clone
                    .land(draft.writes(&format!("notes/{n}.md"), "x\n"))
                    .unwrap();
            }
            if !keep {
                let draft = Draft::by(BO, "Drop the schema (#6)").removes("api/schema.json");
                clone.land(draft).unwrap();
            }
            clone
                .land(Draft::by(BO, "Change (#9)").writes("src/api.rs", "new\n"))
                .unwrap();
        }
    };
    let kept = asked(9, story(true)).await;
    assert_eq!(
        kept["missing_companions"]["items"],
        json!([{ "path": "api/schema.json", "changes_with": "src/api.rs", "together": 5, "of": 5 }])
    );
    let history = &kept["file_history"]["items"][0];
    assert_eq!(
        (&history["changes"], &history["fixes"]),
        (&json!(5), &json!(5))
    );
    assert_eq!(history["churn_lines"], 1 + 1 + 1 + 1 + 1);
    let dropped = asked(9, story(false)).await;
    assert_eq!(dropped["missing_companions"]["total"], 0);
}

#[tokio::test]
async fn parts_that_nothing_holds_together_are_told_apart() {
    let story = |together: bool| {
        move |clone: &mut GitClone| {
            for (n, path) in (1..).zip(["pay/a.rs", "web/b.ts"]) {
                let draft = Draft::by(ANN, &format!("Step {n} (#{n})"));
                clone.land(draft.writes(path, "1\n")).unwrap();
            }
            if together {
                let both = Draft::by(ANN, "Both (#3)").writes("pay/a.rs", "2\n");
                clone.land(both.writes("web/b.ts", "2\n")).unwrap();
            }
            let change = Draft::by(BO, "Change (#9)").writes("pay/a.rs", lines(30));
            clone.land(change.writes("web/b.ts", lines(40))).unwrap();
        }
    };
    let apart = asked(9, story(false)).await;
    assert_eq!(apart["split"]["total"], 2);
    assert_eq!(apart["split"]["items"][0]["paths"], json!(["web/b.ts"]));
    assert_eq!(asked(9, story(true)).await["split"]["total"], 0);
}

#[tokio::test]
async fn changed_public_declarations_are_shown_as_they_were_and_are() {
    let result = asked(2, |clone| {
        let old = "pub fn pay(x: u8) {}\npub fn gone() {}\nfn own() {}\n";
        clone
            .land(Draft::by(ANN, "One (#1)").writes("src/a.rs", old))
            .unwrap();
        let new = "pub fn pay(x: u16) {}\nfn own(y: u8) {}\npub fn new() {}\n";
        clone
            .land(Draft::by(BO, "Two (#2)").writes("src/a.rs", new))
            .unwrap();
    })
    .await;
    assert_eq!(
        result["public_signatures"]["items"],
        json!([
            { "path": "src/a.rs", "line": 2, "before": "pub fn gone()" },
            { "path": "src/a.rs", "line": 1, "before": "pub fn pay(x: u8)", "after": "pub fn pay(x: u16)" },
            { "path": "src/a.rs", "line": 3, "after": "pub fn new()" },
        ])
    );
}

#[tokio::test]
async fn who_is_short_of_time_gets_a_part_and_the_call_for_the_rest() {
    let (clones, _folder) = written(twenty_changes);
    let clock = Arc::new(StoppedClock(Timestamp::UNIX_EPOCH));
    let host = InProcess::new(clones, Services::default(), clock);
    let ask = |watcher: Watcher| {
        let arguments = json!({ "owner": "local", "repo": "shop", "pull_number": 20 });
        let arguments = arguments.as_object().unwrap().clone();
        host.tool("analyze_pr", arguments, watcher)
    };
    let hurried = Watcher::silent();
    hurried.hurry();
    let partial = ask(hurried).await.unwrap().structured;
    assert_eq!(partial["status"], "partial");
    for name in [
        "risk",
        "time_to_merge_hours",
        "file_history",
        "split",
        "missing_companions",
    ] {
        assert!(
            partial["result"][name]["unknown"].is_string(),
            "{name}: {partial:#}"
        );
    }
    let skipped = partial["coverage"]["skipped"].to_string();
    assert!(skipped.contains("ask again"), "{skipped}");
    let next = &partial["next"][0];
    assert_eq!(
        next["arguments"],
        json!({
            "owner": "local", "repo": "shop", "pull_number": 20,
            "include_jira_context": false, "detail": "summary",
        })
    );
    let whole = ask(Watcher::silent()).await.unwrap().structured;
    assert_eq!(whole["status"], "ok");
    assert!(whole["result"]["risk"]["score"].is_u64());
}

#[tokio::test]
async fn whose_branch_it_is_is_not_asked_to_review_it() {
    let eric = "Eric Huss <eric@x.test>";
    let bors = "bors <bors@rust-lang.org>";
    let result = asked(9, |clone| {
        clone
            .land(Draft::by(ANN, "Begin").writes("a.rs", "1\n"))
            .unwrap();
        for n in 1..=2 {
            let work = Draft::by(ANN, "work").writes("a.rs", lines(n));
            let tip = clone.branch([work]).unwrap();
            let title = format!("Auto merge of #{n} - bo:x, r=ehuss,cy\n\nStep");
            clone.merge(&tip, Draft::by(bors, &title)).unwrap();
        }
        let work = Draft::by(eric, "work").writes("a.rs", lines(9));
        let tip = clone.branch([work]).unwrap();
        clone
            .merge(
                &tip,
                Draft::by(bors, "Auto merge of #9 - ehuss:y, r=cy\n\nMine"),
            )
            .unwrap();
    })
    .await;
    assert_eq!(strings(&result["reviewers"], "name"), ["cy", "Ann Lee"]);
}

#[tokio::test]
async fn a_change_to_both_names_of_a_file_is_one_change() {
    let result = asked(9, |clone| {
        for n in 1..=3 {
            let both = Draft::by(ANN, &format!("Fix both (#{n})"));
            let both = both.writes("src/old.rs", lines(20 + n));
            clone.land(both.writes("src/new.rs", lines(2 * n))).unwrap();
        }
        let rename = Draft::by(BO, "Move (#9)").removes("src/old.rs");
        clone.land(rename.writes("src/new.rs", lines(23))).unwrap();
    })
    .await;
    let histories = result["file_history"]["items"].as_array().unwrap();
    for history in histories {
        assert_eq!(
            (&history["changes"], &history["fixes"]),
            (&json!(3), &json!(3)),
            "{history}"
        );
    }
}

#[tokio::test]
async fn who_is_named_twice_for_one_review_reviewed_once() {
    let result = asked(9, |clone| {
        let title = "One (#1)\n\nReviewed-by: Cy Dee <cy@x.test>\nAcked-by: Cy Dee <cy@x.test>";
        clone
            .land(Draft::by(ANN, title).writes("a.rs", "1\n"))
            .unwrap();
        clone
            .land(Draft::by(BO, "Two (#9)").writes("a.rs", "2\n"))
            .unwrap();
    })
    .await;
    let cy = &result["reviewers"]["items"][0];
    assert_eq!(
        (&cy["name"], &cy["recent_reviews"]),
        (&json!("Cy Dee"), &json!(1))
    );
    assert_eq!(
        cy["reasons"][0],
        "reviewed 1 earlier change in these folders"
    );
}

#[tokio::test]
async fn prose_that_every_change_touches_holds_nothing_together() {
    let result = asked(9, |clone| {
        for (n, path) in (1..).zip(["pay/a.rs", "web/b.ts"]) {
            let draft = Draft::by(ANN, &format!("Step {n} (#{n})")).writes(path, "1\n");
            clone.land(draft.writes("CHANGELOG.md", lines(n))).unwrap();
        }
        let change = Draft::by(BO, "Change (#9)").writes("pay/a.rs", lines(30));
        let change = change.writes("CHANGELOG.md", lines(9));
        clone.land(change.writes("web/b.ts", lines(40))).unwrap();
    })
    .await;
    assert_eq!(result["split"]["total"], 2);
}

#[tokio::test]
async fn what_is_not_read_is_not_sized() {
    let result = asked(99, |clone| {
        twenty_changes(clone);
        let large = "x\n".repeat(3 * 1024 * 1024);
        clone
            .land(Draft::by(BO, "Large (#99)").writes("src/large.rs", large))
            .unwrap();
    })
    .await;
    for name in ["risk", "time_to_merge_hours", "split"] {
        let why = result[name]["unknown"].as_str();
        let why = why.unwrap_or_else(|| panic!("{name}: {}", result[name]));
        assert!(
            why.contains("not all changed lines were read"),
            "{name}: {why}"
        );
    }
}
