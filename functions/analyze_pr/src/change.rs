//! The change under analysis: its files sorted into those that people wrote and those set apart,
//! and a way to read other files beside them.

use std::collections::{HashMap, HashSet};

use idwo_core::ctx::Ctx;
use idwo_core::evidence::{Known, Skipped};
use idwo_core::failure::Failure;
use idwo_core::forge::{ChangedFile, File, FileChange, Person, Place, PullRequest, State};
use idwo_core::input::CommitSha;

use crate::attributes::{Attributes, Kind};
use crate::quote::quote;
use crate::{dependencies, owners, signatures, untested};

/// Longest path that is shown, in characters.
pub(crate) const PATH_CHARS_MAX: usize = 200;

/// Longest name of a person that is shown, in characters.
pub(crate) const NAME_CHARS_MAX: usize = 80;

pub(crate) struct Change<'a> {
    pub(crate) pull_request: &'a PullRequest,
    kinds: Vec<Kind>,
    pub(crate) attributes: Attributes,
    /// Asked for together: over HTTP, each question takes as long as another.
    held: HashMap<Place, File>,
    /// What was not looked at to sort the files.
    pub(crate) skipped: Option<Skipped>,
}

impl<'a> Change<'a> {
    pub(crate) async fn read(ctx: &Ctx, pull_request: &'a PullRequest) -> Result<Self, Failure> {
        let mut change = Self {
            pull_request,
            kinds: Vec::new(),
            attributes: Attributes::read(&File::Missing),
            held: HashMap::new(),
            skipped: None,
        };
        change.hold(ctx, rules(pull_request)).await?;
        let attributes = change.held.get(&at(&pull_request.as_of, ATTRIBUTES));
        change.attributes = Attributes::read(attributes.unwrap_or(&File::Missing));
        change.skipped = change.attributes.skipped.clone();
        let files = pull_request.files.iter();
        change.kinds = files
            .map(|file| change.attributes.kind(&file.path))
            .collect();
        let mut wanted = dependencies::wanted(&change);
        wanted.extend(signatures::wanted(&change));
        wanted.extend(untested::wanted(&change));
        change.hold(ctx, wanted).await?;
        Ok(change)
    }

    async fn hold(&mut self, ctx: &Ctx, mut wanted: Vec<Place>) -> Result<(), Failure> {
        let mut seen = HashSet::new();
        wanted.retain(|place| seen.insert(place.clone()));
        let repository = &self.pull_request.repository;
        let files = ctx.forge.files(repository, &wanted, &ctx.watcher).await?;
        self.held.extend(wanted.into_iter().zip(files));
        Ok(())
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
        self.text(ctx, self.place_before(path)).await
    }

    /// A file as the change leaves it.
    pub(crate) async fn after(&self, ctx: &Ctx, path: &str) -> Result<Text, Failure> {
        self.text(ctx, self.place_after(path)).await
    }

    /// A file of the repository's own rules, as it was known before the change landed.
    pub(crate) async fn rules(&self, ctx: &Ctx, path: &str) -> Result<Text, Failure> {
        self.text(ctx, at(&self.pull_request.as_of, path)).await
    }

    /// Which of `paths` the repository has, as of before the change landed.
    pub(crate) async fn existing(&self, ctx: &Ctx, paths: &[&str]) -> Result<Vec<bool>, Failure> {
        let places = paths.iter().map(|path| at(&self.pull_request.as_of, path));
        let places: Vec<_> = places.collect();
        let repository = &self.pull_request.repository;
        let files = ctx.forge.files(repository, &places, &ctx.watcher).await?;
        Ok(files.iter().map(|file| *file != File::Missing).collect())
    }

    pub(crate) fn place_before(&self, path: &str) -> Place {
        at(&self.pull_request.base, path)
    }

    pub(crate) fn place_after(&self, path: &str) -> Place {
        at(self.result(), path)
    }

    /// Both sides of a changed file.
    pub(crate) fn sides(&self, file: &ChangedFile) -> impl Iterator<Item = Place> {
        let before = path_before(file).map(|path| self.place_before(path));
        let is_left = file.kind != FileChange::Deleted;
        let after = is_left.then(|| self.place_after(&file.path));
        before.into_iter().chain(after)
    }

    /// The commit that holds the whole change.
    pub(crate) fn result(&self) -> &CommitSha {
        match &self.pull_request.state {
            State::Merged { commit, .. } if self.pull_request.since.is_none() => commit,
            _ => &self.pull_request.head,
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

    /// The page that shows exactly what was counted.
    pub(crate) fn compare_url(&self) -> Option<String> {
        let web = self.pull_request.provenance.web.as_deref()?;
        Some(format!(
            "{web}/compare/{}..{}",
            self.pull_request.base,
            self.result()
        ))
    }

    async fn text(&self, ctx: &Ctx, place: Place) -> Result<Text, Failure> {
        ctx.watcher.go_on()?;
        if let Some(held) = self.held.get(&place) {
            return Ok(Text::of(held));
        }
        let repository = &self.pull_request.repository;
        let files = ctx.forge.files(repository, &[place], &ctx.watcher).await?;
        Ok(Text::of(files.first().unwrap_or(&File::Missing)))
    }
}

/// Where the repository says which files are generated and vendored.
const ATTRIBUTES: &str = ".gitattributes";

/// What is read before anything else: by what rules the files are sorted, and whose they are.
fn rules(pull_request: &PullRequest) -> Vec<Place> {
    let paths = owners::PLACES.iter().chain([&ATTRIBUTES]);
    paths.map(|path| at(&pull_request.as_of, path)).collect()
}

fn at(commit: &CommitSha, path: &str) -> Place {
    Place {
        commit: commit.clone(),
        path: path.to_owned(),
    }
}

/// A file read as text.
pub(crate) enum Text {
    Content(String),
    Missing,
    /// There, and binary or too large.
    Unread,
}

impl Text {
    fn of(file: &File) -> Self {
        match file {
            File::Content(bytes) => Self::Content(String::from_utf8_lossy(bytes).into_owned()),
            File::Missing => Self::Missing,
            File::Unread => Self::Unread,
        }
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
    fn a_path_cannot_leave_its_place_in_a_url() {
        assert_eq!(url_path("a b/#?%é.rs"), "a%20b/%23%3F%25%C3%A9.rs");
    }
}
