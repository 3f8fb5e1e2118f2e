//! `GET /repos/{owner}/{repo}/compare/{base}...{head}`: the commits of a branch, page by page, and
//! what it changed since it left the other.

use gix::ObjectId;
use gix::diff::Rewrites;
use gix::diff::blob::pipeline::{Mode, WorktreeRoots};
use gix::object::tree::diff::ChangeDetached as TreeChange;
use gix::objs::TreeRefIter;
use gix::worktree::stack::state::attributes::Source;
use serde_json::{Value, json};

use super::Unusable;
use super::git::{self, Git, Side};
use super::patch;
use super::reply::Reply;
use super::request::Asked;

/// Most files that are listed: GitHub's own limit.
const FILES_MAX: usize = 300;

/// Most commits on a page: GitHub's own limit.
const PER_PAGE_MAX: usize = 100;

/// Commits on a page where none is asked for, by GitHub's documents.
const PER_PAGE: usize = 30;

/// Files are taken for renamed when half of their lines agree: git's own default, and the clone
/// forge's.
const RENAMES: Rewrites = Rewrites {
    copies: None,
    percentage: Some(0.5),
    limit: 1000,
    track_empty: false,
};

pub(super) struct Compare<'a> {
    pub(super) git: &'a Git,
    /// The address of the API itself, for links.
    pub(super) api: &'a str,
    pub(super) patch_bytes_max: usize,
}

struct Ends {
    base: ObjectId,
    head: ObjectId,
    merge_base: ObjectId,
}

