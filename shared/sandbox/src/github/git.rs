//! The clone behind the stand-in: pull requests and history as the clone forge tells them, commits,
//! comparisons and files as git stores them.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use gix::ObjectId;
use gix::objs::tree::EntryMode;
use idwo_core::failure::Failure;
use idwo_core::forge::{self, FILE_BYTES_MAX, Forge, Person};
use idwo_core::input::{CommitSha, PullNumber, RepositoryName};
use idwo_core::past::{Past, PastChange};
use idwo_core::watcher::Watcher;
use idwo_history::clones::Clones;
use jiff::Timestamp;

use super::Unusable;
use super::accounts::{Account, Accounts};

/// Largest file that is compared with others to find renames, in bytes: the clone forge's own.
const RENAMED_BYTES_MAX: usize = 256 * 1024;

/// Git's own rule for what is no text: a NUL among so many first bytes.
const BINARY_WITHIN_BYTES: usize = 8000;

/// Where the heads of pull requests lie in a clone that fetched them.
const PULL_HEADS: &str = "refs/pull/";

pub(super) struct Git {
    pub(super) name: RepositoryName,
    /// The default branch's own name.
    pub(super) branch: String,
    pub(super) tip: CommitSha,
    /// All that landed up to the tip.
    pub(super) past: Arc<Past>,
    clones: Clones,
    accounts: Accounts,
    repo: gix::ThreadSafeRepository,
}

/// What is at a path of a commit.
pub(super) enum Object {
    Missing,
    Folder,
    Binary,
    /// The first [`FILE_BYTES_MAX`] bytes, and whether there are more.
    Text(String, bool),
}

impl Git {
    pub(super) async fn open(path: &Path, name: &str) -> Result<Self, Unusable> {
        let name: RepositoryName = name.parse()?;
        let mut clones = Clones::default();
        clones.offer_sample(path, name.clone(), "")?;
        let (branch, tip) = clones.default_branch(&name)?;
        let past = clones.past_of(&name, &tip, &Watcher::silent())?;
        let limit = format!("core.bigFileThreshold={RENAMED_BYTES_MAX}");
        let options = gix::open::Options::isolated().config_overrides([limit.as_str()]);
        let trust = gix::sec::trust::Mapping {
            full: options.clone(),
            reduced: options,
        };
        let upwards = gix::discover::upwards::Options::default();
        let repo = gix::ThreadSafeRepository::discover_opts(path, upwards, trust)?;
        let accounts = Accounts::of(&past, mailmap(&repo.to_thread_local(), &tip)?);
        Ok(Self {
            name,
            branch,
            tip,
            past,
            clones,
            accounts,
            repo,
        })
    }

    pub(super) fn repo(&self) -> gix::Repository {
        self.repo.to_thread_local()
    }

    pub(super) fn is_named(&self, owner: &str, repo: &str) -> bool {
        owner.eq_ignore_ascii_case(self.name.owner.as_str())
            && repo.eq_ignore_ascii_case(self.name.repo.as_str())
    }

    pub(super) async fn pull_request(&self, number: u32) -> Result<forge::PullRequest, Failure> {
        let number = PullNumber::new(number.into())
            .map_err(|_| Failure::caller("no such pull request", "ask for another"))?;
        let watcher = Watcher::silent();
        let asked = self.clones.pull_request(&self.name, number, &watcher);
        asked.await
    }

    /// Those with a number, the one that landed last first; of two with the same number the older one.
    pub(super) fn landed(&self) -> Vec<&Arc<PastChange>> {
        let mut seen = HashSet::new();
        let oldest_first = self.past.changes.iter().rev();
        let mut landed: Vec<_> = oldest_first
            .filter(|change| change.number.is_some_and(|number| seen.insert(number)))
            .collect();
        landed.reverse();
        landed.sort_by_key(|change| std::cmp::Reverse(change.at));
        landed
    }

    pub(super) fn change(&self, number: u32) -> Option<&Arc<PastChange>> {
        let is_it = |change: &&Arc<PastChange>| change.number.map(PullNumber::get) == Some(number);
        self.past.changes.iter().rev().find(is_it)
    }

