//! One pull request, as its clone recorded it and as of the moment before it landed.

use gix::ObjectId;
use idwo_core::evidence::Skipped;
use idwo_core::failure::Failure;
use idwo_core::forge::{Commit, Person, Provenance, PullRequest, State};
use idwo_core::input::{Owner, PullNumber, RepositoryName};
use idwo_core::watcher::Watcher;

use crate::changes;
use crate::landing::{self, Landing, landing};
use crate::open::OpenedClone;
use crate::people::{self, People};
use crate::read::{self, unreadable};

/// Most commits of one pull request that are read: what GitHub lists.
const COMMITS_MAX: usize = 250;

/// Where clones keep the heads of pull requests that did not land.
fn head_references(number: PullNumber) -> [String; 3] {
    [
        format!("refs/pull/{number}/head"),
        format!("refs/remotes/origin/pull/{number}/head"),
        format!("refs/remotes/origin/pr/{number}"),
    ]
}

pub(crate) fn read(
    clone: &OpenedClone,
    number: PullNumber,
    watcher: &Watcher,
) -> Result<PullRequest, Failure> {
    let repo = clone.repo();
    let tip = default_branch(&repo)?;
    let frame = match landing::find(&repo, tip, number, watcher)? {
        Some(commit) => Frame::of_landed(&repo, commit)?,
        None => Frame::of_unmerged(&repo, tip, number, &clone.name)?,
    };
    frame.fill(&repo, clone, number, watcher)
}

/// The branch that pull requests land on: the origin's default, else what HEAD names.
pub(crate) fn default_branch(repo: &gix::Repository) -> Result<ObjectId, Failure> {
    let origin = repo
        .try_find_reference("refs/remotes/origin/HEAD")
        .map_err(unreadable("the branches"))?;
    if let Some(mut origin) = origin
        && let Ok(tip) = origin.peel_to_id()
    {
        return Ok(tip.detach());
    }
    repo.head_id()
        .map(gix::Id::detach)
        .map_err(unreadable("the default branch: it has no commit"))
}

/// Between which commits the pull request lies, and what its landing says of it.
struct Frame {
    /// What the change is compared with.
    base: ObjectId,
    /// The tree that holds the whole change.
    result: ObjectId,
    /// The branch's tip, or the squash commit that stands for it.
    head: ObjectId,
    /// As of when everything but the change itself is read.
    as_of: ObjectId,
    landed: Option<(ObjectId, Landing)>,
}

impl Frame {
    fn of_landed(repo: &gix::Repository, id: ObjectId) -> Result<Self, Failure> {
        let commit = read::commit(repo, id)?;
        let mut parents = commit.parent_ids().map(gix::Id::detach);
        let Some(base) = parents.next() else {
            return Err(Failure::caller(
                "the pull request landed as the first commit of this clone, so there is nothing to compare it with",
                "ask for a later one, or fetch the full history (git fetch --unshallow)",
            ));
        };
        let head = parents.next().unwrap_or(id);
        let landed = landing(&commit.message_raw_sloppy().to_string()).map(|landing| (id, landing));
        Ok(Self {
            base,
            result: id,
            head,
            as_of: base,
            landed,
        })
    }

    fn of_unmerged(
        repo: &gix::Repository,
        tip: ObjectId,
        number: PullNumber,
        name: &RepositoryName,
    ) -> Result<Self, Failure> {
        let Some(head) = pull_head(repo, number)? else {
            return Err(unknown_number(number, name));
        };
        let base = repo
            .merge_base(tip, head)
            .map_err(unreadable("the common history"))?;
        let base = base
            .map(gix::Id::detach)
            .ok_or_else(|| no_common_history(number))?;
        if base == head {
            return Err(already_contained(number));
        }
        Ok(Self {
            base,
            result: head,
            head,
            as_of: tip,
            landed: None,
        })
    }

    fn fill(
        self,
        repo: &gix::Repository,
        clone: &OpenedClone,
        number: PullNumber,
        watcher: &Watcher,
    ) -> Result<PullRequest, Failure> {
        let people = People::as_of(repo, self.as_of)?;
        let (commits, more_commits) = self.commits(repo, &people)?;
        let (files, mut skipped) = changes::between(repo, self.base, self.result, watcher)?;
        skipped.extend(more_commits);
        if repo.is_shallow().unwrap_or_default() {
            skipped.push(Skipped::new(
                "history before the clone's boundary",
                "the clone is shallow",
            ));
        }
        let (title, body) = self.words(repo, &commits)?;
        Ok(PullRequest {
            repository: clone.name.clone(),
            author: self.author(&commits, clone.home.as_ref()),
            number,
            title,
            body,
            branch: self
                .landed
                .as_ref()
                .and_then(|(_, landing)| landing.branch.clone()),
            state: self.state(repo)?,
            base: read::sha(self.base)?,
            head: read::sha(self.head)?,
            as_of: read::sha(self.as_of)?,
            as_of_at: time_of(repo, self.as_of)?,
            commits,
            files,
            skipped,
            provenance: Provenance {
                web: clone.web.clone(),
                note: clone.note.clone(),
            },
        })
    }

