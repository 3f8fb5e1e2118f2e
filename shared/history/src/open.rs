//! Opening a clone, and the names it goes by.

use std::path::Path;

use idwo_core::input::{Owner, RepositoryName};

/// Largest object that is unpacked, in bytes: a small pack can claim gigabytes.
const OBJECT_BYTES_MAX: usize = 256 * 1024 * 1024;

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
}

impl OpenedClone {
    pub(crate) fn open(path: &Path) -> gix::Result<Self> {
        let limit = format!("gitoxide.objects.allocLimit={OBJECT_BYTES_MAX}");
        let options = gix::open::Options::isolated().config_overrides([limit.as_str()]);
        let repo = gix::ThreadSafeRepository::open_opts(path, options)?;
        let origin = repo
            .to_thread_local()
            .config_snapshot()
            .string("remote.origin.url");
        let origin = origin.and_then(|url| github_name(&url.to_string()));
        let web = origin
            .as_ref()
            .map(|name| format!("https://github.com/{name}"));
        let local = local_name(path)?;
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

    /// A handle for one thread.
    pub(crate) fn repo(&self) -> gix::Repository {
        let mut repo = self.repo.to_thread_local();
        repo.object_cache_size_if_unset(OBJECT_CACHE_BYTES);
        repo
    }
}

/// `local/<folder>`; what a repository name cannot hold becomes a hyphen.
fn local_name(path: &Path) -> gix::Result<RepositoryName> {
    use gix::error::ResultExt;
    let path = std::fs::canonicalize(path).or_error()?;
    let folder = match path.file_name() {
        Some(name) if name == ".git" => path.parent().and_then(Path::file_name),
        name => name,
    };
    let folder = folder.unwrap_or_default().to_string_lossy();
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
/// `git@github.com:o/r.git`, `ssh://git@github.com/o/r.git`. Other hosts have no name of ours.
fn github_name(url: &str) -> Option<RepositoryName> {
    let prefixes = [
        "https://github.com/",
        "http://github.com/",
        "git@github.com:",
        "ssh://git@github.com/",
        "git://github.com/",
    ];
    let rest = prefixes
        .iter()
        .find_map(|prefix| url.strip_prefix(prefix))?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    rest.strip_suffix(".git").unwrap_or(rest).parse().ok()
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
            "",
        ] {
            assert!(github_name(url).is_none(), "{url}");
        }
    }
}
