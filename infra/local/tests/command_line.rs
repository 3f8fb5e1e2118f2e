//! `idwo-local` as a real process: what it prints, how it ends, and that it ends cleanly.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};

use idwo_core::access::Keys;
use idwo_core::clock::{Clock, SystemClock};
use idwo_sandbox::git_clone::{Draft, GitClone};
use idwo_sandbox::sample;
use serde_json::Value;
use tempfile::TempDir;

const SAMPLE: &str = r#"{"owner":"sample","repo":"storefront","pull_number":71}"#;

#[expect(clippy::disallowed_methods, reason = "the process is what is tested")]
fn idwo(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_idwo-local"));
    command.current_dir(folder).env_clear();
    command
}

fn call(folder: &TempDir, arguments: &[&str]) -> Output {
    idwo(folder).arg("call").args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_call_prints_one_reply_and_keeps_the_sample() {
    let folder = tempfile::tempdir().unwrap();
    let output = call(&folder, &["analyze_pr", SAMPLE]);
    let reply: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (
            output.status.code(),
            reply["result"]["size"]["files"].as_u64()
        ),
        (Some(0), Some(8))
    );
    assert_eq!(text(&output.stderr), "");
    let kept: Vec<_> = std::fs::read_dir(folder.path().join(".idwo"))
        .unwrap()
        .collect();
    assert_eq!(
        kept.len(),
        3,
        "the sample, its history and .gitignore, and no draft: {kept:?}"
    );
}