impl Compare<'_> {
    /// `range` is `BASE...HEAD`, both in full.
    pub(super) fn answer(&self, range: &str, asked: &Asked) -> Result<Reply, Unusable> {
        let repo = self.git.repo();
        let Some(ends) = ends(&repo, range)? else {
            return Ok(Reply::not_found());
        };
        let mut ahead = between(&repo, ends.base, ends.head)?;
        ahead.reverse();
        let behind = between(&repo, ends.head, ends.base)?.len();
        let page = asked.number("page").unwrap_or(1).max(1);
        let per_page = asked.number("per_page").unwrap_or(PER_PAGE);
        let per_page = per_page.clamp(1, PER_PAGE_MAX);
        let first = (page - 1).saturating_mul(per_page);
        let shown = ahead.iter().skip(first).take(per_page);
        let commits = shown.map(|id| self.commit(&repo, *id));
        let commits: Vec<_> = commits.collect::<Result<_, _>>()?;
        let mut body = self.body(&repo, range, &ends)?;
        let said = json!({
            "status": status(ahead.len(), behind), "ahead_by": ahead.len(), "behind_by": behind,
            "total_commits": ahead.len(), "commits": commits,
        });
        extend(&mut body, said);
        if page == 1 {
            extend(&mut body, json!({ "files": self.files(&repo, &ends)? }));
        }
        let pages = ahead.len().div_ceil(per_page).max(1);
        let links = links(&self.url(range), page, pages, per_page);
        Ok(Reply::ok(body).linked(&links).tagged())
    }

    fn url(&self, range: &str) -> String {
        format!("{}/compare/{range}", self.repository())
    }

    fn repository(&self) -> String {
        format!("{}/repos/{}", self.api, self.git.name)
    }

    fn web(&self) -> String {
        format!("https://github.com/{}", self.git.name)
    }

    fn body(&self, repo: &gix::Repository, range: &str, ends: &Ends) -> Result<Value, Unusable> {
        let html = format!("{}/compare/{range}", self.web());
        Ok(json!({
            "url": self.url(range), "html_url": html, "permalink_url": html,
            "diff_url": format!("{html}.diff"), "patch_url": format!("{html}.patch"),
            "base_commit": self.commit(repo, ends.base)?,
            "merge_base_commit": self.commit(repo, ends.merge_base)?,
        }))
    }

    fn commit(&self, repo: &gix::Repository, id: ObjectId) -> Result<Value, Unusable> {
        let commit = repo.find_commit(id)?;
        let (author, committer) = (commit.author()?, commit.committer()?);
        let (written_at, committed_at) = git::times(&commit);
        let user = |signature| {
            self.git
                .signed(signature)
                .map(|user| user.simple_user(self.api))
        };
        let tree = commit.tree_id()?;
        let url = format!("{}/commits/{id}", self.repository());
        let git_url = format!("{}/git", self.repository());
        let message = commit.message_raw_sloppy().to_string();
        Ok(json!({
            "sha": id.to_string(), "node_id": format!("C_{id}"), "url": url,
            "html_url": format!("{}/commit/{id}", self.web()),
            "comments_url": format!("{url}/comments"),
            "commit": {
                "author": signature(author, written_at),
                "committer": signature(committer, committed_at),
                "message": message.trim_end_matches('\n'), "comment_count": 0,
                "tree": { "sha": tree.to_string(), "url": format!("{git_url}/trees/{tree}") },
                "url": format!("{git_url}/commits/{id}"),
                "verification": unsigned(),
            },
            "author": user(author), "committer": user(committer),
            "parents": commit.parent_ids().map(|id| self.parent(id.detach())).collect::<Vec<_>>(),
        }))
    }

    fn parent(&self, id: ObjectId) -> Value {
        json!({
            "sha": id.to_string(), "url": format!("{}/commits/{id}", self.repository()),
            "html_url": format!("{}/commit/{id}", self.web()),
        })
    }

    fn files(&self, repo: &gix::Repository, ends: &Ends) -> Result<Vec<Value>, Unusable> {
        let mut changes = tree_changes(repo, ends.merge_base, ends.head)?;
        changes.retain(|change| !change.entry_mode().is_tree());
        changes.sort_by(|a, b| a.location().cmp(b.location()));
        let shown = changes.into_iter().take(FILES_MAX);
        shown.map(|change| self.file(repo, change, ends)).collect()
    }

    fn file(
        &self,
        repo: &gix::Repository,
        change: TreeChange,
        at: &Ends,
    ) -> Result<Value, Unusable> {
        let path = change.location().to_string();
        let (status, old, new, from) = sides(change);
        let at = if new.is_some() {
            at.head
        } else {
            at.merge_base
        };
        let sha = new.or(old).map(|(_, id)| id.to_string());
        let (old, new) = (git::bytes(repo, old)?, git::bytes(repo, new)?);
        let patch = match git::is_binary(&old) || git::is_binary(&new) {
            true => patch::Patch::default(),
            false => patch::between(&old, &new),
        };
        let escaped = escaped(&path);
        let mut file = json!({
            "sha": sha, "filename": path, "status": status,
            "additions": patch.additions, "deletions": patch.deletions,
            "changes": patch.additions + patch.deletions,
            "blob_url": format!("{}/blob/{at}/{escaped}", self.web()),
            "raw_url": format!("{}/raw/{at}/{escaped}", self.web()),
            "contents_url": format!("{}/contents/{escaped}?ref={at}", self.repository()),
        });
        if !patch.text.is_empty() && patch.text.len() <= self.patch_bytes_max {
            extend(&mut file, json!({ "patch": patch.text }));
        }
        if let Some(from) = from {
            extend(&mut file, json!({ "previous_filename": from }));
        }
        Ok(file)
    }
}

/// `None` for what is no range, and for commits that the clone does not have or that have nothing in
/// common.
fn ends(repo: &gix::Repository, range: &str) -> Result<Option<Ends>, Unusable> {
    let Some((base, head)) = range.split_once("...") else {
        return Ok(None);
    };
    let (base, head) = (git::commit_id(repo, base), git::commit_id(repo, head));
    let (Some(base), Some(head)) = (base, head) else {
        return Ok(None);
    };
    let merge_base = repo.merge_base(base, head)?;
    Ok(merge_base.map(|merge_base| Ends {
        base,
        head,
        merge_base: merge_base.detach(),
    }))
}

