//! Between which commits a pull request lies, by what became of it.

use idwo_core::failure::Failure;
use idwo_core::forge::{Commit, PullRequest, State, not_of_the_branch};
use idwo_core::input::{CommitSha, RepositoryName};
use idwo_core::watcher::Watcher;
use jiff::Timestamp;

use super::GitHub;
use super::comparison::Comparison;
use super::pull_request::{Described, Stage, Target};

pub(super) struct Landing {
    /// Compared from here to there, from where both parted.
    from: CommitSha,
    to: CommitSha,
    pub(super) head: CommitSha,
    pub(super) as_of: CommitSha,
    pub(super) as_of_at: Option<Timestamp>,
}

/// `None` for a repository without a commit.
pub(super) fn landing(described: &Described, tip: Option<&Target>) -> Option<Landing> {
    let head = described.head_ref_oid.clone();
    let landed = described.merge_commit.as_ref();
    let landed = landed.filter(|_| described.state == Stage::Merged);
    if let Some((commit, before)) = landed.and_then(|landed| {
        let before = landed.parents.iter().next()?;
        Some((landed, before))
    }) {
        return Some(Landing {
            from: before.oid.clone(),
            to: commit.oid.clone(),
            head,
            as_of: before.oid.clone(),
            as_of_at: before.committed_date,
        });
    }
    let tip = tip?;
    let base = described.base_ref.as_ref();
    let base = base.filter(|_| described.state == Stage::Open);
    Some(Landing {
        from: base
            .map_or(&described.base_ref_oid, |base| &base.target.oid)
            .clone(),
        to: head.clone(),
        head,
        as_of: tip.oid.clone(),
        as_of_at: tip.committed_date,
    })
}

impl Landing {
    pub(super) fn state(&self, described: &Described) -> State {
        match (described.state, &described.merge_commit) {
            (Stage::Merged, Some(landed)) => State::Merged {
                commit: landed.oid.clone(),
                at: Some(described.merged_at.unwrap_or(landed.committed_date)),
            },
            (Stage::Merged, None) => State::Unknown {
                why: "GitHub says that it landed, and not as which commit".to_owned(),
            },
            (Stage::Open, _) => State::Open,
            (Stage::Closed, _) => State::Closed,
        }
    }

    /// The branch's own commits: without the merge that landed them.
    pub(super) fn own(&self, mut commits: Vec<Commit>) -> Vec<Commit> {
        let is_merge = self.to != self.head && commits.len() > 1;
        if is_merge {
            commits.retain(|commit| commit.sha != self.to);
        }
        commits
    }

    /// As its branch was when it landed: what landed last has the branch's own commits before it.
    fn of_branch(self, described: &Described) -> Self {
        let base = &described.base_ref_oid;
        Self {
            from: base.clone(),
            to: described.head_ref_oid.clone(),
            head: self.head,
            as_of: base.clone(),
            as_of_at: None,
        }
    }
}

impl GitHub {
    /// Of `pull_request` what came after `seen`.
    pub(super) async fn read_since(
        &self,
        pull_request: PullRequest,
        seen: &CommitSha,
        watcher: &Watcher,
    ) -> Result<PullRequest, Failure> {
        let (repository, head) = (&pull_request.repository, &pull_request.head);
        if !pull_request.has_commit(seen) {
            return Err(not_of_the_branch(seen));
        }
        let compared = self.find_between(repository, seen, head, watcher).await?;
        let compared = compared.filter(|compared| compared.merge_base == *seen);
        let compared = compared.ok_or_else(|| not_of_the_branch(seen))?;
        let compared = compared.of_unknown_size();
        Ok(PullRequest {
            since: Some(seen.clone()),
            base: seen.clone(),
            commits: compared.commits,
            files: compared.files,
            files_total: compared.files_total,
            lines_complete: compared.lines_complete,
            skipped: compared.skipped,
            ..pull_request
        })
    }

    /// What landed; of commits that were rebased one by one, the branch, since what landed last is only
    /// one of them.
    pub(super) async fn compared(
        &self,
        repository: &RepositoryName,
        described: &Described,
        landing: Landing,
        watcher: &Watcher,
    ) -> Result<(Landing, Comparison), Failure> {
        let compared = self
            .compare(repository, &landing.from, &landing.to, watcher)
            .await?;
        let is_squash = landing.to != landing.head && compared.commits.len() == 1;
        if !is_squash || compared.counts(described) {
            return Ok((landing, compared.of_files(described.changed_files)));
        }
        let landing = landing.of_branch(described);
        let compared = self
            .compare(repository, &landing.from, &landing.to, watcher)
            .await?;
        Ok((landing, compared.of_files(described.changed_files)))
    }
}
