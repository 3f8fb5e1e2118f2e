use serde_json::json;

use super::*;

fn reply(result: Value) -> Reply<Value> {
    Reply::new(result, "2026-01-02T03:04:05Z".parse().unwrap())
}

fn evidence(id: &'static str) -> Evidence {
    Evidence {
        id,
        kind: "size",
        statement: "3 files".into(),
        value: 3.into(),
        unit: "files",
        url: None,
    }
}

fn judgement(basis: &str) -> Judgement {
    Judgement {
        id: "j1".into(),
        statement: "fine".into(),
        confidence: 0.5,
        basis: vec![basis.into()],
        model: "m".into(),
        prompt_version: "1".into(),
    }
}

#[test]
fn a_small_reply_goes_out_whole() {
    let sealed = reply(json!({ "files": ["a", "b"] }))
        .seal(Detail::Summary)
        .unwrap();
    assert_eq!(sealed["result"], json!({ "files": ["a", "b"] }));
    assert_eq!(sealed["coverage"]["skipped"], json!([]));
    assert_eq!(sealed["generated_at"], "2026-01-02T03:04:05Z");
}

#[test]
fn a_long_list_is_cut_and_the_cut_is_said() {
    let files: Vec<_> = (0..2000).map(|n| format!("src/file_{n}.rs")).collect();
    let sealed = reply(json!({ "size": { "files": files } }))
        .seal(Detail::Summary)
        .unwrap();
    assert!(sealed.to_string().len() <= SUMMARY_BYTES_MAX);
    let kept = sealed["result"]["size"]["files"].as_array().unwrap().len();
    assert!(kept >= 100, "{kept} kept");
    assert_eq!(
        sealed["coverage"]["skipped"][0]["what"],
        format!(
            "entries of lists: {} of 2000 in result.size.files",
            2000 - kept
        )
    );
}

#[test]
fn the_largest_list_is_cut_first_and_small_ones_stay_whole() {
    let large: Vec<_> = (0..900).map(|n| format!("src/file_{n}.rs")).collect();
    let sealed = reply(json!({ "small": [1, 2, 3, 4], "large": large }));
    let sealed = sealed.seal(Detail::Summary).unwrap();
    assert_eq!(sealed["result"]["small"], json!([1, 2, 3, 4]));
    assert_eq!(sealed["result"]["large"].as_array().unwrap().len(), 100);
    assert_eq!(sealed["coverage"]["skipped"].as_array().unwrap().len(), 1);
}

#[test]
fn lists_within_a_list_are_counted_together() {
    let inner: Vec<_> = (0..300).map(|n| format!("change number {n}")).collect();
    let items = [0, 1].map(|_| json!({ "changes": inner }));
    let sealed = reply(json!({ "items": items }))
        .seal(Detail::Summary)
        .unwrap();
    let what = sealed["coverage"]["skipped"][0]["what"].as_str().unwrap();
    assert!(what.contains(" of 600 in result.items.changes"), "{what}");
}

#[test]
fn full_detail_holds_what_summary_cannot() {
    let files: Vec<_> = (0..400)
        .map(|n| format!("src/a/rather/long/path/file_{n}.rs"))
        .collect();
    let sealed = reply(json!({ "files": files })).seal(Detail::Full).unwrap();
    assert_eq!(sealed["result"]["files"].as_array().unwrap().len(), 400);
}

#[test]
fn a_judgement_stands_only_on_evidence_that_exists() {
    let mut reply = reply(json!({}));
    reply.evidence = vec![evidence("size")];
    reply.judgements = vec![judgement("size"), judgement("made_up")];
    let sealed = reply.seal(Detail::Summary).unwrap();
    assert_eq!(sealed["judgements"].as_array().unwrap().len(), 1);
    assert_eq!(sealed["coverage"]["skipped"][0]["what"], "1 judgements");
}

#[test]
fn an_invented_basis_is_taken_out_of_a_judgement_that_stands() {
    let mut reply = reply(json!({}));
    reply.evidence = vec![evidence("size")];
    let mut half = judgement("size");
    half.basis.push("made_up".into());
    reply.judgements = vec![half];
    let sealed = reply.seal(Detail::Summary).unwrap();
    assert_eq!(sealed["judgements"][0]["basis"], json!(["size"]));
}

#[test]
fn a_reply_that_no_cut_makes_fit_is_a_failure_not_a_flood() {
    assert!(
        reply(json!({ "title": "x".repeat(9000) }))
            .seal(Detail::Summary)
            .is_err()
    );
}
