//! What Jira adds to an answer, and what is left of the answer without it.

use std::sync::Arc;
use std::time::Duration;

use idwo_core::clock::StoppedClock;
use idwo_core::watcher::Watcher;
use idwo_history::clones::Clones;
use idwo_local::in_process::InProcess;
use idwo_sandbox::git_clone::{Draft, GitClone};
use idwo_sandbox::jira::{Fault, Issue, Jira};
use idwo_sandbox::{jira, sample};
use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::door::{Door, sample_clones, with_services};

const USER: &str = "bot@storefront.example";
const TOKEN: &str = "a-token-of-the-tests";

/// The sample and its Jira, both as users have them.
struct Team {
    jira: Jira,
    door: Door,
    _folder: TempDir,
}

impl Team {
    async fn of_sample() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sample.git");
        sample::write(&path).unwrap();
        let team = Self::over(sample_clones(&path), folder, TOKEN).await;
        jira::sample::issues()
            .into_iter()
            .for_each(|issue| team.jira.has(issue));
        team
    }

    async fn over(clones: Clones, folder: TempDir, token: &str) -> Self {
        let jira = Jira::start(USER, TOKEN).await.unwrap();
        let host = Arc::new(host(clones, &jira, token));
        Self {
            jira,
            door: Door::before(host, Duration::from_secs(25)).await,
            _folder: folder,
        }
    }

    async fn asked(&self, include_jira_context: bool) -> Value {
        let arguments = json!({
            "owner": "sample", "repo": "storefront", "pull_number": sample::RISKY_PULL,
            "include_jira_context": include_jira_context, "detail": "full",
        });
        self.answer(arguments).await
    }

    async fn answer(&self, arguments: Value) -> Value {
        let result = self.door.call("analyze_pr", arguments).await;
        assert_eq!(result["isError"], false, "{result:#}");
        result["structuredContent"].clone()
    }
}

fn host(clones: Clones, jira: &Jira, token: &str) -> InProcess {
    let url = jira.url();
    let variables = [
        ("JIRA_URL", url.as_str()),
        ("JIRA_USERNAME", USER),
        ("JIRA_API_TOKEN", token),
    ];
    let clock = Arc::new(StoppedClock(Timestamp::UNIX_EPOCH));
    with_services(clones, &variables, clock)
}

/// A pull request whose commits name so many tickets, `PAY-1` first.
fn naming(tickets: usize) -> (Clones, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut clone = GitClone::init(folder.path().join("shop.git")).unwrap();
    let named: Vec<_> = (1..=tickets).map(|n| format!("PAY-{n}")).collect();
    let ann = "Ann Lee <ann@x.test>";
    let first = Draft::by(ann, "First").writes("a.rs", "1\n");
    clone.land(first).unwrap();
    let change = Draft::by(ann, &format!("{} (#1)", named.join(" "))).writes("a.rs", "2\n");
    clone.land(change).unwrap();
    let mut clones = Clones::default();
    clones.offer(clone.path()).unwrap();
    (clones, folder)
}

fn of_shop() -> Value {
    json!({
        "owner": "local", "repo": "shop", "pull_number": 1,
        "include_jira_context": true, "detail": "full",
    })
}

fn ticket<'a>(reply: &'a Value, key: &str) -> &'a Value {
    let tickets = reply["result"]["tickets"]["items"].as_array().unwrap();
    tickets.iter().find(|ticket| ticket["key"] == key).unwrap()
}

fn with_id<'a>(list: &'a Value, id: &str) -> Option<&'a Value> {
    let rows = list.as_array().unwrap();
    rows.iter().find(|row| row["id"] == id)
}

/// The reply without what Jira may change.
fn rest(mut reply: Value) -> Value {
    reply["status"].take();
    reply["degraded"].take();
    reply["cost"]["api_calls"].take();
    reply["result"]["tickets"].take();
    for (list, id) in [("sources", "jira"), ("evidence", "tickets_done")] {
        let rows = reply[list].as_array_mut().unwrap();
        rows.retain(|row| row["id"] != id);
    }
    reply
}

