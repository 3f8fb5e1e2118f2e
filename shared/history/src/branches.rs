//! The references that matter: where pull requests land, and where those lie that did not.

use gix::ObjectId;
use idwo_core::failure::Failure;
use idwo_core::input::PullNumber;

use crate::read::{self, unreadable};

/// The branch that pull requests land on.
pub(crate) struct Branch {
    pub(crate) name: &'static str,
    pub(crate) tip: ObjectId,
}

/// In a clone with a work tree HEAD is wherever its owner stands, so it comes last.
const DEFAULTS: [&str; 6] = [
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
    "HEAD",
];

/// A clone without a work tree is a mirror, whose HEAD is its origin's.
const MIRROR_DEFAULTS: [&str; 1] = ["HEAD"];

/// How many references may lead to each other: git's own limit is five.
const FOLLOWED_MAX: usize = 5;

pub(crate) fn default(repo: &gix::Repository) -> Result<Branch, Failure> {
    let names = if repo.is_bare() {
        &MIRROR_DEFAULTS[..]
    } else {
        &DEFAULTS[..]
    };
    for name in names {
        if let Some(tip) = tip(repo, name)? {
            return Ok(Branch { name, tip });
        }
    }
    Err(Failure::caller(
        "the clone has no commit on its default branch",
        "fetch it (git fetch origin)",
    ))
}

/// What the branch is called where it lives: `refs/remotes/origin/HEAD` leads to `main`.
pub(crate) fn short_name(repo: &gix::Repository, branch: &Branch) -> String {
    let followed = || repo.find_reference(branch.name).ok()?.follow()?.ok();
    let name = followed().map_or_else(
        || branch.name.to_owned(),
        |reference| reference.name().as_bstr().to_string(),
    );
    let short = name.strip_prefix("refs/heads/");
    let short = short.or_else(|| name.strip_prefix("refs/remotes/origin/"));
    short.unwrap_or("main").to_owned()
}

/// The head of pull request `number`, wherever the ways of fetching one put it: as itself, or as
/// the second parent of the trial merge that GitHub's own CI checks out.
pub(crate) fn pull_head(
    repo: &gix::Repository,
    number: PullNumber,
) -> Result<Option<ObjectId>, Failure> {
    let heads = [
        "refs/pull/{}/head",
        "refs/remotes/origin/pull/{}/head",
        "refs/remotes/pull/{}/head",
        "refs/remotes/origin/pr/{}",
    ];
    for name in heads {
        if let Some(head) = tip(repo, &name.replace("{}", &number.to_string()))? {
            return Ok(Some(head));
        }
    }
    for name in ["refs/pull/{}/merge", "refs/remotes/pull/{}/merge"] {
        if let Some(merge) = tip(repo, &name.replace("{}", &number.to_string()))? {
            return Ok(read::commit(repo, merge)?
                .parent_ids()
                .nth(1)
                .map(gix::Id::detach));
        }
    }
    Ok(None)
}

/// `None` for no such reference, and for one that leads to none (a HEAD before the first commit).
fn tip(repo: &gix::Repository, name: &str) -> Result<Option<ObjectId>, Failure> {
    // A pipe in the place of a reference would be read for ever.
    let place = repo.common_dir().join(name);
    if std::fs::metadata(place).is_ok_and(|found| !found.is_file()) {
        return Ok(None);
    }
    let reference = repo
        .try_find_reference(name)
        .map_err(unreadable("the branches"))?;
    let Some(mut reference) = reference else {
        return Ok(None);
    };
    for _ in 0..FOLLOWED_MAX {
        match reference.follow() {
            None => break,
            Some(Ok(next)) => reference = next,
            Some(Err(_)) => return Ok(None),
        }
    }
    if reference.follow().is_some() {
        return Ok(None);
    }
    reference
        .peel_to_id()
        .map(|id| Some(id.detach()))
        .map_err(unreadable("a branch's newest commit"))
}