#[test]
fn an_ephemeral_call_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let output = call(
        &folder,
        &["analyze_pr", SAMPLE, "--ephemeral", "--format", "markdown"],
    );
    assert!(
        text(&output.stdout).starts_with("```text\nSample data"),
        "{output:?}"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_error_ends_with_1_and_says_what_to_change() {
    let folder = tempfile::tempdir().unwrap();
    for (tool, arguments, said) in [
        ("analyze_pr", "{", "the arguments are not JSON"),
        ("analyze_pr", "[]", "not a JSON object"),
        ("analyze_pr", "{}", "missing field `owner`"),
        ("no_tool", "{}", "call one of: analyze_pr"),
    ] {
        let output = call(&folder, &[tool, arguments, "--ephemeral"]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(text(&output.stderr).contains(said), "{output:?}");
    }
}

#[test]
fn a_gate_ends_with_3_when_reached_or_unknown() {
    let folder = tempfile::tempdir().unwrap();
    for (gate, code) in [
        ("secret_like=1", 3),
        ("secret_like=2", 0),
        ("risk=medium", 3),
        ("risk=high", 0),
        ("check_runs=1", 3),
        ("infrastructure=1", 0),
    ] {
        let output = call(
            &folder,
            &["analyze_pr", SAMPLE, "--ephemeral", "--fail-on", gate],
        );
        assert_eq!(
            output.status.code(),
            Some(code),
            "{gate}: {}",
            text(&output.stderr)
        );
        assert!(
            !output.stdout.is_empty(),
            "the reply is printed whatever the gate says"
        );
    }
    let output = call(
        &folder,
        &[
            "analyze_pr",
            SAMPLE,
            "--ephemeral",
            "--fail-on",
            "secrets=1",
        ],
    );
    assert_eq!(output.status.code(), Some(1), "a misspelt gate: {output:?}");
    let output = call(&folder, &["analyze_pr", SAMPLE, "--fail-on", "nonsense"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn what_cannot_be_offered_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = call(&folder, &["analyze_pr", SAMPLE, "--repo", "nowhere"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("nowhere is not a git repository"),
        "{output:?}"
    );
}

#[test]
fn bad_configuration_is_named_before_anything_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let output = idwo(&folder)
        .env("IDWO_CALL_TIMEOUT_S", "forever")
        .output()
        .unwrap();
    assert_eq!(
        (output.status.code(), text(&output.stdout).as_str()),
        (Some(1), "")
    );
    assert!(
        text(&output.stderr).contains("IDWO_CALL_TIMEOUT_S is not usable"),
        "{output:?}"
    );
}

/// A file that its owner alone may reach, or all.
fn env_file(folder: &TempDir, text: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.path().join(".env");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// What `idwo-local` says of the time that a call may take, which is set too high in the file.
fn said_with(folder: &TempDir, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = idwo(folder);
    let command = command.args(["--stdio", "--ephemeral"]).args(arguments);
    let command = command.envs(variables.iter().copied());
    text(&command.stdin(Stdio::null()).output().unwrap().stderr)
}

#[test]
fn a_file_of_variables_counts_where_it_is_named_and_the_environment_is_silent() {
    let folder = tempfile::tempdir().unwrap();
    env_file(&folder, "IDWO_CALL_TIMEOUT_S=99 # too long\n", 0o600);
    let refused = "IDWO_CALL_TIMEOUT_S is not usable";
    let named = ["--env-file", ".env"];
    let said = said_with(&folder, &named, &[]);
    assert!(said.contains(refused), "{said}");
    let said = said_with(&folder, &[], &[("IDWO_ENV_FILE", ".env")]);
    assert!(said.contains(refused), "{said}");
    let said = said_with(&folder, &named, &[("IDWO_CALL_TIMEOUT_S", "9")]);
    assert_eq!(said, "", "the environment wins");
    for unset in [&[][..], &[("IDWO_ENV_FILE", "")]] {
        assert_eq!(said_with(&folder, &[], unset), "", "none is looked for");
    }
}

#[test]
fn a_file_of_variables_that_others_may_reach_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    env_file(&folder, "GITHUB_TOKEN=sesame\n", 0o644);
    let said = said_with(&folder, &["--env-file", ".env"], &[]);
    assert!(said.contains("`chmod 600` it"), "{said}");
    env_file(&folder, "\nGITHUB_TOKEN: sesame\n", 0o600);
    let said = said_with(&folder, &["--env-file", ".env"], &[]);
    assert!(said.contains("line 2 of .env"), "{said}");
    assert!(!said.contains("sesame"), "{said}");
}

/// A server of its own port; killed if a test gives up on it.
struct Server {
    child: Child,
    screen: String,
    address: String,
}

impl Server {
    fn start(folder: &TempDir) -> Self {
        let mut command = idwo(folder);
        command
            .args(["--bind", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut screen = String::new();
        for line in lines.by_ref().map(Result::unwrap) {
            screen += &line;
            screen.push('\n');
            if line.starts_with("Ctrl-C") {
                break;
            }
        }
        let address = screen
            .split("http://")
            .nth(1)
            .unwrap()
            .split('/')
            .next()
            .unwrap()
            .to_owned();
        Self {
            child,
            screen,
            address,
        }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[expect(clippy::disallowed_methods, reason = "a signal is sent from outside")]
    fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([name, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
    }
}

#[test]
fn the_first_screen_shows_urls_clients_and_a_real_answer() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder);
    for expected in [
        "claude mcp add --transport http",
        ".vscode/mcp.json",
        ".cursor/mcp.json",
        "inspector",
        "storefront#71",
        "Sample data",
    ] {
        assert!(
            server.screen.contains(expected),
            "{expected} is not in {}",
            server.screen
        );
    }
    assert!(server.get("/health").contains("\"status\":\"ok\""));
}

#[test]
fn every_signal_to_end_ends_it_cleanly() {
    for name in ["-INT", "-TERM", "-HUP"] {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Server::start(&folder);
        server.signal(name);
        assert_eq!(server.child.wait().unwrap().code(), Some(0), "{name}");
        assert!(TcpStream::connect(&server.address).is_err());
    }
}

#[test]
fn a_kill_leaves_data_that_the_next_start_can_use() {
    let folder = tempfile::tempdir().unwrap();
    let draft = folder.path().join(".idwo/sample-draft-cut-off/objects");
    std::fs::create_dir_all(draft).unwrap();
    let mut server = Server::start(&folder);
    server.signal("-KILL");
    server.child.wait().unwrap();
    assert_eq!(
        call(&folder, &["analyze_pr", SAMPLE]).status.code(),
        Some(0)
    );
}

#[test]
fn links_that_a_clone_brings_along_are_not_followed() {
    for link in [".idwo", ".idwo/history", ".idwo/.gitignore"] {
        let folder = tempfile::tempdir().unwrap();
        let victim = folder.path().join("victim");
        let link = folder.path().join(link);
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        if link.ends_with(".gitignore") {
            std::fs::write(&victim, "precious").unwrap();
        } else {
            std::fs::create_dir(&victim).unwrap();
        }
        std::os::unix::fs::symlink(&victim, &link).unwrap();
        call(&folder, &["analyze_pr", SAMPLE]);
        let untouched = match std::fs::read_dir(&victim) {
            Ok(mut files) => files.next().is_none(),
            Err(_) => std::fs::read(&victim).unwrap() == b"precious",
        };
        assert!(untouched, "{}", link.display());
    }
}

/// More than are read between two writes to the index.
const LONG: usize = 2500;

/// A clone with a long history, and the call for its newest pull request.
fn long_history(folder: &TempDir) -> String {
    let mut clone = GitClone::init(folder.path().join("long.git")).unwrap();
    for n in 0..=LONG {
        let title = format!("Step {n} (#{})\n\nReviewed-by: Bo Kim <bo@x.test>", n + 1);
        let draft = Draft::by("Ann Lee <ann@x.test>", &title);
        clone
            .land(draft.writes(&format!("src/{}.rs", n % 50), format!("{n}\n")))
            .unwrap();
    }
    format!(
        r#"{{"owner":"local","repo":"long","pull_number":{}}}"#,
        LONG + 1
    )
}

#[test]
fn a_kill_while_the_history_is_indexed_costs_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let wanted = long_history(&folder);
    let arguments = ["--repo", "long.git", "call", "analyze_pr", &wanted];
    let answer = |data: &str| {
        let mut command = idwo(&folder);
        let output = command
            .args(arguments)
            .args(["--data", data])
            .output()
            .unwrap();
        let reply: Value = serde_json::from_slice(&output.stdout).unwrap();
        reply["result"].clone()
    };
    let index = folder.path().join("killed/history");
    let bytes = || {
        let files = std::fs::read_dir(&index).into_iter().flatten().flatten();
        files
            .filter_map(|file| file.metadata().ok())
            .map(|m| m.len())
            .sum::<u64>()
    };
    let mut killed = idwo(&folder);
    let killed = killed.args(arguments).args(["--data", "killed"]);
    let mut killed = killed.stdout(Stdio::null()).spawn().unwrap();
    // Into the first of several writes, or just behind it.
    while bytes() < 1000 && killed.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let half = bytes();
    let resumed = answer("killed");
    assert!(
        bytes() > half,
        "{half} bytes were written before the kill: too late to tell"
    );
    assert_eq!(resumed, answer("whole"));
}

#[test]
fn a_sample_that_is_broken_says_what_to_delete() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        call(&folder, &["analyze_pr", SAMPLE]).status.code(),
        Some(0)
    );
    let sample = sample::path_in(&folder.path().join(".idwo"));
    std::fs::remove_file(sample.join("HEAD")).unwrap();
    let output = call(&folder, &["analyze_pr", SAMPLE]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("delete it and start again"),
        "{output:?}"
    );
}

#[test]
fn a_second_server_on_the_same_port_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder);
    let output = idwo(&folder)
        .args(["--bind", &server.address])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("cannot listen on"),
        "{output:?}"
    );
}