    /// The branch's own commits, newest first; of a squash, the squash commit alone.
    fn commits(
        &self,
        repo: &gix::Repository,
        people: &People,
    ) -> Result<(Vec<Commit>, Option<Skipped>), Failure> {
        let walk = repo
            .rev_walk([self.head])
            .with_hidden([self.as_of])
            .all()
            .map_err(unreadable("the branch"))?;
        let mut commits = Vec::new();
        for info in walk {
            if commits.len() == COMMITS_MAX {
                return Ok((
                    commits,
                    Some(Skipped::new(
                        "older commits of the branch",
                        "a branch is read up to 250 commits",
                    )),
                ));
            }
            let info = info.map_err(unreadable("the branch"))?;
            commits.push(read_commit(repo, info.id, people)?);
        }
        let squashed = self.landed.is_some() && self.head == self.result;
        let own = squashed.then(|| {
            Skipped::new(
                "the branch's own commits",
                "they were squashed into one; the clone has no others",
            )
        });
        Ok((commits, own))
    }

    /// Who opened it, as far as a clone shows: the owner of the fork it came from, else the author
    /// of the oldest commit. The two are not joined: people push to each other's forks.
    fn author(&self, commits: &[Commit], home: Option<&Owner>) -> Person {
        let fork = self
            .landed
            .as_ref()
            .and_then(|(_, landing)| landing.fork_owner(home));
        let oldest = || {
            commits
                .last()
                .map(|commit| commit.author.clone())
                .unwrap_or_default()
        };
        fork.map_or_else(oldest, people::of_login)
    }

    fn words(
        &self,
        repo: &gix::Repository,
        commits: &[Commit],
    ) -> Result<(String, String), Failure> {
        if let Some((id, landing)) = &self.landed {
            let message = read::commit(repo, *id)?.message_raw_sloppy().to_string();
            let body =
                people::without_reviews(message.split_once('\n').map_or("", |(_, body)| body));
            return Ok((landing.title.clone(), body));
        }
        let message = commits
            .first()
            .map(|commit| commit.message.as_str())
            .unwrap_or_default();
        let (title, body) = message.split_once('\n').unwrap_or((message, ""));
        Ok((title.to_owned(), people::without_reviews(body)))
    }

    fn state(&self, repo: &gix::Repository) -> Result<State, Failure> {
        match &self.landed {
            Some((id, _)) => Ok(State::Merged {
                commit: read::sha(*id)?,
                at: time_of(repo, *id)?,
            }),
            None => Ok(State::Unmerged),
        }
    }
}

fn pull_head(repo: &gix::Repository, number: PullNumber) -> Result<Option<ObjectId>, Failure> {
    for name in head_references(number) {
        let reference = repo
            .try_find_reference(name.as_str())
            .map_err(unreadable("the branches"))?;
        if let Some(mut reference) = reference {
            return reference
                .peel_to_id()
                .map(|id| Some(id.detach()))
                .map_err(unreadable("the head"));
        }
    }
    Ok(None)
}

fn read_commit(repo: &gix::Repository, id: ObjectId, people: &People) -> Result<Commit, Failure> {
    let commit = read::commit(repo, id)?;
    let author = commit.author().map_err(unreadable("a commit's author"))?;
    Ok(Commit {
        sha: read::sha(id)?,
        at: read::timestamp(author.time().unwrap_or_default()),
        author: people.person(author),
        message: people::without_reviews(&commit.message_raw_sloppy().to_string()),
    })
}

fn time_of(repo: &gix::Repository, id: ObjectId) -> Result<jiff::Timestamp, Failure> {
    read::commit(repo, id)?
        .time()
        .map(read::timestamp)
        .map_err(unreadable("a commit's time"))
}

fn unknown_number(number: PullNumber, name: &RepositoryName) -> Failure {
    Failure::caller(
        format!(
            "the clone of {name} has no pull request {number}: no commit names it and there is no refs/pull/{number}/head"
        ),
        format!(
            "set `pull_number` to one that landed here, or fetch it first (git fetch origin pull/{number}/head:refs/pull/{number}/head)"
        ),
    )
}

fn no_common_history(number: PullNumber) -> Failure {
    Failure::caller(
        format!("pull request {number} shares no history with the default branch"),
        "fetch the full history (git fetch --unshallow)",
    )
}

fn already_contained(number: PullNumber) -> Failure {
    Failure::caller(
        format!(
            "pull request {number} is already part of the default branch, and no commit there names it"
        ),
        "ask for one that landed as a merge or squash commit: the clone does not show where this one began",
    )
}
