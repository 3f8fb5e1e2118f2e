//! `idwo-local doctor` as a real process: what is well, what is not, and how to mend it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::TcpListener;
use std::process::Command;

/// What it prints, and its exit status.
#[expect(clippy::disallowed_methods, reason = "the process is what is tested")]
fn doctor(arguments: &[&str], variables: &[(&str, &str)]) -> (String, Option<i32>) {
    let folder = tempfile::tempdir().unwrap();
    // Tests run beside each other: none may take the port that all have by default.
    let names_address = arguments.contains(&"--bind");
    let bind: &[&str] = if names_address {
        &[]
    } else {
        &["--bind", "127.0.0.1:0"]
    };
    let output = Command::new(env!("CARGO_BIN_EXE_idwo-local"))
        .env_clear()
        .envs(variables.iter().copied())
        .current_dir(&folder)
        .arg("doctor")
        .args(bind)
        .args(arguments)
        .output()
        .unwrap();
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 0, "a look leaves nothing behind");
    (
        String::from_utf8(output.stdout).unwrap(),
        output.status.code(),
    )
}

fn line<'a>(report: &'a str, name: &str) -> &'a str {
    let found = report
        .lines()
        .filter(|line| !line.starts_with(' '))
        .find(|line| line.contains(&format!(" {name}: ")));
    found.unwrap_or_default()
}

#[test]
fn all_is_well_out_of_the_box() {
    let (report, code) = doctor(&[], &[]);
    assert_eq!(code, Some(0), "{report}");
    assert!(line(&report, "analyze_pr").starts_with("ok"), "{report}");
    assert!(
        line(&report, "jira").starts_with("not configured"),
        "{report}"
    );
    assert!(report.ends_with("All that is set up works.\n"), "{report}");
}

#[test]
fn what_is_set_wrong_is_named_and_its_value_is_not() {
    let secret = "hunter2-is-too-short";
    let (report, code) = doctor(&["--ephemeral"], &[("IDWO_REQUEST_STATE_KEY", secret)]);
    assert_eq!(code, Some(1), "{report}");
    assert!(
        line(&report, "configuration").contains("IDWO_REQUEST_STATE_KEY"),
        "{report}"
    );
    assert!(
        report.contains("mend:") && !report.contains(secret),
        "{report}"
    );
}

#[test]
fn a_misspelt_variable_is_named() {
    let (report, code) = doctor(&["--ephemeral"], &[("IDWO_ALOWED_HOSTS", "x.test")]);
    assert_eq!(code, Some(0), "{report}");
    assert!(
        line(&report, "variables").contains("IDWO_ALOWED_HOSTS"),
        "{report}"
    );
}

#[test]
fn credentials_that_nothing_uses_are_named_and_not_shown() {
    let (report, code) = doctor(&["--ephemeral"], &[("SLACK_BOT_TOKEN", "hunter2")]);
    assert_eq!(code, Some(0), "{report}");
    assert!(report.contains("SLACK_BOT_TOKEN set, not used"), "{report}");
    assert!(!report.contains("hunter2"), "{report}");
}

#[test]
fn a_service_that_is_half_set_up_names_what_is_missing() {
    let (report, code) = doctor(&["--ephemeral"], &[("JIRA_API_TOKEN", "hunter2")]);
    assert_eq!(code, Some(1), "{report}");
    assert!(line(&report, "services").contains("JIRA_URL"), "{report}");
    assert!(!report.contains("hunter2"), "{report}");
}

#[test]
fn a_github_that_does_not_answer_is_down() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let variables = [
        ("GITHUB_TOKEN", "hunter2"),
        ("GITHUB_API_URL", url.as_str()),
    ];
    let (report, code) = doctor(&["--ephemeral"], &variables);
    assert_eq!(code, Some(1), "{report}");
    assert!(line(&report, "github").starts_with("down"), "{report}");
    assert!(!report.contains("hunter2"), "{report}");
}

#[test]
fn a_folder_that_is_no_repository_is_down() {
    let folder = tempfile::tempdir().unwrap();
    let (report, code) = doctor(&["--repo", folder.path().to_str().unwrap()], &[]);
    assert_eq!(code, Some(1), "{report}");
    assert!(
        line(&report, "repositories").starts_with("down"),
        "{report}"
    );
}

#[test]
fn a_variable_that_serving_would_refuse_is_refused_here() {
    for (name, value) in [("IDWO_LOG", "x=[[["), ("IDWO_CALL_TIMEOUT_S", "99")] {
        let key = ("IDWO_REQUEST_STATE_KEY", "0123456789abcdef0123456789abcdef");
        let (report, code) = doctor(&["--ephemeral"], &[(name, value), key]);
        assert_eq!(code, Some(1), "{report}");
        assert!(line(&report, "configuration").contains(name), "{report}");
        let key = line(&report, "request state key");
        assert!(!key.contains("not set"), "{report}");
    }
}

#[test]
fn an_address_that_is_taken_is_down() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let hangs_up = std::thread::spawn(move || drop(taken.accept().unwrap()));
    let (report, code) = doctor(&["--ephemeral", "--bind", &address], &[]);
    assert_eq!(code, Some(1), "{report}");
    assert!(line(&report, "address").starts_with("down"), "{report}");
    hangs_up.join().unwrap();
}