/// What `tip` has and `without` has not, newest first.
fn between(
    repo: &gix::Repository,
    without: ObjectId,
    tip: ObjectId,
) -> Result<Vec<ObjectId>, Unusable> {
    let walk = repo.rev_walk([tip]).with_hidden([without]).all()?;
    walk.map(|info| Ok(info?.id)).collect()
}

fn status(ahead: usize, behind: usize) -> &'static str {
    match (ahead, behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    }
}

fn extend(value: &mut Value, with: Value) {
    if let (Value::Object(value), Value::Object(with)) = (value, with) {
        value.extend(with);
    }
}

/// What GitHub's `Link` says of a page, by relation.
fn links(url: &str, page: usize, pages: usize, per_page: usize) -> Vec<(&'static str, String)> {
    let at = |page: usize| format!("{url}?per_page={per_page}&page={page}");
    let mut links = Vec::new();
    if page > 1 {
        links.extend([("prev", at(page - 1)), ("first", at(1))]);
    }
    if page < pages {
        links.extend([("next", at(page + 1)), ("last", at(pages))]);
    }
    links
}

fn signature(of: gix::actor::SignatureRef<'_>, at: jiff::Timestamp) -> Value {
    json!({ "name": of.name.to_string(), "email": of.email.to_string(), "date": at.to_string() })
}

fn unsigned() -> Value {
    json!({
        "verified": false, "reason": "unsigned", "signature": null, "payload": null,
        "verified_at": null,
    })
}

/// A path in an address, where `/` stays.
fn escaped(path: &str) -> String {
    let escaped = path.bytes().map(|byte| match byte {
        b'/' | b'.' | b'-' | b'_' | b'~' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    escaped.collect()
}

/// Attributes come from nowhere: those of the clone could name programs.
fn tree_changes(
    repo: &gix::Repository,
    old: ObjectId,
    new: ObjectId,
) -> Result<Vec<TreeChange>, Unusable> {
    let (old, new) = (
        repo.find_commit(old)?.tree()?,
        repo.find_commit(new)?.tree()?,
    );
    let no_files = gix::index::State::new(repo.object_hash());
    let attributes = repo.attributes_only(&no_files, Source::IdMapping)?.detach();
    let mut cache =
        gix::diff::resource_cache(repo, Mode::ToGit, attributes, WorktreeRoots::default())?;
    let options = gix::diff::Options::default().with_rewrites(Some(RENAMES));
    let mut changes = Vec::new();
    gix::diff::tree_with_rewrites(
        TreeRefIter::from_bytes(&old.data, old.id.kind()),
        TreeRefIter::from_bytes(&new.data, new.id.kind()),
        &mut cache,
        &mut gix::diff::tree::State::default(),
        &repo.objects,
        |change| -> gix::Result<_> {
            changes.push(change.into_owned());
            Ok(std::ops::ControlFlow::Continue(()))
        },
        options.into(),
    )?;
    Ok(changes)
}

/// GitHub's word for a change, its two sides, and the name that it had before.
fn sides(change: TreeChange) -> (&'static str, Side, Side, Option<String>) {
    match change {
        TreeChange::Addition { entry_mode, id, .. } => {
            ("added", None, Some((entry_mode, id)), None)
        }
        TreeChange::Deletion { entry_mode, id, .. } => {
            ("removed", Some((entry_mode, id)), None, None)
        }
        TreeChange::Modification {
            previous_entry_mode,
            previous_id,
            entry_mode,
            id,
            ..
        } => (
            "modified",
            Some((previous_entry_mode, previous_id)),
            Some((entry_mode, id)),
            None,
        ),
        TreeChange::Rewrite {
            source_location,
            source_entry_mode,
            source_id,
            entry_mode,
            id,
            ..
        } => (
            "renamed",
            Some((source_entry_mode, source_id)),
            Some((entry_mode, id)),
            Some(source_location.to_string()),
        ),
    }
}
