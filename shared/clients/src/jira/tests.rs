//! The client against a Jira that keeps tickets, and against one that fails.

use std::sync::Arc;
use std::time::Duration;

use idwo_core::clock::StoppedClock;
use idwo_core::config::{ConfigError, Variables};
use idwo_core::failure::{Failure, Retry};
use idwo_core::input::IssueKey;
use idwo_core::tickets::{TICKETS_MAX, Ticket, Tickets};
use idwo_core::watcher::Watcher;
use idwo_sandbox::jira::{Fault, Issue, Jira as StandIn, sample};
use jiff::Timestamp;
use serde_json::json;

use super::Jira;
use crate::connect;
use crate::memory::Memory;

const USER: &str = "bot@shop.test";
const TOKEN: &str = "a-token-of-the-tests";

/// A service that fails rests so long.
const REST: Duration = Duration::from_secs(5);

fn configured(variables: &[(&str, &str)]) -> Result<Option<Jira>, ConfigError> {
    let variables = variables.iter();
    let variables = variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let clock = Arc::new(StoppedClock(Timestamp::UNIX_EPOCH));
    let pool = connect::pool(None).unwrap();
    let memory = Arc::new(Memory::default());
    Jira::configured(&Variables::new(variables), pool, REST, clock, memory)
}

fn with_token(url: &str, token: &str) -> Jira {
    let variables = [
        ("JIRA_URL", url),
        ("JIRA_USERNAME", USER),
        ("JIRA_API_TOKEN", token),
    ];
    configured(&variables).unwrap().unwrap()
}

async fn stand_in() -> (StandIn, Jira) {
    let service = StandIn::start(USER, TOKEN).await.unwrap();
    sample::issues()
        .into_iter()
        .for_each(|issue| service.has(issue));
    let jira = with_token(&service.url(), TOKEN);
    (service, jira)
}

fn keys(names: &[&str]) -> Vec<IssueKey> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

async fn asked(jira: &Jira, names: &[&str]) -> Result<Vec<Ticket>, Failure> {
    jira.tickets(&keys(names), &Watcher::silent()).await
}

/// Why PAY-77 was not given, whether calling again can help, and all that a log would hold.
async fn refused(jira: &Jira) -> (String, Retry, String) {
    let failure = asked(jira, &["PAY-77"]).await.unwrap_err();
    let chain = failure.chain();
    match failure {
        Failure::Upstream {
            service,
            what,
            retry,
            ..
        } if service == "Jira" => (what, retry, chain),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_ticket_is_read_as_the_team_sees_it() {
    let (service, jira) = stand_in().await;
    let ticket = asked(&jira, &["PAY-77"]).await.unwrap().remove(0);
    assert_eq!(ticket.url, format!("{}/browse/PAY-77", service.url()));
    assert_eq!(ticket.summary, "Retry declined payments");
    assert_eq!(
        (ticket.status.as_str(), ticket.done.unwrap()),
        ("In Progress", false)
    );
    assert_eq!(ticket.kind, "Story");
    assert_eq!(ticket.fix_versions, ["2026.12"]);
    assert_eq!(ticket.criteria.len(), 3);
    assert!(ticket.criteria[2].starts_with("The customer gets one e-mail"));
    assert_eq!(
        ticket.updated,
        Some("2026-11-20T09:15:00Z".parse().unwrap())
    );
    service.moves("PAY-77", "Done");
    assert!(
        asked(&jira, &["PAY-77"])
            .await
            .unwrap()
            .remove(0)
            .done
            .unwrap()
    );
}

#[tokio::test]
async fn all_tickets_are_one_question_and_come_in_the_order_of_their_keys() {
    let (service, jira) = stand_in().await;
    let watcher = Watcher::silent();
    let found = jira.tickets(&keys(&["PAY-77", "PAY-58"]), &watcher).await;
    let found: Vec<_> = found
        .unwrap()
        .into_iter()
        .map(|t| t.key.to_string())
        .collect();
    assert_eq!(found, ["PAY-77", "PAY-58"]);
    assert_eq!(service.asked().len(), 1);
    assert_eq!(watcher.calls(), 1);
}

#[tokio::test]
async fn a_key_that_does_not_exist_hides_no_other() {
    let (_service, jira) = stand_in().await;
    let found = asked(&jira, &["NOPE-1", "PAY-77"]).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].key.as_str(), "PAY-77");
}

#[tokio::test]
async fn a_ticket_that_was_moved_is_not_taken_for_another() {
    let (service, jira) = stand_in().await;
    service.renames("PAY-77", "BILL-5");
    assert_eq!(asked(&jira, &["PAY-77"]).await.unwrap(), []);
}

