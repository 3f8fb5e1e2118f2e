use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::evidence::{Finding, Severity};

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
        finding: None,
        compliance: None,
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
fn facts_go_when_no_list_is_left_and_the_last_goes_first() {
    let mut facts = reply(json!({}));
    facts.evidence = (0..190).map(|_| evidence("size")).collect();
    facts.evidence.insert(0, evidence("first"));
    let sealed = facts.seal(Detail::Summary).unwrap();
    let left = sealed["evidence"].as_array().unwrap();
    assert!(sealed.to_string().len() <= SUMMARY_BYTES_MAX && left.len() > 50);
    assert_eq!(left[0]["id"], "first");
    let what = sealed["coverage"]["skipped"][0]["what"].as_str().unwrap();
    assert_eq!(
        what,
        format!("entries of lists: {} of 191 in evidence", 191 - left.len())
    );
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

/// What a model could add, `judgements` of it.
fn added(judgements: usize) -> Added {
    let statement = "x".repeat(300);
    let judgement = Judgement {
        statement,
        ..judgement("size")
    };
    Added {
        mode: Mode::Model,
        judgements: vec![judgement; judgements],
        skipped: vec![Skipped::new("a.rs", "too large")],
        degraded: None,
        cost: Cost {
            llm_usd: 0.002,
            ..Cost::default()
        },
    }
}

#[test]
fn what_a_model_adds_takes_no_room_from_facts() {
    let files: Vec<_> = (0..2000).map(|n| format!("src/file_{n}.rs")).collect();
    let mut alone = reply(json!({ "files": files }));
    alone.evidence = vec![evidence("size")];
    let mut both = alone.clone();
    both.added = Some(added(30));
    let [mut alone, mut both] = [alone, both].map(|reply| reply.seal(Detail::Summary).unwrap());
    assert_eq!(both["mode"], "model");
    assert_eq!(both["cost"]["llm_usd"], 0.002);
    let judgements = both["judgements"].as_array().unwrap();
    assert!((5..30).contains(&judgements.len()), "{}", judgements.len());
    assert!(json!(judgements).to_string().len() <= ADDED_BYTES_MAX);
    let skipped = both["coverage"]["skipped"].as_array().unwrap();
    assert_eq!(
        skipped.len(),
        3,
        "the cut of the list and two of the model's"
    );
    for name in ["mode", "cost", "judgements", "coverage"] {
        alone[name].take();
        both[name].take();
    }
    assert_eq!(alone.to_string(), both.to_string());
}

#[test]
fn a_model_s_judgement_stands_on_evidence_too() {
    let mut reply = reply(json!({}));
    reply.added = Some(added(1));
    let sealed = reply.seal(Detail::Summary).unwrap();
    assert_eq!(sealed["judgements"], json!([]));
    assert_eq!(sealed["coverage"]["skipped"][1]["what"], "1 judgements");
}

#[test]
fn a_fact_that_was_cut_founds_no_judgement_of_a_model() {
    let mut reply = reply(json!({}));
    reply.evidence = (0..190).map(|_| evidence("size")).collect();
    reply.evidence.push(evidence("last"));
    let mut half = judgement("size");
    half.basis.push("last".into());
    reply.added = Some(Added {
        judgements: vec![half, judgement("last")],
        ..added(0)
    });
    let whole = reply.clone().seal(Detail::Full).unwrap();
    assert_eq!(whole["judgements"][0]["basis"], json!(["size", "last"]));
    assert_eq!(whole["judgements"][1]["basis"], json!(["last"]));
    let cut = reply.seal(Detail::Summary).unwrap();
    let [half] = cut["judgements"].as_array().unwrap().as_slice() else {
        panic!("{:#}", cut["judgements"]);
    };
    assert_eq!(half["basis"], json!(["size"]));
    let skipped = cut["coverage"]["skipped"].to_string();
    assert!(skipped.contains("1 judgements"), "{skipped}");
}

/// A reply that holds `text` in every place that can hold one.
fn everywhere(text: &str) -> Reply<Value> {
    let said = || text.to_owned();
    let judged = |basis: &str| Judgement {
        id: said(),
        statement: said(),
        basis: vec![basis.to_owned()],
        model: said(),
        prompt_version: said(),
        confidence: 1.0,
        finding: Some(Finding {
            path: said(),
            from_line: 1,
            to_line: 1,
            severity: Severity::Low,
            suggestion: said(),
            url: Some(said()),
        }),
        compliance: None,
    };
    let mut reply = reply(json!({ text: text, "list": [text, { "in": [text] }] }));
    reply.workflow_id = Some(said());
    reply.sources = vec![Source {
        id: said(),
        url: Some(said()),
        fetched_at: reply.generated_at,
        revision: said(),
        cache_age_s: 0,
        note: Some(said()),
    }];
    reply.evidence = vec![Evidence {
        statement: said(),
        value: json!({ "deep": [text] }),
        url: Some(said()),
        ..evidence("size")
    }];
    reply.judgements = vec![judged("size")];
    reply.coverage.considered = vec![said()];
    reply.coverage.skipped = vec![Skipped::new(text, text)];
    reply.degraded = vec![Degraded {
        service: "s",
        reason: said(),
        fallback: said(),
    }];
    reply.next = vec![NextCall {
        tool: "t",
        arguments: [(said(), json!(text))].into_iter().collect(),
    }];
    reply.added = Some(Added {
        judgements: vec![judged("size")],
        ..added(0)
    });
    reply
}

#[test]
fn nothing_hidden_gets_to_a_reader_from_any_place() {
    let hidden = [
        "\u{202e}",
        "\u{200b}",
        "\u{e0041}",
        "&#x202e;",
        "&ZeroWidthSpace;",
        "&amp;zwj;",
    ];
    let sealed = everywhere(&format!("a{}b", hidden.concat()));
    let sealed = sealed.seal(Detail::Summary).unwrap().to_string();
    assert!(sealed.matches("ab").count() >= 25, "{sealed}");
    for hidden in hidden {
        assert!(!sealed.contains(hidden), "{hidden:?} in {sealed}");
    }
}

proptest! {
    #[test]
    fn whatever_a_reply_holds_a_reader_sees_all_of_it(text in any::<String>(), tail in "[&#x0-9;a-z]{0,12}") {
        let sealed = everywhere(&format!("{text}{tail}")).seal(Detail::Full).unwrap();
        prop_assert_eq!(shown(sealed.clone()), sealed);
    }
}
