//! The change under analysis: its files sorted into those that people wrote and those set apart,
//! and a way to read other files beside them.

use idwo_core::ctx::Ctx;
use idwo_core::evidence::{Known, Skipped};
use idwo_core::failure::Failure;
use idwo_core::forge::{ChangedFile, File, FileChange, Person, PullRequest, State};
use idwo_core::input::{CommitSha, RepositoryName};

use crate::paths;
use crate::patterns::Patterns;
use crate::quote::quote;

/// Longest path that is shown, in characters.
pub(crate) const PATH_CHARS_MAX: usize = 200;

/// Longest name of a person that is shown, in characters.
pub(crate) const NAME_CHARS_MAX: usize = 80;

pub(crate) struct Change<'a> {
    pub(crate) pull_request: &'a PullRequest,
    repository: &'a RepositoryName,
    kinds: Vec<Kind>,
    /// What was not looked at to sort the files.
    pub(crate) skipped: Vec<Skipped>,
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
        let mut skipped = Vec::new();
        let attributes = match ctx
            .forge
            .file(repository, &pull_request.as_of, ".gitattributes")
            .await?
        {
            File::Content(bytes) => Attributes::parse(&String::from_utf8_lossy(&bytes)),
            File::Missing => Attributes::parse(""),
            File::TooLarge => {
                skipped.push(Skipped::new(
                    ".gitattributes",
                    "it is larger than is read whole",
                ));
                Attributes::parse("")
            }
        };
        if attributes.0.left_out > 0 {
            let what = format!("{} patterns of .gitattributes", attributes.0.left_out);
            skipped.push(Skipped::new(what, "they are too many or too complex"));
        }
        let kinds = pull_request
            .files
            .iter()
            .map(|file| attributes.kind(&file.path))
            .collect();
        Ok(Self {
            pull_request,
            repository,
            kinds,
            skipped,
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
    pub(crate) async fn before(&self, ctx: &Ctx, path: &str) -> Result<Text, Failure> {
        self.text(ctx, &self.pull_request.base, path).await
    }

    /// A file as the change leaves it.
    pub(crate) async fn after(&self, ctx: &Ctx, path: &str) -> Result<Text, Failure> {
        self.text(ctx, self.result(), path).await
    }

    /// A file of the repository's own rules, as it was known before the change landed.
    pub(crate) async fn rules(&self, ctx: &Ctx, path: &str) -> Result<Text, Failure> {
        self.text(ctx, &self.pull_request.as_of, path).await
    }

    pub(crate) fn repository(&self) -> &RepositoryName {
        self.repository
    }

    /// The commit that holds the whole change.
    pub(crate) fn result(&self) -> &CommitSha {
        match &self.pull_request.state {
            State::Merged { commit, .. } => commit,
            State::Unknown { .. } => &self.pull_request.head,
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

    async fn text(&self, ctx: &Ctx, commit: &CommitSha, path: &str) -> Result<Text, Failure> {
        ctx.watcher.go_on()?;
        Ok(match ctx.forge.file(self.repository, commit, path).await? {
            File::Content(bytes) => Text::Content(String::from_utf8_lossy(&bytes).into_owned()),
            File::Missing => Text::Missing,
            File::TooLarge => Text::TooLarge,
        })
    }
}

/// A file read as text.
pub(crate) enum Text {
    Content(String),
    Missing,
    TooLarge,
}

impl Kind {
    fn is_reviewable(self) -> bool {
        matches!(self, Self::Test | Self::Other)
    }
}

/// GitHub's name for somebody, where a clone gives it away.
pub(crate) fn login(person: &Person) -> Known<String> {
    let unknown = || Known::unknown("no commit of theirs gives it away");
    person
        .login
        .as_deref()
        .map_or_else(unknown, |login| Known::Value(quote(login, NAME_CHARS_MAX)))
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
struct Attributes(Patterns<(Attribute, bool)>);

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
        Self(Patterns::new(lines.flat_map(rules_of_line)))
    }

    fn kind(&self, path: &str) -> Kind {
        let said: Vec<_> = self.0.matching(path).collect();
        let is = |attribute, otherwise| {
            said.iter()
                .find(|(a, _)| *a == attribute)
                .map_or(otherwise, |(_, set)| *set)
        };
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

/// Lines without one of the two attributes give no rule.
fn rules_of_line(line: &str) -> Vec<(String, (Attribute, bool))> {
    let mut words = line.split_whitespace();
    let Some(pattern) = words.next().map(attribute_pattern) else {
        return Vec::new();
    };
    let rules = words.filter_map(|word| match word {
        "linguist-generated" | "linguist-generated=true" => Some((Attribute::Generated, true)),
        "-linguist-generated" | "linguist-generated=false" => Some((Attribute::Generated, false)),
        "linguist-vendored" | "linguist-vendored=true" => Some((Attribute::Vendored, true)),
        "-linguist-vendored" | "linguist-vendored=false" => Some((Attribute::Vendored, false)),
        _ => None,
    });
    rules.map(|rule| (pattern.clone(), rule)).collect()
}

/// A pattern without a slash matches a name at any depth; with one, from the root.
fn attribute_pattern(pattern: &str) -> String {
    let anchored = pattern.trim_end_matches('/').contains('/');
    let pattern = pattern.trim_start_matches('/');
    if anchored {
        pattern.to_owned()
    } else {
        format!("**/{pattern}")
    }
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
