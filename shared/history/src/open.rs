//! Opening a clone, and the names it goes by.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use gix::ObjectId;
use idwo_core::failure::Failure;
use idwo_core::input::{Owner, PullNumber, RepositoryName};
use idwo_core::past::Reach;
use idwo_core::watcher::Watcher;

use crate::as_of::AsOf;
use crate::index::{Index, OnMainLine};

/// Largest object that is unpacked, in bytes: a small pack can claim gigabytes.
const OBJECT_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Largest file that is compared with others to find renames, in bytes: each pair costs a diff.
const RENAMED_BYTES_MAX: usize = 256 * 1024;

/// Object cache of one repository handle, in bytes: trees of neighbouring commits share most of
/// what they hold. A larger one made no difference when measured.
const OBJECT_CACHE_BYTES: usize = 16 * 1024 * 1024;

pub(crate) struct OpenedClone {
    /// The name it is shown under: that of its origin, if it has one.
    pub(crate) name: RepositoryName,
    /// `local/<folder>`, when that is not its name already.
    pub(crate) alias: Option<RepositoryName>,
    /// Whose repository this is a clone of, where that is known.
    pub(crate) home: Option<Owner>,
    /// Where people look at it: only for a GitHub repository, whose addresses we can build.
    pub(crate) web: Option<String>,
    pub(crate) note: Option<String>,
    repo: gix::ThreadSafeRepository,
    index: Index,
    /// The last commit asked about: one answer asks twice.
    last: Mutex<Option<(ObjectId, Arc<AsOf>)>>,
}

impl OpenedClone {
    pub(crate) fn open(path: &Path) -> gix::Result<Self> {
        refuse_special_files(path)?;
        let repo = gix::ThreadSafeRepository::discover_opts(
            path,
            gix::discover::upwards::Options::default(),
            options(),
        )?;
        let origin = repo
            .to_thread_local()
            .config_snapshot()
            .string("remote.origin.url");
        let origin = origin.and_then(|url| github_name(&url.to_string()));
        let web = origin
            .as_ref()
            .map(|name| format!("https://github.com/{name}"));
        let local = local_name(&root(path, &repo))?;
        let home = origin.as_ref().map(|name| name.owner.clone());
        let (name, alias) = match origin {
            Some(origin) => (origin, Some(local)),
            None => (local, None),
        };
        Ok(Self {
            name,
            alias,
            home,
            web,
            note: None,
            repo,
            index: Index::default(),
            last: Mutex::default(),
        })
    }

    pub(crate) fn renamed(self, name: RepositoryName, note: &str) -> Self {
        Self {
            home: Some(name.owner.clone()),
            name,
            alias: None,
            web: None,
            note: Some(note.to_owned()),
            ..self
        }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &RepositoryName> {
        std::iter::once(&self.name).chain(&self.alias)
    }

    /// Keeps its index in `folder`, which exists.
    pub(crate) fn kept_in(self, folder: &Path) -> Self {
        // Two clones can go by one name: each has a file of its own.
        let path = self.repo.path().as_os_str().as_encoded_bytes();
        let (owner, repo) = (&self.name.owner, &self.name.repo);
        let place = format!("{owner}+{repo}-{:08x}.past", crc32fast::hash(path));
        Self {
            index: Index::kept_at(folder.join(place)),
            ..self
        }
    }

    /// What is known as of `commit`.
    pub(crate) fn as_of(&self, commit: ObjectId, watcher: &Watcher) -> Result<Arc<AsOf>, Failure> {
        let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = last().as_ref().filter(|(of, _)| *of == commit) {
            return Ok(Arc::clone(known));
        }
        let line = self.index.line(self, commit, watcher)?;
        let known = Arc::new(AsOf::read(self, commit, line)?);
        if known.past.reach == Reach::Whole {
            *last() = Some((commit, Arc::clone(&known)));
        }
        Ok(known)
    }

    /// Where pull request `number` landed, as far as the index tells.
    pub(crate) fn landing_of(
        &self,
        tip: ObjectId,
        number: PullNumber,
        watcher: &Watcher,
    ) -> Result<OnMainLine, Failure> {
        self.index.landing_of(self, tip, number, watcher)
    }

    /// A handle for one thread.
    pub(crate) fn repo(&self) -> gix::Repository {
        let mut repo = self.repo.to_thread_local();
        repo.object_cache_size_if_unset(OBJECT_CACHE_BYTES);
        repo
    }
}

/// A pipe or device in the place of one of git's own files would be read for ever.
fn refuse_special_files(path: &Path) -> gix::Result<()> {
    use gix::error::ResultExt;
    for folder in [path.to_owned(), path.join(".git")] {
        for name in [
            "HEAD",
            "packed-refs",
            "shallow",
            "config",
            "commondir",
            "objects/info/alternates",
        ] {
            let file = folder.join(name);
            if std::fs::metadata(&file).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
                let refused =
                    std::io::Error::other(format!("{} is not a regular file", file.display()));
                return Err(refused).or_error();
            }
        }
    }
    Ok(())
}