#[tokio::test]
async fn no_keys_and_too_many_keys_are_no_trouble() {
    let (service, jira) = stand_in().await;
    assert_eq!(asked(&jira, &[]).await.unwrap(), []);
    assert!(service.asked().is_empty());
    let many: Vec<_> = (1..=200).map(|n| format!("PAY-{n}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    many.iter()
        .for_each(|key| service.has(Issue::new(key, "one of many")));
    assert_eq!(asked(&jira, &many).await.unwrap().len(), TICKETS_MAX);
}

#[tokio::test]
async fn criteria_come_from_the_field_that_is_named_for_them() {
    let (service, _) = stand_in().await;
    let field = json!("must be fast\nmust be safe");
    let issue = Issue::new("PAY-1", "x").described(vec![
        Issue::heading("Acceptance criteria"),
        Issue::list(&["from the description"]),
    ]);
    service.has(issue.clone().with("customfield_10035", field));
    let url = service.url();
    let variables = [
        ("JIRA_URL", url.as_str()),
        ("JIRA_USERNAME", USER),
        ("JIRA_API_TOKEN", TOKEN),
        ("JIRA_CRITERIA_FIELD", "customfield_10035"),
    ];
    let jira = configured(&variables).unwrap().unwrap();
    let criteria = |found: Vec<Ticket>| found[0].criteria.clone();
    let found = asked(&jira, &["PAY-1"]).await.unwrap();
    assert_eq!(criteria(found), ["must be fast", "must be safe"]);
    service.has(issue);
    let found = asked(&jira, &["PAY-1"]).await.unwrap();
    assert_eq!(criteria(found), ["from the description"]);
}

#[tokio::test]
async fn an_expired_token_is_not_read_as_nothing_found() {
    let (service, _) = stand_in().await;
    let expired = with_token(&service.url(), "expired");
    let (what, retry, chain) = refused(&expired).await;
    assert!(what.contains("renew JIRA_API_TOKEN"), "{what}");
    assert_eq!(retry, Retry::Pointless);
    assert!(!chain.contains("expired"), "{chain}");
}

#[tokio::test]
async fn each_refusal_says_who_can_act() {
    let (service, jira) = stand_in().await;
    let later = Retry::AfterSeconds;
    for (fault, said, again) in [
        (Fault::Status(401), "renew JIRA_API_TOKEN", Retry::Pointless),
        (Fault::Status(403), "let the account", Retry::Pointless),
        (Fault::Status(404), "check JIRA_URL", Retry::Pointless),
        (Fault::Status(400), "400", Retry::Pointless),
        (Fault::Page, "check JIRA_URL", Retry::Pointless),
        (Fault::Truncated, "check JIRA_URL", Retry::Pointless),
        (Fault::StatusFor(503, 600), "503", later(601)),
        (
            Fault::Unreadable("PAY-77".to_owned()),
            "not give all",
            later(30),
        ),
        // Last: then it is left alone for as long as it said.
        (Fault::StatusFor(429, 42), "for now", later(43)),
    ] {
        service.fails(fault.clone());
        let (what, retry, chain) = refused(&jira).await;
        assert!(what.contains(said), "{fault:?}: {what}");
        assert_eq!(retry, again, "{fault:?}");
        assert!(!chain.contains("whoever asked"), "{fault:?}: {chain}");
    }
    service.mends();
    let another = with_token(&service.url(), TOKEN);
    assert_eq!(asked(&another, &["PAY-77"]).await.unwrap().len(), 1);
}

/// No wall time passes: the clock of tokio jumps as soon as all wait.
#[tokio::test(start_paused = true)]
async fn silence_is_waited_for_only_so_long() {
    let (service, jira) = stand_in().await;
    service.fails(Fault::Silence);
    let begun = tokio::time::Instant::now();
    let (what, retry, _) = refused(&jira).await;
    assert_eq!(
        (what.as_str(), retry),
        ("it gave no answer in time", Retry::AfterSeconds(30))
    );
    assert!(begun.elapsed() <= super::LOOK_UP_TIMEOUT + Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn where_nobody_listens_the_answer_is_to_come_back() {
    let jira = with_token("http://127.0.0.1:1", TOKEN);
    let (_, retry, chain) = refused(&jira).await;
    assert_eq!(retry, Retry::AfterSeconds(30));
    assert!(!chain.contains("127.0.0.1:1/"), "{chain}");
}

#[test]
fn without_its_variables_there_is_no_jira() {
    assert!(configured(&[]).unwrap().is_none());
    assert!(configured(&[("JIRA_URL", "")]).unwrap().is_none());
}

#[test]
fn a_part_of_the_variables_names_what_is_missing() {
    let all = [
        ("JIRA_URL", "https://shop.atlassian.net"),
        ("JIRA_USERNAME", USER),
        ("JIRA_API_TOKEN", TOKEN),
    ];
    for (missing, _) in all {
        let part: Vec<_> = all
            .into_iter()
            .filter(|(name, _)| *name != missing)
            .collect();
        assert_eq!(
            configured(&part).unwrap_err(),
            ConfigError::Missing(missing)
        );
    }
}

#[test]
fn a_variable_that_cannot_be_used_is_named_and_not_shown() {
    for (name, value) in [
        ("JIRA_URL", "http://shop.atlassian.net"),
        ("JIRA_USERNAME", "a:b"),
        ("JIRA_CRITERIA_FIELD", "summary"),
    ] {
        let mut variables = vec![
            ("JIRA_URL", "https://shop.atlassian.net"),
            ("JIRA_USERNAME", USER),
            ("JIRA_API_TOKEN", TOKEN),
        ];
        variables.retain(|(other, _)| *other != name);
        variables.push((name, value));
        let said = configured(&variables).unwrap_err().to_string();
        assert!(said.starts_with(name) && !said.contains(value), "{said}");
    }
}

#[test]
fn the_credential_is_never_shown() {
    let jira = with_token("https://shop.atlassian.net", TOKEN);
    let shown = format!("{jira:?}");
    assert!(shown.contains("shop.atlassian.net"), "{shown}");
    assert!(!shown.contains(TOKEN) && !shown.contains(USER), "{shown}");
    assert!(format!("{:?}", jira.authorization).contains("Sensitive"));
}
