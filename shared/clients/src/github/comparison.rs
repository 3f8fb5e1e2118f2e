//! What changed between two commits: files with their patches, and the commits.

use std::collections::HashSet;

use idwo_core::bots::is_bot;
use idwo_core::evidence::Skipped;
use idwo_core::failure::Failure;
use idwo_core::forge::{ChangedFile, Commit, Content, FileChange, Person};
use idwo_core::input::{CommitSha, RepositoryName};
use idwo_core::logins::of_private_address;
use idwo_core::watcher::Watcher;
use serde::Deserialize;

use super::pull_request::{Described, beyond};
use super::{GitHub, patch};
use crate::http::{Ask, Unanswered};

/// Most commits of one page, and most pages: a pull request of more is read up to here.
const PAGE_COMMITS: u32 = 100;
const PAGES_MAX: u32 = 3;

/// Most files that GitHub lists of a comparison.
const FILES_MAX: usize = 300;

/// The id of a file without content.
const EMPTY: &str = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

pub(super) struct Comparison {
    pub(super) merge_base: CommitSha,
    pub(super) behind_by: u32,
    /// Newest first.
    pub(super) commits: Vec<Commit>,
    pub(super) files: Vec<ChangedFile>,
    pub(super) files_total: usize,
    pub(super) lines_complete: bool,
    pub(super) skipped: Vec<Skipped>,
    added: u64,
    deleted: u64,
}

#[derive(Deserialize)]
struct Page {
    merge_base_commit: Listed,
    behind_by: u32,
    total_commits: u32,
    commits: Vec<Listed>,
    #[serde(default)]
    files: Vec<File>,
}

#[derive(Deserialize)]
struct Listed {
    sha: CommitSha,
    commit: Written,
    /// Null where the address belongs to nobody on GitHub.
    author: Option<Account>,
}

#[derive(Deserialize)]
struct Written {
    message: String,
    author: Option<Signature>,
}

#[derive(Deserialize)]
struct Signature {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
}

#[derive(Deserialize)]
struct Account {
    /// A deleted account is an object without anything in it.
    login: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct File {
    filename: String,
    status: String,
    sha: Option<String>,
    additions: u32,
    deletions: u32,
    previous_filename: Option<String>,
    patch: Option<String>,
}

impl GitHub {
    pub(super) async fn compare(
        &self,
        repository: &RepositoryName,
        from: &CommitSha,
        to: &CommitSha,
        watcher: &Watcher,
    ) -> Result<Comparison, Failure> {
        let found = self.find_between(repository, from, to, watcher).await?;
        found.ok_or_else(|| self.failure(Unanswered::missing()))
    }

    /// `None` where one of them is no commit of the repository.
    pub(super) async fn find_between(
        &self,
        repository: &RepositoryName,
        from: &CommitSha,
        to: &CommitSha,
        watcher: &Watcher,
    ) -> Result<Option<Comparison>, Failure> {
        let (owner, repo) = (repository.owner.as_str(), repository.repo.as_str());
        let path = format!("/repos/{owner}/{repo}/compare/{from}...{to}");
        let mut whole: Option<Page> = None;
        for number in 1..=PAGES_MAX {
            let ask = Ask::get(&path)
                .with("per_page", PAGE_COMMITS)
                .with("page", number);
            let Some(answer) = self.find(ask, watcher).await? else {
                return Ok(None);
            };
            let page: Page = answer.json().map_err(|why| self.failure(why))?;
            let ends = !answer.has_next || page.commits.is_empty();
            match &mut whole {
                None => whole = Some(page),
                Some(whole) => whole.commits.extend(page.commits),
            }
            if ends {
                break;
            }
        }
        Ok(whole.map(Comparison::of))
    }
}

impl Comparison {
    fn of(mut page: Page) -> Self {
        let added = page
            .files
            .iter()
            .map(|file| u64::from(file.additions))
            .sum();
        let deleted = page
            .files
            .iter()
            .map(|file| u64::from(file.deletions))
            .sum();
        let mut names = HashSet::new();
        page.files
            .retain(|file| names.insert(file.filename.clone()));
        let listed = page.files.len();
        let mut unread = 0;
        let mut files: Vec<_> = page
            .files
            .into_iter()
            .map(|file| changed(file, &mut unread))
            .collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let mut skipped: Vec<_> = beyond(
            page.total_commits,
            page.commits.len(),
            "commits of the branch",
        )
        .into_iter()
        .collect();
        if unread > 0 {
            let why = "GitHub gives no lines of changes that are this large";
            skipped.push(Skipped::new(
                format!("the lines of {unread} changed files"),
                why,
            ));
        }
        skipped.extend(binary(&files));
        Self {
            merge_base: page.merge_base_commit.sha,
            behind_by: page.behind_by,
            commits: page.commits.into_iter().rev().map(commit).collect(),
            files,
            files_total: listed,
            lines_complete: unread == 0,
            skipped,
            added,
            deleted,
        }
    }

    /// Whether it is as large as GitHub says that the pull request is, as far as its files are listed.
    pub(super) fn counts(&self, described: &Described) -> bool {
        let files = described.changed_files as usize;
        if files > FILES_MAX {
            return self.files_total == FILES_MAX;
        }
        let lines = (described.additions, described.deletions);
        self.files_total == files && (self.added, self.deleted) == lines
    }

    /// As many files as are listed may be all there are, or not.
    pub(super) fn of_unknown_size(mut self) -> Self {
        if self.files_total >= FILES_MAX {
            let why = format!("GitHub lists {FILES_MAX} files of a comparison");
            self.skipped
                .push(Skipped::new("further changed files, if there are any", why));
            self.lines_complete = false;
        }
        self
    }