/// The clone's own folder, where `path` lies inside its work tree; else `path` as it was given.
fn root(path: &Path, repo: &gix::ThreadSafeRepository) -> PathBuf {
    let whole = std::fs::canonicalize(path).ok();
    let workdir = repo
        .work_dir()
        .and_then(|workdir| std::fs::canonicalize(workdir).ok());
    match (whole, workdir) {
        (Some(whole), Some(workdir)) if whole != workdir && !whole.ends_with(".git") => workdir,
        _ => path.to_owned(),
    }
}

/// Whoever owns the files: nothing of the user's or the system's configuration, bounded objects,
/// bounded comparisons for renames, and no objects put in the place of others.
fn options() -> gix::sec::trust::Mapping<gix::open::Options> {
    let limits = [
        format!("gitoxide.objects.allocLimit={OBJECT_BYTES_MAX}"),
        format!("core.bigFileThreshold={RENAMED_BYTES_MAX}"),
        "core.useReplaceRefs=false".to_owned(),
    ];
    let options =
        gix::open::Options::isolated().config_overrides(limits.iter().map(String::as_str));
    gix::sec::trust::Mapping {
        full: options.clone(),
        reduced: options,
    }
}

/// `local/<folder>`, the folder as the operator named it; what a repository name cannot hold
/// becomes a hyphen.
fn local_name(path: &Path) -> gix::Result<RepositoryName> {
    use gix::error::ResultExt;
    let whole = std::fs::canonicalize(path).or_error()?;
    let named = [path, &whole]
        .into_iter()
        .filter_map(Path::file_name)
        .find(|name| *name != ".git");
    let folder = match named {
        Some(name) => name,
        None => whole.parent().and_then(Path::file_name).unwrap_or_default(),
    };
    let folder = folder.to_string_lossy();
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let folder = folder.strip_suffix(".git").unwrap_or(&folder);
    let folder: String = folder
        .chars()
        .map(|c| if is_allowed(c) { c } else { '-' })
        .collect();
    format!("local/{folder}")
        .parse::<RepositoryName>()
        .or_error()
}

/// Owner and name from the ways of writing a clone's address: `https://github.com/o/r(.git)`,
/// with or without a user (CI writes its token there), `git@github.com:o/r.git`,
/// `ssh://git@github.com/o/r.git`. Other hosts have no name of ours.
fn github_name(url: &str) -> Option<RepositoryName> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let end = if scheme.is_empty() { ':' } else { '/' };
    let (place, path) = rest.split_once(end)?;
    let host = place.rsplit('@').next()?;
    let host = host.strip_suffix(":22").unwrap_or(host);
    if !matches!(host, "github.com" | "www.github.com") {
        return None;
    }
    let path = path.trim_end_matches('/');
    path.strip_suffix(".git").unwrap_or(path).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_a_github_address_gives_the_name() {
        for url in [
            "https://github.com/o/r",
            "https://github.com/o/r.git",
            "git@github.com:o/r.git",
            "ssh://git@github.com/o/r.git/",
            "https://x-access-token:secret@github.com/o/r",
            "https://www.github.com/o/r",
        ] {
            assert_eq!(github_name(url).unwrap().to_string(), "o/r", "{url}");
        }
    }

    #[test]
    fn another_host_is_never_taken_for_github() {
        for url in [
            "https://github.com.evil.test/o/r",
            "https://gitlab.com/o/r",
            "/srv/git/o/r",
            "https://github.com/o/r/x",
            "https://github.com@evil.test/o/r",
            "https://evil.test/github.com/o/r",
            "",
        ] {
            assert!(github_name(url).is_none(), "{url}");
        }
    }
}