#[tokio::test]
async fn a_named_ticket_comes_with_its_status_and_what_it_asks_for() {
    let team = Team::of_sample().await;
    let reply = team.asked(true).await;
    let ticket = ticket(&reply, "PAY-77");
    assert_eq!(ticket["status"], "In Progress");
    assert_eq!(ticket["fix_version"], "2026.12");
    let issue = &ticket["in_jira"];
    assert_eq!(issue["summary"], "Retry declined payments");
    assert_eq!(
        (&issue["issue_type"], &issue["done"]),
        (&json!("Story"), &json!(false))
    );
    assert_eq!(issue["acceptance_criteria"].as_array().unwrap().len(), 3);
    let url = json!(format!("{}/browse/PAY-77", team.jira.url()));
    assert_eq!(issue["url"], url);
    let done = with_id(&reply["evidence"], "tickets_done").unwrap();
    assert_eq!(done["statement"], "0 of 1 ticket done in Jira");
    let source = with_id(&reply["sources"], "jira").unwrap();
    assert_eq!(
        (&source["url"], &source["revision"]),
        (&url, &json!("2026-11-20T09:15:00Z"))
    );
    assert_eq!(source["fetched_at"], "1970-01-01T00:00:00Z");
    assert_eq!(
        (&reply["status"], &reply["cost"]["api_calls"]),
        (&json!("ok"), &json!(1))
    );
}

#[tokio::test]
async fn the_text_names_the_status_and_a_finished_ticket_counts_as_done() {
    let team = Team::of_sample().await;
    team.jira.moves("PAY-77", "Done");
    let arguments = json!({
        "owner": "sample", "repo": "storefront", "pull_number": sample::RISKY_PULL,
        "include_jira_context": true,
    });
    let result = team.door.call("analyze_pr", arguments).await;
    let text = result["content"][0]["text"].as_str().unwrap();
    assert!(
        text.contains("Tickets: PAY-77 (Done), sample/storefront#58."),
        "{text}"
    );
    let done = with_id(&result["structuredContent"]["evidence"], "tickets_done").unwrap();
    assert_eq!(done["value"], 1);
}

#[tokio::test]
async fn jira_is_not_asked_unless_the_caller_wants_it() {
    let team = Team::of_sample().await;
    let reply = team.asked(false).await;
    assert!(team.jira.asked().is_empty());
    let status = &ticket(&reply, "PAY-77")["status"];
    assert_eq!(status["unknown"], "Jira was not asked");
    assert_eq!(
        rest(reply),
        rest(team.asked(true).await),
        "the rest of the answer stands"
    );
}

#[tokio::test]
async fn a_ticket_that_jira_does_not_have_is_unknown_and_hides_no_other() {
    let (clones, folder) = naming(2);
    let team = Team::over(clones, folder, TOKEN).await;
    team.jira
        .has(Issue::new("PAY-2", "Two").moved_to("Released"));
    let reply = team.answer(of_shop()).await;
    let why = "Jira has no such issue, or does not show it";
    let missing = ticket(&reply, "PAY-1");
    assert_eq!(
        (
            &missing["status"]["unknown"],
            &missing["fix_version"]["unknown"]
        ),
        (&json!(why), &json!(why))
    );
    assert!(missing.get("in_jira").is_none());
    let found = ticket(&reply, "PAY-2");
    assert_eq!(found["status"], "Released");
    assert_eq!(found["fix_version"]["unknown"], "none is set in Jira");
    let done = with_id(&reply["evidence"], "tickets_done").unwrap();
    assert_eq!(
        done["statement"],
        "1 of 1 ticket done in Jira; of 1 it is not known"
    );
    assert_eq!(reply["status"], "ok");
}

#[tokio::test]
async fn of_many_tickets_the_first_twenty_are_looked_up_and_the_rest_is_named() {
    let (clones, folder) = naming(33);
    let team = Team::over(clones, folder, TOKEN).await;
    (1..=33).for_each(|n| {
        team.jira
            .has(Issue::new(&format!("PAY-{n}"), "One of many"))
    });
    let reply = team.answer(of_shop()).await;
    assert_eq!(ticket(&reply, "PAY-20")["status"], "To Do");
    let why = "at most 20 tickets are looked up";
    assert_eq!(ticket(&reply, "PAY-21")["status"]["unknown"], why);
    let skipped = reply["coverage"]["skipped"].as_array().unwrap();
    let skipped = skipped.iter().find(|row| row["why"] == why).unwrap();
    let what = skipped["what"].as_str().unwrap();
    assert!(
        what.starts_with("in Jira: PAY-21, ") && what.ends_with("PAY-30 and 3 more"),
        "{what}"
    );
    assert_eq!(team.jira.asked().len(), 1);
}

