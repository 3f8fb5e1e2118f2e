//! The numbers against `git` itself: over the sample, and over any clones named in
//! `IDWO_CLONES` (paths between colons), the newest twenty pull requests of each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use idwo_core::envelope::SUMMARY_BYTES_MAX;
use idwo_core::forge::{ChangedFile, Content, FileChange, Forge, Line, PullRequest, State};
use idwo_core::input::PullNumber;
use idwo_core::watcher::Watcher;
use idwo_history::clones::Clones;
use idwo_sandbox::git_clone::{Draft, GitClone};
use idwo_sandbox::sample;
use serde_json::json;

use crate::door::Door;

/// How many pull requests of each clone are checked.
const PULLS: usize = 20;

/// Added and deleted lines, as `git diff --numstat` has them: none for a binary file.
type Counts = (Option<usize>, Option<usize>);

#[tokio::test]
async fn numbers_are_those_of_git() {
    let folder = tempfile::tempdir().unwrap();
    let sample = folder.path().join("sample.git");
    sample::write(&sample).unwrap();
    check(&sample, PULLS).await;
    let awkward = folder.path().join("awkward.git");
    check(&awkward, write_awkward(&awkward)).await;
    for path in extra_clones() {
        check(&path, PULLS).await;
    }
}

/// Files as diffs get wrong: renamed, moved twice, binary, empty, without a last newline, with
/// carriage returns, with repeated lines. Gives the number of pull requests.
pub(crate) fn write_awkward(path: &Path) -> usize {
    let ann = "Ann Lee <ann@x.test>";
    let lines = |from: usize, to: usize| {
        (from..to)
            .map(|n| format!("line {n}\n"))
            .collect::<String>()
    };
    let blocks = |n: usize| "{\n    x\n}\n\n".repeat(n);
    let pulls = [
        Draft::by(ann, "Rename (#2)")
            .removes("a.rs")
            .writes("b/a.rs", lines(0, 50) + "more\n"),
        Draft::by(ann, "Swap (#3)")
            .writes("x.rs", lines(100, 140))
            .writes("y.rs", lines(0, 40)),
        Draft::by(ann, "Binary (#4)").writes("logo.png", b"\x89PNG\0\x02"),
        Draft::by(ann, "No newline (#5)").writes("end.txt", "one\ntwo"),
        Draft::by(ann, "Newline (#6)").writes("end.txt", "one\ntwo\n"),
        Draft::by(ann, "Carriage returns (#7)").writes("crlf.txt", "one\r\ntwo\r\n"),
        Draft::by(ann, "Empty (#8)")
            .writes("empty", "")
            .writes("end.txt", ""),
        Draft::by(ann, "Repeat (#9)")
            .writes("blocks.c", blocks(7) + "{\n    y\n}\n\n" + &blocks(9)),
        Draft::by(ann, "Bad UTF-8 (#10)").writes("latin.txt", b"caf\xe9\nna\xefve\n"),
        Draft::by(ann, "Delete (#11)")
            .removes("x.rs")
            .removes("logo.png"),
        Draft::by(ann, "Odd names (#12)")
            .writes("a b/\u{e9}\t\"q\".txt", "x\n")
            .writes("-dash", "x\n"),
    ];
    let mut clone = GitClone::init(path).unwrap();
    let begin = Draft::by(ann, "Begin")
        .writes("a.rs", lines(0, 50))
        .writes("x.rs", lines(0, 40))
        .writes("y.rs", lines(100, 140));
    let begin = begin
        .writes("logo.png", b"\x89PNG\0\x01")
        .writes("crlf.txt", "one\ntwo\n")
        .writes("blocks.c", blocks(16));
    clone.land(begin).unwrap();
    let count = pulls.len();
    for pull in pulls {
        clone.land(pull).unwrap();
    }
    count
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test takes its clones from the environment"
)]
pub(crate) fn extra_clones() -> Vec<PathBuf> {
    let paths = std::env::var("IDWO_CLONES").unwrap_or_default();
    paths
        .split(':')
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
        .collect()
}

