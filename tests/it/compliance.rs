//! What a model may say of a ticket's acceptance criteria: of those that it was shown, with a line that shows
//! it.

use idwo_core::watcher::Watcher;
use idwo_sandbox::jira::{self, Jira};
use idwo_sandbox::models::Answer;
use serde_json::{Value, json};

use crate::judgement::{Scene, first_line};

/// The reply about the sample, whose ticket is asked for in Jira.
async fn asked_with_jira(scene: &Scene, issues: Vec<jira::Issue>) -> Value {
    let jira = Jira::start("bot", "token").await.unwrap();
    issues.into_iter().for_each(|issue| jira.has(issue));
    let (url, model) = (jira.url(), format!("{}/v1", scene.models.url()));
    let host = scene.host(&[
        ("JIRA_URL", &url),
        ("JIRA_USERNAME", "bot"),
        ("JIRA_API_TOKEN", "token"),
        ("OPENAI_BASE_URL", &model),
        ("OPENAI_MODEL", "local-model"),
    ]);
    let arguments = json!({
        "owner": "sample", "repo": "storefront", "pull_number": 71, "include_jira_context": true,
    });
    let arguments = arguments.as_object().unwrap().clone();
    let answer = host.tool("analyze_pr", arguments, Watcher::silent()).await;
    answer.unwrap().structured
}

fn verdict(criterion: u64, verdict: &str, path: &str, line: u64) -> Value {
    json!({
        "ticket": "PAY-77", "criterion": criterion, "verdict": verdict,
        "why": "It is charged again at once.", "path": path, "line": line, "confidence": 0.6,
    })
}

fn complies(verdicts: Vec<Value>) -> Answer {
    Answer::Says(json!({
        "summary": { "statement": "Fine.", "basis": ["tickets"], "confidence": 0.5 },
        "findings": [],
        "compliance": verdicts,
    }))
}

#[tokio::test]
async fn a_model_judges_what_a_ticket_asks_for() {
    let scene = Scene::of_sample().await;
    scene.models.answers(|asked| {
        let (path, line) = first_line(asked);
        let said = |criterion, path: &str, line| verdict(criterion, "not_met", path, line);
        complies(vec![said(1, &path, line), said(3, "", 0), said(4, "", 0)])
    });
    let reply = asked_with_jira(&scene, jira::sample::issues()).await;
    let material = scene.models.asked()[0].material().to_owned();
    assert!(
        material.contains("\nPAY-77: Retry declined payments\n1. A soft decline"),
        "{material}"
    );
    let judgements = reply["judgements"].as_array().unwrap();
    assert_eq!(
        judgements.len(),
        3,
        "the summary, and two criteria of three"
    );
    assert_eq!(judgements[1]["basis"], json!(["tickets"]));
    let verdict = &judgements[1]["compliance"];
    assert_eq!(
        (&verdict["ticket"], &verdict["criterion"]),
        (&json!("PAY-77"), &json!(1))
    );
    assert_eq!(verdict["verdict"], "not_met");
    assert!(verdict["line"].is_u64() && judgements[2]["compliance"]["line"].is_null());
}

#[tokio::test]
async fn of_eleven_criteria_ten_are_judged_and_the_other_is_said() {
    let scene = Scene::of_sample().await;
    scene.models.answers(|_| {
        let verdicts = 1..=11;
        complies(verdicts.map(|n| verdict(n, "unclear", "", 0)).collect())
    });
    let criteria: Vec<_> = (1..=11).map(|n| format!("It does {n}")).collect();
    let criteria: Vec<_> = criteria.iter().map(String::as_str).collect();
    let issue = jira::Issue::new("PAY-77", "Retry").described(vec![
        jira::Issue::heading("Acceptance criteria"),
        jira::Issue::list(&criteria),
    ]);
    let reply = asked_with_jira(&scene, vec![issue]).await;
    let material = scene.models.asked()[0].material().to_owned();
    assert!(
        material.contains("10. It does 10\n") && !material.contains("It does 11"),
        "{material}"
    );
    let judgements = reply["judgements"].as_array().unwrap();
    assert_eq!(judgements.len(), 1 + 10, "{judgements:#?}");
    let skipped = reply["coverage"]["skipped"].to_string();
    assert!(
        skipped.contains("by the model: 1 of the criteria"),
        "{skipped}"
    );
}

#[tokio::test]
async fn a_criterion_that_was_not_shown_is_not_judged() {
    let scene = Scene::of_sample().await;
    scene.models.answers(|_| {
        let verdicts = 1..=8;
        complies(verdicts.map(|n| verdict(n, "unclear", "", 0)).collect())
    });
    let criterion = format!("It does {}", "much ".repeat(55));
    let issue = jira::Issue::new("PAY-77", "Retry").described(vec![
        jira::Issue::heading("Acceptance criteria"),
        jira::Issue::list(&[criterion.as_str(); 8]),
    ]);
    let reply = asked_with_jira(&scene, vec![issue]).await;
    let material = scene.models.asked()[0].material().to_owned();
    let shown = material.matches(". It does much").count();
    assert!((1..8).contains(&shown), "{material}");
    assert_eq!(reply["judgements"].as_array().unwrap().len(), 1 + shown);
}