#[test]
fn a_new_key_lets_in_who_has_it_by_what_is_kept_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["key", "new", "--name", "ci", "--scope", "repository:read"];
    let made = || text(&idwo(&folder).args(arguments).output().unwrap().stdout);
    let printed = made();
    let key = printed
        .lines()
        .find(|line| line.starts_with("idwo_"))
        .unwrap();
    let kept = printed.lines().find(|line| line.starts_with('{')).unwrap();
    assert!(!kept.contains(key), "{printed}");
    let keys: Keys = format!("[{kept}]").parse().unwrap();
    let principal = keys.admit(Some(&format!("Bearer {key}")), SystemClock.now());
    assert_eq!(principal.unwrap().scopes, ["repository:read"]);
    assert_ne!(made(), printed, "no key is made twice");
    let too_long = idwo(&folder)
        .args(arguments)
        .args(["--days", "366"])
        .output()
        .unwrap();
    assert_eq!(too_long.status.code(), Some(2), "{too_long:?}");
}

/// What `key` makes of the secret on its standard input.
fn with_key(folder: &TempDir, arguments: &[&str], secret: &str) -> Output {
    let mut key = idwo(folder);
    key.arg("key").args(arguments);
    let piped = key.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = piped.stderr(Stdio::piped()).spawn().unwrap();
    let mut input = process.stdin.take().unwrap();
    // A wrong command line ends it before it reads.
    let _ = input.write_all(secret.as_bytes());
    drop(input);
    process.wait_with_output().unwrap()
}

fn keys(secret: &str) -> Keys {
    let mut secret: BTreeMap<String, String> = serde_json::from_str(secret).unwrap();
    assert_eq!(secret.remove("OTHER").as_deref(), Some("stays"));
    secret.remove("IDWO_ACCESS_KEYS").unwrap().parse().unwrap()
}

#[test]
fn a_key_is_added_to_a_secret_and_taken_out_again() {
    let folder = tempfile::tempdir().unwrap();
    let empty = r#"{"IDWO_ACCESS_KEYS":"[]","OTHER":"stays"}"#;
    let add = ["add", "--name", "ci", "--scope", "repository:read"];
    let added = with_key(&folder, &add, empty);
    let (secret, said) = (text(&added.stdout), text(&added.stderr));
    let key = said.rsplit(' ').next().unwrap().trim();
    assert!(!secret.contains(key), "{secret}");
    let bearer = format!("Bearer {key}");
    assert!(
        keys(&secret)
            .admit(Some(&bearer), SystemClock.now())
            .is_ok()
    );

    let twice = with_key(&folder, &add, &secret);
    assert_eq!((twice.status.code(), twice.stdout.len()), (Some(1), 0));

    let left = with_key(&folder, &["remove", "--name", "ci"], &secret);
    assert_eq!(keys(&text(&left.stdout)), Keys::default());
    for (arguments, secret) in [
        (["remove", "--name", "nobody"].as_slice(), empty),
        (&add, "not a secret"),
        (&add, r#"{"IDWO_ACCESS_KEYS":"broken"}"#),
        (&add, r#"{"IDWO_ACCESS_KEYS":[]}"#),
        (&add, r#"{"OTHER":1}"#),
        (
            &["add", "--name", "ci", "--scope", "repository-read"],
            empty,
        ),
        (&["add", "--name", "", "--scope", "repository:read"], empty),
        (&add, ""),
    ] {
        let refused = with_key(&folder, arguments, secret);
        assert!(
            !refused.status.success() && refused.stdout.is_empty(),
            "{arguments:?} {secret}"
        );
    }
}