    /// Numbers of pull requests whose heads were fetched and that did not land, newest first.
    pub(super) fn open_numbers(&self) -> Result<Vec<u32>, Unusable> {
        let repo = self.repo();
        let references = repo.references()?;
        let numbers = self.past.changes.iter().filter_map(|change| change.number);
        let landed: HashSet<_> = numbers.map(PullNumber::get).collect();
        let mut open = Vec::new();
        for reference in references.prefixed(PULL_HEADS)?.flatten() {
            let name = reference.name().as_bstr().to_string();
            let number = name
                .strip_prefix(PULL_HEADS)
                .and_then(|rest| rest.strip_suffix("/head"));
            let number = number.and_then(|number| number.parse().ok());
            open.extend(number.filter(|number| !landed.contains(number)));
        }
        open.sort_unstable_by(|a, b| b.cmp(a));
        Ok(open)
    }

    pub(super) fn account(&self, person: &Person) -> Option<Account> {
        self.accounts.account(person)
    }

    /// Of whoever signed a commit.
    pub(super) fn signed(&self, signature: gix::actor::SignatureRef<'_>) -> Option<Account> {
        self.accounts.signed(signature)
    }

    /// `path` at `commit`, as GraphQL's `object(expression:)` shows it.
    pub(super) fn object(&self, commit: &str, path: &str) -> Result<Object, Unusable> {
        let repo = self.repo();
        let Some(commit) = commit_id(&repo, commit) else {
            return Ok(Object::Missing);
        };
        let tree = repo.find_commit(commit)?.tree()?;
        if path.is_empty() {
            return Ok(Object::Folder);
        }
        match tree.lookup_entry(path.split('/'))? {
            None => Ok(Object::Missing),
            Some(entry) if entry.mode().is_tree() => Ok(Object::Folder),
            Some(entry) if entry.mode().is_commit() => Ok(Object::Missing),
            Some(entry) => Ok(text(&bytes(
                &repo,
                Some((entry.mode(), entry.object_id())),
            )?)),
        }
    }
}

fn mailmap(repo: &gix::Repository, tip: &CommitSha) -> Result<gix::mailmap::Snapshot, Unusable> {
    let tip = ObjectId::from_hex(tip.as_str().as_bytes())?;
    let entry = repo.find_commit(tip)?.tree()?.lookup_entry([".mailmap"])?;
    let Some(entry) = entry.filter(|entry| entry.mode().is_blob()) else {
        return Ok(gix::mailmap::Snapshot::default());
    };
    Ok(gix::mailmap::Snapshot::from_bytes(&entry.object()?.data))
}

/// The commit that `hex` names in full, if the clone has it.
pub(super) fn commit_id(repo: &gix::Repository, hex: &str) -> Option<ObjectId> {
    let id = ObjectId::from_hex(hex.as_bytes()).ok()?;
    repo.find_commit(id).ok().map(|commit| commit.id)
}

/// One side of a changed file; `None` where it does not exist on that side.
pub(super) type Side = Option<(EntryMode, ObjectId)>;

/// What git shows of it in a diff: of a submodule, one line that names its commit.
pub(super) fn bytes(repo: &gix::Repository, side: Side) -> Result<Vec<u8>, Unusable> {
    match side {
        None => Ok(Vec::new()),
        Some((mode, id)) if mode.is_commit() => {
            Ok(format!("Subproject commit {id}\n").into_bytes())
        }
        Some((_, id)) => Ok(repo.find_blob(id)?.take_data()),
    }
}

pub(super) fn is_binary(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .take(BINARY_WITHIN_BYTES)
        .any(|byte| *byte == 0)
}

fn text(bytes: &[u8]) -> Object {
    if is_binary(bytes) {
        return Object::Binary;
    }
    let shown = bytes.get(..FILE_BYTES_MAX).unwrap_or(bytes);
    let text = String::from_utf8_lossy(shown).into_owned();
    Object::Text(text, shown.len() < bytes.len())
}

/// When a commit was written and when it was committed; GitHub shows the beginning of time for a date
/// that is malformed.
pub(super) fn times(commit: &gix::Commit<'_>) -> (Timestamp, Timestamp) {
    let at = |seconds: Option<i64>| {
        seconds
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
            .unwrap_or_default()
    };
    let written = commit.author().ok().and_then(|author| author.time().ok());
    let committed = commit.time().ok();
    (
        at(written.map(|time| time.seconds)),
        at(committed.map(|time| time.seconds)),
    )
}
