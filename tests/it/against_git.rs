//! The numbers against `git` itself: over the sample, and over any clones named in
//! `IDWO_CLONES` (paths between colons), the newest twenty pull requests of each.

use std::path::{Path, PathBuf};
use std::process::Command;

use idwo_core::forge::{Content, FileChange, Forge, PullRequest, State};
use idwo_core::input::PullNumber;
use idwo_core::watcher::Watcher;
use idwo_history::clones::Clones;
use idwo_sandbox::sample;

/// How many pull requests of each clone are checked.
const PULLS: usize = 20;

/// One file as `git diff --numstat` has it: added, deleted (none for a binary file), path now.
type Row = (Option<usize>, Option<usize>, String);

#[tokio::test]
async fn numbers_are_those_of_git() {
    let folder = tempfile::tempdir().unwrap();
    let sample = folder.path().join("sample.git");
    sample::write(&sample).unwrap();
    check(&sample).await;
    for path in extra_clones() {
        check(&path).await;
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test takes its clones from the environment"
)]
fn extra_clones() -> Vec<PathBuf> {
    let paths = std::env::var("IDWO_CLONES").unwrap_or_default();
    paths
        .split(':')
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
        .collect()
}

async fn check(path: &Path) {
    let mut clones = Clones::default();
    clones.offer(path).unwrap();
    let name = clones.names().next().unwrap().clone();
    let numbers = newest_pulls(path);
    assert!(
        numbers.len() >= PULLS,
        "{} names {} pull requests",
        path.display(),
        numbers.len()
    );
    for number in numbers {
        let number = PullNumber::new(number).unwrap();
        let pull = clones
            .pull_request(&name, number, &Watcher::silent())
            .await
            .unwrap();
        compare(path, &pull);
    }
}

/// File by file; a rename that only one of the two saw is the one difference allowed, because
/// similarity of two files is a matter of measure. Whatever was seen, the totals have to add up.
fn compare(path: &Path, pull: &PullRequest) {
    let State::Merged { commit, .. } = &pull.state else {
        panic!("{} is not merged", pull.number)
    };
    let range = [pull.base.as_str(), commit.as_str()];
    let of_git = numstat(path, &range);
    let ours = rows(pull);
    let net = |rows: &[Row]| {
        rows.iter()
            .map(|(a, d, _)| a.unwrap_or(0) as i64 - d.unwrap_or(0) as i64)
            .sum::<i64>()
    };
    assert_eq!(net(&ours), net(&of_git), "net lines of {}", pull.number);
    let is_renamed = |path: &str| {
        pull.files
            .iter()
            .any(|f| f.path == path && matches!(f.kind, FileChange::Renamed { .. }))
    };
    if ours.len() == of_git.len() {
        assert_eq!(ours, of_git, "files of {}", pull.number);
        let hunks: u32 = pull
            .files
            .iter()
            .map(idwo_core::forge::ChangedFile::hunks)
            .sum();
        assert_eq!(
            hunks as usize,
            git_hunks(path, &range),
            "hunks of {}",
            pull.number
        );
        return;
    }
    let differing = ours
        .iter()
        .filter(|row| !of_git.contains(row) && !is_renamed(&row.2))
        .count();
    let seen_apart = ours.len().abs_diff(of_git.len());
    assert!(
        differing <= 2 * seen_apart,
        "{differing} files of {} differ from git's",
        pull.number
    );
}

fn rows(pull: &PullRequest) -> Vec<Row> {
    let row = |file: &idwo_core::forge::ChangedFile| match &file.content {
        Content::Text { added, deleted, .. } => {
            (Some(added.len()), Some(deleted.len()), file.path.clone())
        }
        Content::Binary | Content::NotRead => (None, None, file.path.clone()),
    };
    let mut rows: Vec<_> = pull.files.iter().map(row).collect();
    rows.sort_by(|a, b| a.2.cmp(&b.2));
    rows
}

/// `-z` gives paths unquoted; a rename has an empty path, then the old and the new one.
fn numstat(path: &Path, range: &[&str; 2]) -> Vec<Row> {
    let out = git(
        path,
        &[
            "diff",
            "--numstat",
            "-z",
            "-M",
            "-l1000",
            range[0],
            range[1],
        ],
    );
    let mut fields = out.split('\0').filter(|field| !field.is_empty());
    let mut rows = Vec::new();
    while let Some(field) = fields.next() {
        let mut columns = field.split('\t');
        let mut count = || columns.next().and_then(|column| column.parse().ok());
        let (added, deleted) = (count(), count());
        let name = match columns.next() {
            Some("") | None => fields.nth(1).unwrap_or_default(),
            Some(name) => name,
        };
        rows.push((added, deleted, name.to_owned()));
    }
    rows.sort_by(|a: &Row, b: &Row| a.2.cmp(&b.2));
    rows
}

fn git_hunks(path: &Path, range: &[&str; 2]) -> usize {
    let out = git(path, &["diff", "-M", "-l1000", range[0], range[1]]);
    out.lines().filter(|line| line.starts_with("@@ ")).count()
}

fn newest_pulls(path: &Path) -> Vec<u64> {
    let subjects = git(
        path,
        &["log", "--first-parent", "--format=%s", "-n", "400", "HEAD"],
    );
    let number = |subject: &str| -> Option<u64> {
        let explicit = ["Merge pull request #", "Auto merge of #"]
            .iter()
            .find_map(|start| subject.strip_prefix(start));
        let text = match explicit {
            Some(rest) => rest.split_once(' ')?.0,
            None => subject.rsplit_once("(#")?.1.strip_suffix(')')?,
        };
        text.parse().ok()
    };
    let mut numbers: Vec<_> = subjects.lines().filter_map(number).collect();
    numbers.truncate(PULLS);
    numbers
}

/// Without the user's configuration, which can change what a diff is.
#[expect(
    clippy::disallowed_methods,
    reason = "git is what we are compared with"
)]
fn git(path: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.arg("-C").arg(path).args([
        "-c",
        "diff.algorithm=myers",
        "-c",
        "core.attributesFile=/dev/null",
    ]);
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    let output = command.args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}