async fn check(path: &Path, at_least: usize) {
    let mut clones = Clones::default();
    clones.offer(path).unwrap();
    let name = clones.names().next().unwrap().clone();
    let numbers = newest_pulls(path);
    assert!(
        numbers.len() >= at_least,
        "{} names {} pull requests",
        path.display(),
        numbers.len()
    );
    let door = Door::over(clones.clone()).await;
    for number in numbers {
        let asked = PullNumber::new(number).unwrap();
        let pull = clones
            .pull_request(&name, asked, &Watcher::silent())
            .await
            .unwrap();
        compare(path, &pull);
        let reply = door.analyze(&name.to_string(), number).await;
        assert!(
            reply.to_string().len() <= SUMMARY_BYTES_MAX,
            "pull request {number}"
        );
        let size = &reply["result"]["size"];
        let lines = |of: fn(&ChangedFile) -> &[Line]| -> usize {
            pull.files.iter().map(|f| of(f).len()).sum()
        };
        assert_eq!(size["added_lines"], json!(lines(ChangedFile::added)));
        assert_eq!(size["deleted_lines"], json!(lines(ChangedFile::deleted)));
    }
    door.close().await;
}

/// File by file, every count and every hunk. Which of two similar files was renamed is a matter of
/// measure, so pairs are not compared with git's: each of ours has to have git's numbers.
fn compare(path: &Path, pull: &PullRequest) {
    let State::Merged { commit, .. } = &pull.state else {
        panic!("{} is not merged", pull.number)
    };
    let (base, commit) = (pull.base.as_str(), commit.as_str());
    let mut of_git = numstat(&git(
        path,
        &["diff", "--numstat", "-z", "--no-renames", base, commit],
    ));
    let mut hunks_of_git = hunks(&git(path, &["diff", "--no-renames", base, commit]));
    for file in &pull.files {
        let counts = match &file.kind {
            FileChange::Renamed { from } => {
                for side in [from, &file.path] {
                    let (added, deleted) = of_git
                        .remove(side)
                        .expect("git knows both sides of a rename");
                    hunks_of_git -= usize::from(added.unwrap_or(0) + deleted.unwrap_or(0) > 0);
                }
                let sides = [format!("{base}:{from}"), format!("{commit}:{}", file.path)];
                hunks_of_git += hunks(&git(path, &["diff", &sides[0], &sides[1]]));
                let pair = git(path, &["diff", "--numstat", &sides[0], &sides[1]]);
                counts(&pair).unwrap_or((Some(0), Some(0)))
            }
            _ => of_git
                .remove(&file.path)
                .unwrap_or_else(|| panic!("git knows no change of {}", file.path)),
        };
        assert_eq!(
            ours(file),
            counts,
            "{} of pull request {}",
            file.path,
            pull.number
        );
    }
    assert!(
        of_git.is_empty(),
        "left out of pull request {}: {of_git:?}",
        pull.number
    );
    let hunks: u32 = pull.files.iter().map(ChangedFile::hunks).sum();
    assert_eq!(
        hunks as usize, hunks_of_git,
        "hunks of pull request {}",
        pull.number
    );
}

fn ours(file: &ChangedFile) -> Counts {
    match &file.content {
        Content::Text { added, deleted, .. } => (Some(added.len()), Some(deleted.len())),
        Content::Binary | Content::NotRead => (None, None),
    }
}

/// By path; `-z` gives paths unquoted, tabs and all.
fn numstat(out: &str) -> BTreeMap<String, Counts> {
    let rows = out.split('\0').filter(|row| !row.is_empty());
    rows.map(|row| {
        (
            row.splitn(3, '\t').nth(2).unwrap().to_owned(),
            counts(row).unwrap(),
        )
    })
    .collect()
}

fn counts(row: &str) -> Option<Counts> {
    let mut columns = row.split('\t');
    Some((
        columns
            .next()
            .filter(|column| !column.is_empty())?
            .parse()
            .ok(),
        columns.next()?.parse().ok(),
    ))
}

fn hunks(diff: &str) -> usize {
    diff.lines().filter(|line| line.starts_with("@@ ")).count()
}

pub(crate) fn newest_pulls(path: &Path) -> Vec<u64> {
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
