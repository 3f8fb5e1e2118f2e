//! What happened to some paths before: each change of the main line that touched them, and who
//! wrote, reviewed and merged it.

use std::collections::BTreeMap;

use gix::ObjectId;
use idwo_core::failure::Failure;
use idwo_core::forge::{PastChange, PastChanges, Person};
use idwo_core::input::{CommitSha, Owner};
use idwo_core::watcher::{Progress, Watcher};

use crate::landing::{Landing, landing};
use crate::open::OpenedClone;
use crate::people::{self, People};
use crate::read::{self, unreadable};

/// How far back is looked, in changes of the main line: about two years of a busy project, and
/// under a second of reading.
const LOOKED_AT_MAX: u64 = 3000;

/// How often the walk looks whether it is still wanted, in changes.
const LOOK_UP_EVERY: u64 = 64;

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
        home: clone.home.as_ref(),
        people: People::as_of(repo, start)?,
        wanted: Wanted::new(paths),
    };
    let walk = repo
        .rev_walk([start])
        .first_parent_only()
        .all()
        .map_err(unreadable("the history"))?;
    let mut past = PastChanges {
        changes: Vec::new(),
        looked_at: 0,
        complete: true,
    };
    for info in walk {
        if past.looked_at == LOOKED_AT_MAX {
            past.complete = false;
            break;
        }
        if past.looked_at.is_multiple_of(LOOK_UP_EVERY) {
            watcher.go_on()?;
            let total = Some(LOOKED_AT_MAX);
            watcher.report(Progress {
                what: "past changes read",
                done: past.looked_at,
                total,
            });
        }
        let id = info.map_err(unreadable("the history"))?.id;
        past.looked_at += 1;
        past.changes.extend(reader.touching(id)?);
    }
    Ok(past)
}

struct Reader<'a> {
    repo: &'a gix::Repository,
    /// Whose repository it is: a branch of theirs is no fork.
    home: Option<&'a Owner>,
    people: People,
    wanted: Wanted,
}

impl Reader<'_> {
    fn touching(&self, id: ObjectId) -> Result<Option<PastChange>, Failure> {
        let commit = read::commit(self.repo, id)?;
        let new = commit
            .tree_id()
            .map_err(unreadable("a commit's files"))?
            .detach();
        let old = match commit.parent_ids().next() {
            Some(parent) => tree_id(self.repo, parent.detach())?,
            None => None,
        };
        let mut touched = Vec::new();
        self.wanted
            .collect(self.repo, old, Some(new), &mut touched)?;
        if touched.is_empty() {
            return Ok(None);
        }
        self.described(&commit, touched).map(Some)
    }

    fn described(
        &self,
        commit: &gix::Commit<'_>,
        touched: Vec<usize>,
    ) -> Result<PastChange, Failure> {
        let message = commit.message_raw_sloppy().to_string();
        let landing = landing(&message);
        let recorded = self.author_of(commit)?;
        let (author, merger) = match commit.parent_ids().nth(1) {
            Some(tip) => (
                self.author_of(&read::commit(self.repo, tip.detach())?)?,
                recorded,
            ),
            None => (recorded, self.committer_of(commit)?),
        };
        Ok(PastChange {
            at: commit
                .time()
                .map(read::timestamp)
                .map_err(unreadable("a commit's time"))?,
            reviewers: reviewers(&message, landing.as_ref(), &self.people),
            fork_owner: landing
                .as_ref()
                .and_then(|landing| landing.fork_owner(self.home))
                .map(str::to_owned),
            merged_by: Some(merger).filter(|merger| !merger.bot && merger.email != author.email),
            author,
            touched,
        })
    }

    fn author_of(&self, commit: &gix::Commit<'_>) -> Result<Person, Failure> {
        commit
            .author()
            .map(|author| self.people.person(author))
            .map_err(unreadable("a commit's author"))
    }

    fn committer_of(&self, commit: &gix::Commit<'_>) -> Result<Person, Failure> {
        commit
            .committer()
            .map(|committer| self.people.person(committer))
            .map_err(unreadable("a commit's committer"))
    }
}

/// `None` beyond the boundary of a shallow clone.
fn tree_id(repo: &gix::Repository, commit: ObjectId) -> Result<Option<ObjectId>, Failure> {
    let Some(object) = repo
        .try_find_object(commit)
        .map_err(unreadable("a commit"))?
    else {
        return Ok(None);
    };
    let tree = object
        .into_commit()
        .tree_id()
        .map_err(unreadable("a commit's files"))?;
    Ok(Some(tree.detach()))
}

fn reviewers(message: &str, landing: Option<&Landing>, people: &People) -> Vec<Person> {
    let approvers = landing.into_iter().flat_map(|landing| &landing.approvers);
    let mut reviewers = people.reviewers(message);
    reviewers.extend(approvers.map(|login| people::of_login(login)));
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
