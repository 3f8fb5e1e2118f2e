//! The change under analysis: its files sorted into those that people wrote and those set apart,
//! and a way to read other files beside them.

use globset::{GlobBuilder, GlobMatcher};
use idwo_core::ctx::Ctx;
use idwo_core::failure::Failure;
use idwo_core::forge::{ChangedFile, FileChange, PullRequest, State};
use idwo_core::input::{CommitSha, RepositoryName};

use crate::paths;

/// Longest path that is shown, in characters.
pub(crate) const PATH_CHARS_MAX: usize = 200;

pub(crate) struct Change<'a> {
    pub(crate) pull_request: &'a PullRequest,
    repository: &'a RepositoryName,
    kinds: Vec<Kind>,
}

/// Who made a file's lines, as far as its path and the repository's attributes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Lock,
    Vendored,
    Generated,
    Test,
    Other,
}

impl<'a> Change<'a> {
    pub(crate) async fn read(
        ctx: &Ctx,
        repository: &'a RepositoryName,
        pull_request: &'a PullRequest,
    ) -> Result<Self, Failure> {
        let attributes = ctx
            .forge
            .file(repository, &pull_request.as_of, ".gitattributes")
            .await?;
        let attributes =
            Attributes::parse(&String::from_utf8_lossy(&attributes.unwrap_or_default()));
        let kinds = pull_request
            .files
            .iter()
            .map(|file| attributes.kind(&file.path))
            .collect();
        Ok(Self {
            pull_request,
            repository,
            kinds,
        })
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = (&'a ChangedFile, Kind)> {
        self.pull_request
            .files
            .iter()
            .zip(self.kinds.iter().copied())
    }

    /// Files that people wrote and review: all but lock, vendored and generated ones.
    pub(crate) fn reviewable(&self) -> impl Iterator<Item = &'a ChangedFile> {
        self.files()
            .filter(|(_, kind)| kind.is_reviewable())
            .map(|(file, _)| file)
    }

    pub(crate) fn of_kind(&self, wanted: Kind) -> impl Iterator<Item = &'a ChangedFile> {
        self.files()
            .filter(move |(_, kind)| *kind == wanted)
            .map(|(file, _)| file)
    }

    /// A file as it was before the change.
    pub(crate) async fn before(&self, ctx: &Ctx, path: &str) -> Result<Option<String>, Failure> {
        self.text(ctx, &self.pull_request.base, path).await
    }

    /// A file as the change leaves it.
    pub(crate) async fn after(&self, ctx: &Ctx, path: &str) -> Result<Option<String>, Failure> {
        self.text(ctx, self.result(), path).await
    }

    /// A file of the repository's own rules, as it was known before the change landed.
    pub(crate) async fn rules(&self, ctx: &Ctx, path: &str) -> Result<Option<String>, Failure> {
        self.text(ctx, &self.pull_request.as_of, path).await
    }

    pub(crate) fn repository(&self) -> &RepositoryName {
        self.repository
    }

    /// The commit that holds the whole change.
    pub(crate) fn result(&self) -> &CommitSha {
        match &self.pull_request.state {
            State::Merged { commit, .. } => commit,
            State::Unmerged => &self.pull_request.head,
        }
    }

    /// Where a person can look at a line of the changed file; `None` without such a place.
    pub(crate) fn line_url(&self, path: &str, line: u32) -> Option<String> {
        let web = self.pull_request.provenance.web.as_deref()?;
        Some(format!(
            "{web}/blob/{}/{}#L{line}",
            self.result(),
            url_path(path)
        ))
    }

    pub(crate) fn url(&self) -> Option<String> {
        let web = self.pull_request.provenance.web.as_deref()?;
        Some(format!("{web}/pull/{}", self.pull_request.number))
    }

    /// The page that shows the change as its reviewers saw it.
    pub(crate) fn files_url(&self) -> Option<String> {
        Some(format!("{}/files", self.url()?))
    }

    /// The page that shows exactly what was counted.
    pub(crate) fn compare_url(&self) -> Option<String> {
        let web = self.pull_request.provenance.web.as_deref()?;
        Some(format!(
            "{web}/compare/{}..{}",
            self.pull_request.base,
            self.result()
        ))
    }

    async fn text(
        &self,
        ctx: &Ctx,
        commit: &CommitSha,
        path: &str,
    ) -> Result<Option<String>, Failure> {
        let bytes = ctx.forge.file(self.repository, commit, path).await?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }
}

