//! What happened to some paths before: each change of the main line that touched them, and who
//! wrote, reviewed and merged it.

use std::collections::BTreeMap;
use std::sync::Arc;

use gix::ObjectId;
use idwo_core::failure::Failure;
use idwo_core::forge::{PastChange, PastChanges, Person};
use idwo_core::input::CommitSha;
use idwo_core::watcher::{Progress, Watcher};

use crate::landing::{Landing, landing};
use crate::main_line::{self, Parent};
use crate::open::OpenedClone;
use crate::people::People;
use crate::read::{self, unreadable};

/// How far back is looked, in changes of the main line: about two years of a busy project, and
/// under a second of reading.
const LOOKED_AT_MAX: u64 = 3000;

/// How often the walk says how far it is, in changes.
const REPORT_EVERY: u64 = 64;

/// Changes of the main line from `before` backwards that touched one of `paths`.
pub(crate) fn changes(
    clone: &OpenedClone,
    before: &CommitSha,
    paths: &[String],
    watcher: &Watcher,
) -> Result<PastChanges, Failure> {
    let repo = &clone.repo();
    let start = read::object_id(before)?;
    let reader = Reader {
        repo,
        people: clone.people(start, watcher)?,
        wanted: Wanted::new(paths),
    };
    let mut past = PastChanges {
        changes: Vec::new(),
        looked_at: 0,
        complete: true,
    };
    for commit in main_line::from(repo, start, watcher) {
        let commit = commit?;
        if past.looked_at == LOOKED_AT_MAX {
            past.complete = false;
            break;
        }
        if past.looked_at.is_multiple_of(REPORT_EVERY) {
            let total = Some(LOOKED_AT_MAX);
            watcher.report(Progress {
                what: "past changes read",
                done: past.looked_at,
                total,
            });
        }
        let parent = match main_line::parent(repo, &commit)? {
            Parent::There(parent) => Some(parent),
            Parent::None => None,
            // What this commit changed cannot be told without what was before it.
            Parent::BeyondTheClone => {
                past.complete = false;
                break;
            }
        };
        past.looked_at += 1;
        past.changes.extend(reader.touching(&commit, parent)?);
    }
    Ok(past)
}

struct Reader<'a> {
    repo: &'a gix::Repository,
    people: Arc<People>,
    wanted: Wanted,
}

impl Reader<'_> {
    /// `None` for a change elsewhere, and for one whose date is malformed: it cannot be weighed.
    fn touching(
        &self,
        commit: &gix::Commit<'_>,
        parent: Option<ObjectId>,
    ) -> Result<Option<PastChange>, Failure> {
        let new = commit
            .tree_id()
            .map_err(unreadable("a commit's files"))?
            .detach();
        let old = parent
            .map(|parent| read::tree(self.repo, parent))
            .transpose()?
            .map(|tree| tree.id);
        let mut touched = Vec::new();
        self.wanted
            .collect(self.repo, old, Some(new), &mut touched)?;
        if touched.is_empty() {
            return Ok(None);
        }
        self.described(commit, touched)
    }

    fn described(
        &self,
        commit: &gix::Commit<'_>,
        touched: Vec<usize>,
    ) -> Result<Option<PastChange>, Failure> {
        let Some(at) = read::committed_at(commit) else {
            return Ok(None);
        };
        let message = commit.message_raw_sloppy().to_string();
        let recorded = self.people.author(commit);
        let merged = commit
            .parent_ids()
            .nth(1)
            .filter(|tip| self.repo.has_object(*tip));
        let (author, written_at, merger) = match merged {
            Some(tip) => {
                let tip = read::commit(self.repo, tip.detach())?;
                (self.people.author(&tip), read::written_at(&tip), recorded)
            }
            None => (
                recorded,
                read::written_at(commit),
                self.people.committer(commit),
            ),
        };
        Ok(Some(PastChange {
            at,
            written_at: written_at.unwrap_or(at),
            reviewers: reviewers(&message, landing(&message).as_ref(), &self.people),
            merged_by: Some(merger).filter(|merger| !merger.bot && merger.email != author.email),
            author,
            touched,
        }))
    }
}

fn reviewers(message: &str, landing: Option<&Landing>, people: &People) -> Vec<Person> {
    let approvers = landing.into_iter().flat_map(|landing| &landing.approvers);
    let mut reviewers = people.reviewers(message);
    reviewers.extend(approvers.map(|login| people.of_login(login)));
    reviewers.retain(|person| !person.bot);
    reviewers
}

/// The paths asked for, as a tree, so that two commits are compared at these names only.
#[derive(Default)]
struct Wanted {
    index: Option<usize>,
    children: BTreeMap<String, Wanted>,
}

impl Wanted {
    fn new(paths: &[String]) -> Self {
        let mut root = Self::default();
        for (index, path) in paths.iter().enumerate() {
            let leaf = path
                .split('/')
                .filter(|name| !name.is_empty())
                .fold(&mut root, |node, name| {
                    node.children.entry(name.to_owned()).or_default()
                });
            leaf.index = Some(index);
        }
        root
    }

    fn collect(
        &self,
        repo: &gix::Repository,
        old: Option<ObjectId>,
        new: Option<ObjectId>,
        touched: &mut Vec<usize>,
    ) -> Result<(), Failure> {
        if old == new {
            return Ok(());
        }
        touched.extend(self.index);
        if self.children.is_empty() {
            return Ok(());
        }
        let [old, new] = [folder(repo, old)?, folder(repo, new)?];
        for (name, child) in &self.children {
            let entry = |tree: &Option<gix::Tree<'_>>| {
                tree.as_ref()
                    .and_then(|tree| tree.find_entry(name.as_str()))
                    .map(|entry| entry.object_id())
            };
            child.collect(repo, entry(&old), entry(&new), touched)?;
        }
        Ok(())
    }
}

/// `None` for a file or nothing: neither has entries.
fn folder(repo: &gix::Repository, id: Option<ObjectId>) -> Result<Option<gix::Tree<'_>>, Failure> {
    let Some(id) = id else { return Ok(None) };
    let object = repo.try_find_object(id).map_err(unreadable("a folder"))?;
    Ok(object
        .filter(|object| object.kind.is_tree())
        .map(gix::Object::into_tree))
}