    /// What GitHub does not list of a change to `total` files.
    pub(super) fn of_files(mut self, total: u64) -> Self {
        let total = total as usize;
        if total > self.files_total {
            let more = total - self.files_total;
            let why = format!(
                "GitHub lists {} of {total}, and {FILES_MAX} of a comparison at most",
                self.files_total
            );
            self.skipped
                .push(Skipped::new(format!("{more} changed files"), why));
            self.files_total = total;
            self.lines_complete = false;
        }
        self
    }
}

fn changed(file: File, unread: &mut usize) -> ChangedFile {
    let kind = match (file.status.as_str(), file.previous_filename) {
        ("added" | "copied", _) => FileChange::Added,
        ("removed", _) => FileChange::Deleted,
        ("renamed", Some(from)) => FileChange::Renamed { from },
        _ => FileChange::Modified,
    };
    let nothing = || Content::Text {
        added: Vec::new(),
        deleted: Vec::new(),
        hunks: 0,
    };
    let is_same = matches!(kind, FileChange::Renamed { .. }) || file.sha.as_deref() == Some(EMPTY);
    if file.patch.as_deref().is_some_and(patch::is_submodule) {
        return ChangedFile {
            path: file.filename,
            kind,
            content: Content::NotRead,
        };
    }
    let read = file.patch.as_deref().map(patch::read);
    let content = match read {
        Some(Some(content)) if is_whole(&content, file.additions, file.deletions) => content,
        None if file.additions > 0 || file.deletions > 0 => Content::NotRead,
        None if is_same => nothing(),
        None => Content::Binary,
        Some(_) => Content::NotRead,
    };
    *unread += usize::from(matches!(content, Content::NotRead));
    ChangedFile {
        path: file.filename,
        kind,
        content,
    }
}

/// A patch can be cut off.
fn is_whole(content: &Content, additions: u32, deletions: u32) -> bool {
    match content {
        Content::Text { added, deleted, .. } => {
            (added.len(), deleted.len()) == (additions as usize, deletions as usize)
        }
        Content::Binary | Content::NotRead => false,
    }
}

fn binary(files: &[ChangedFile]) -> Option<Skipped> {
    let binary = files
        .iter()
        .filter(|file| matches!(file.content, Content::Binary));
    let binary = binary.count();
    (binary > 0).then(|| {
        let why = "GitHub shows no lines of them: they are binary, or changed in mode alone";
        Skipped::new(format!("what is in {binary} files"), why)
    })
}

fn commit(listed: Listed) -> Commit {
    let signature = listed.commit.author;
    let (name, email) = signature.map_or_else(Default::default, |author| {
        (author.name, author.email.to_lowercase())
    });
    let account = listed.author.as_ref();
    let login = account.and_then(|account| account.login.clone());
    let is_app = account.is_some_and(|account| account.kind.as_deref() == Some("Bot"));
    let login = login.or_else(|| of_private_address(&email).map(str::to_owned));
    Commit {
        sha: listed.sha,
        author: Person {
            bot: is_app || is_bot(&name) || is_bot(&email) || login.as_deref().is_some_and(is_bot),
            name,
            email,
            login,
        },
        message: listed.commit.message,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn file(file: Value) -> Value {
        let mut whole = json!({
            "filename": "a", "status": "modified", "sha": "1", "additions": 0, "deletions": 0,
        });
        for (name, value) in file.as_object().unwrap() {
            whole[name] = value.clone();
        }
        whole
    }

    fn compared(files: Vec<Value>) -> Comparison {
        let commit = json!({ "sha": "0".repeat(40), "commit": { "message": "m", "author": null }, "author": {} });
        let page = json!({
            "merge_base_commit": commit, "behind_by": 0, "total_commits": 1, "commits": [commit],
            "files": files,
        });
        Comparison::of(serde_json::from_value(page).unwrap())
    }

    fn content(of: Value) -> Content {
        compared(vec![file(of)]).files.remove(0).content
    }

    #[test]
    fn a_file_without_a_patch_is_told_by_what_else_is_said_of_it() {
        assert!(matches!(content(json!({})), Content::Binary));
        assert!(matches!(
            content(json!({ "additions": 9 })),
            Content::NotRead
        ));
        let empty = content(json!({ "status": "added", "sha": EMPTY }));
        assert!(matches!(empty, Content::Text { hunks: 0, .. }));
        let moved = content(json!({ "status": "renamed", "previous_filename": "b" }));
        assert!(matches!(moved, Content::Text { hunks: 0, .. }));
    }

    #[test]
    fn a_patch_that_is_cut_off_is_not_taken_for_all_of_it() {
        let patch = "@@ -0,0 +1,2 @@\n+a\n+b";
        let whole = json!({ "additions": 2, "patch": patch });
        assert!(matches!(content(whole), Content::Text { .. }));
        let cut = compared(vec![file(json!({ "additions": 3, "patch": patch }))]);
        assert!(!cut.lines_complete);
        assert!(cut.skipped[0].what.contains("the lines of 1 changed file"));
    }

    #[test]
    fn files_that_github_does_not_list_are_told() {
        let listed = (0..FILES_MAX).map(|n| file(json!({ "filename": format!("f{n}") })));
        let compared = compared(listed.collect()).of_files(412);
        assert_eq!(compared.files_total, 412);
        assert!(!compared.lines_complete);
        let told = compared
            .skipped
            .iter()
            .any(|skipped| skipped.what == "112 changed files");
        assert!(told, "{:?}", compared.skipped);
    }
}