impl Kind {
    fn is_reviewable(self) -> bool {
        matches!(self, Self::Test | Self::Other)
    }
}

/// The name a file had before the change, where it had one.
pub(crate) fn path_before(file: &ChangedFile) -> Option<&str> {
    match &file.kind {
        FileChange::Added => None,
        FileChange::Renamed { from } => Some(from),
        FileChange::Modified | FileChange::Deleted => Some(&file.path),
    }
}

/// The two attributes of `.gitattributes` by which a repository overrules our path rules.
struct Attributes(Vec<(GlobMatcher, Attribute, bool)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attribute {
    Generated,
    Vendored,
}

impl Attributes {
    fn parse(text: &str) -> Self {
        let lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with('#'));
        Self(lines.flat_map(rules_of_line).collect())
    }

    fn kind(&self, path: &str) -> Kind {
        let says = |attribute| {
            self.0
                .iter()
                .rev()
                .find(|(glob, a, _)| *a == attribute && glob.is_match(path))
        };
        let is = |attribute, otherwise| says(attribute).map_or(otherwise, |(_, _, set)| *set);
        if paths::is_lock(path) {
            Kind::Lock
        } else if is(Attribute::Vendored, paths::is_vendored(path)) {
            Kind::Vendored
        } else if is(Attribute::Generated, paths::is_generated(path)) {
            Kind::Generated
        } else if paths::is_test(path) {
            Kind::Test
        } else {
            Kind::Other
        }
    }
}

fn rules_of_line(line: &str) -> Vec<(GlobMatcher, Attribute, bool)> {
    let mut words = line.split_whitespace();
    let Some(glob) = words.next().and_then(attribute_glob) else {
        return Vec::new();
    };
    let rules = words.filter_map(|word| match word {
        "linguist-generated" | "linguist-generated=true" => Some((Attribute::Generated, true)),
        "-linguist-generated" | "linguist-generated=false" => Some((Attribute::Generated, false)),
        "linguist-vendored" | "linguist-vendored=true" => Some((Attribute::Vendored, true)),
        "-linguist-vendored" | "linguist-vendored=false" => Some((Attribute::Vendored, false)),
        _ => None,
    });
    rules
        .map(|(attribute, set)| (glob.clone(), attribute, set))
        .collect()
}

/// A pattern without a slash matches a name at any depth; with one, from the root.
fn attribute_glob(pattern: &str) -> Option<GlobMatcher> {
    let anchored = pattern.trim_end_matches('/').contains('/');
    let pattern = pattern.trim_start_matches('/');
    let pattern = if anchored {
        pattern.to_owned()
    } else {
        format!("**/{pattern}")
    };
    let glob = GlobBuilder::new(&pattern)
        .literal_separator(true)
        .build()
        .ok()?;
    Some(glob.compile_matcher())
}

/// Percent-encodes what a path may hold and a URL may not.
fn url_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                out.push(char::from(byte))
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_overrules_the_path_rules() {
        let attributes = Attributes::parse(
            "# comment\n*.gen.rs linguist-generated=true\nvendor/ours/** -linguist-vendored\n/api/*.json linguist-generated\n",
        );
        assert_eq!(attributes.kind("src/deep/a.gen.rs"), Kind::Generated);
        assert_eq!(attributes.kind("vendor/ours/a.go"), Kind::Other);
        assert_eq!(attributes.kind("vendor/theirs/a.go"), Kind::Vendored);
        assert_eq!(
            (
                attributes.kind("api/x.json"),
                attributes.kind("web/api/x.json")
            ),
            (Kind::Generated, Kind::Other)
        );
    }

    #[test]
    fn a_path_cannot_leave_its_place_in_a_url() {
        assert_eq!(url_path("a b/#?%é.rs"), "a%20b/%23%3F%25%C3%A9.rs");
    }
}