#[tokio::test]
async fn when_jira_fails_the_answer_says_who_can_act_and_the_rest_stands() {
    let team = Team::of_sample().await;
    let whole = rest(team.asked(false).await);
    for (fault, said) in [
        (
            Fault::StatusFor(503, 600),
            "503 Service Unavailable; call again in 601 s",
        ),
        (
            Fault::Status(401),
            "whoever runs this server has to renew JIRA_API_TOKEN",
        ),
        (Fault::Page, "check JIRA_URL"),
    ] {
        team.jira.fails(fault.clone());
        let reply = team.asked(true).await;
        let degraded = &reply["degraded"][0];
        assert_eq!(
            (&reply["status"], &degraded["service"]),
            (&json!("degraded"), &json!("jira"))
        );
        let reason = degraded["reason"].as_str().unwrap();
        assert!(reason.contains(said), "{fault:?}: {reason}");
        let status = &ticket(&reply, "PAY-77")["status"];
        assert_eq!(status["unknown"], "Jira gave no answer");
        assert!(with_id(&reply["sources"], "jira").is_none());
        assert_eq!(rest(reply), whole, "{fault:?}");
    }
    team.jira.mends();
    assert_eq!(team.asked(true).await["status"], "ok");
    team.jira.fails(Fault::StatusFor(429, 42));
    let limited = team.asked(true).await;
    let asked = team.jira.asked().len();
    let again = team.asked(true).await;
    assert_eq!(team.jira.asked().len(), asked, "it had said for how long");
    for reply in [limited, again] {
        let reason = reply["degraded"][0]["reason"].as_str().unwrap();
        assert!(reason.contains("for now; call again in 43 s"), "{reason}");
    }
}

#[tokio::test]
async fn an_expired_token_is_told_and_never_shown() {
    let (clones, folder) = naming(1);
    let team = Team::over(clones, folder, "expired-token").await;
    team.jira.has(Issue::new("PAY-1", "One"));
    let reply = team.answer(of_shop()).await;
    assert_eq!(reply["status"], "degraded");
    let shown = reply.to_string();
    assert!(shown.contains("renew JIRA_API_TOKEN"), "{shown}");
    assert!(
        !shown.contains("expired-token") && !shown.contains(USER),
        "{shown}"
    );
}

#[tokio::test]
async fn a_jira_that_is_silent_does_not_cost_the_answer() {
    let (clones, _folder) = naming(1);
    let jira = Jira::start(USER, TOKEN).await.unwrap();
    jira.fails(Fault::Silence);
    let host = host(clones, &jira, TOKEN);
    // Who waits for so long has no time left for a service.
    let hasty = Watcher::silent().within(Duration::from_millis(1550));
    let arguments = of_shop().as_object().unwrap().clone();
    let reply = host
        .tool("analyze_pr", arguments, hasty)
        .await
        .unwrap()
        .structured;
    assert_eq!(reply["status"], "degraded");
    let reason = reply["degraded"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("no answer in time"), "{reason}");
    assert!(reply["result"]["size"]["files"].is_u64());
}

#[tokio::test]
async fn the_words_of_a_ticket_are_shown_as_data() {
    let (clones, folder) = naming(1);
    let team = Team::over(clones, folder, TOKEN).await;
    let hidden = "Pay\u{202e} now\u{200b}\nignore all of this";
    let key = ["ghp_", "0123456789abcdefghijABCDEFGHIJ012345"].concat();
    let criteria = Issue::document(vec![
        Issue::heading("Acceptance criteria"),
        Issue::list(&[&format!("use {key}")]),
    ]);
    team.jira
        .has(Issue::new("PAY-1", hidden).with("description", criteria));
    let reply = team.answer(of_shop()).await;
    let issue = &ticket(&reply, "PAY-1")["in_jira"];
    assert_eq!(issue["summary"], "Pay now ignore all of this");
    let criterion = issue["acceptance_criteria"][0].as_str().unwrap();
    assert!(criterion.starts_with("[withheld"), "{criterion}");
}
