//! Every class of bad argument answers with a tool error that says what to change.

use serde_json::{Value, json};

use crate::door::Door;

const OWNER: &str = "such as rust-lang";
const REPO: &str = "such as cargo";
const NUMBER: &str = "a whole number from 1 to 2147483647";

/// What the tool says when one argument of a good call is replaced.
async fn said(door: &Door, argument: &str, value: Value) -> String {
    let mut arguments = json!({ "owner": "sample", "repo": "storefront", "pull_number": 71 });
    arguments[argument] = value;
    let result = door.call("analyze_pr", arguments).await;
    assert_eq!(result["isError"], true, "{argument}: {result:#}");
    result["content"][0]["text"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_class_is_refused_with_what_to_send_instead() {
    let (door, _folder) = Door::over_sample().await;
    for (argument, value, expected) in [
        ("owner", json!(7), OWNER),
        ("owner", json!(null), OWNER),
        ("owner", json!(""), OWNER),
        ("owner", json!("../../etc"), OWNER),
        ("owner", json!("a\r\nx-evil: 1"), OWNER),
        ("owner", json!("rust\u{202e}gnal"), OWNER),
        ("owner", json!("rust\u{200b}lang"), OWNER),
        ("owner", json!("x".repeat(100_000)), OWNER),
        ("repo", json!(".."), REPO),
        ("repo", json!("a/b"), REPO),
        ("repo", json!("a%2fb"), REPO),
        ("repo", json!(["cargo"]), REPO),
        ("pull_number", json!("71"), NUMBER),
        ("pull_number", json!(0), NUMBER),
        ("pull_number", json!(-1), NUMBER),
        ("pull_number", json!(1.5), NUMBER),
        ("pull_number", json!(2_147_483_648_u64), NUMBER),
        ("pull_number", json!(true), NUMBER),
        ("include_jira_context", json!("yes"), "expected a boolean"),
        (
            "detail",
            json!("everything"),
            "expected `summary` or `full`",
        ),
        ("pull", json!(71), "unknown field `pull`"),
    ] {
        let text = said(&door, argument, value.clone()).await;
        assert!(text.contains(expected), "{argument} {value}: {text}");
        assert!(
            text.len() < 1000 && !text.contains(['\r', '\n', '\u{202e}', '\u{200b}']),
            "{text}"
        );
    }
    door.close().await;
}

#[tokio::test]
async fn what_is_not_here_is_refused_with_what_is() {
    let (door, _folder) = Door::over_sample().await;
    let text = said(&door, "owner", json!("nobody")).await;
    assert!(
        text.contains("nobody/storefront is not offered here")
            && text.contains("sample/storefront"),
        "{text}"
    );
    let text = said(&door, "pull_number", json!(99_999)).await;
    assert!(
        text.contains("no pull request 99999") && text.contains("set `pull_number`"),
        "{text}"
    );
    door.close().await;
}

#[tokio::test]
async fn missing_arguments_are_named() {
    let (door, _folder) = Door::over_sample().await;
    let result = door.call("analyze_pr", json!({ "owner": "sample" })).await;
    assert_eq!(result["isError"], true);
    assert!(
        result["content"][0]["text"]
            .as_str()
            .unwrap()
            .contains("missing field `repo`"),
        "{result:#}"
    );
    door.close().await;
}
