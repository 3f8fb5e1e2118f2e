//! What of a change its repository's past is asked about: whose it is, which files it touches and
//! how much. Nothing of how it ended.

use idwo_core::bots::is_bot;
use idwo_core::forge::Person;
use idwo_core::past::Past;
use jiff::Timestamp;

use crate::attributes::{Attributes, Kind};
use crate::change::{Change, path_before};
use crate::owners::Area;
use crate::paths;

pub struct Outline<'a> {
    pub files: Vec<TouchedFile>,
    pub authors: Vec<Person>,
    /// The time at which the past is asked.
    pub at: Timestamp,
    /// Whom CODEOWNERS names for its files; people only, since a team has no login of its own.
    pub owners: Vec<CodeOwner>,
    pub attributes: &'a Attributes,
}

pub struct CodeOwner {
    pub person: Person,
    /// How many of the changed files.
    pub files: usize,
}

pub struct TouchedFile {
    pub path: String,
    /// The name it went by before, where that was another.
    pub path_before: Option<String>,
    /// Added and deleted together.
    pub lines: usize,
    pub role: Role,
}

/// What a file is for, as risk and reviewers weigh it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Code,
    Test,
    /// CI, configuration, data: it runs or steers what runs.
    Other,
    /// Prose for people.
    Document,
    /// Lock, generated and vendored files.
    SetApart,
}

impl Role {
    pub fn of(path: &str, attributes: &Attributes) -> Self {
        match attributes.kind(path) {
            Kind::Lock | Kind::Generated | Kind::Vendored => Self::SetApart,
            Kind::Test => Self::Test,
            Kind::Other if paths::is_document(path) => Self::Document,
            Kind::Other if paths::is_code(path) => Self::Code,
            Kind::Other => Self::Other,
        }
    }

    /// Whether a change to it can break what runs.
    pub fn is_source(self) -> bool {
        matches!(self, Self::Code | Self::Test | Self::Other)
    }
}

impl<'a> Outline<'a> {
    pub(crate) fn of(change: &'a Change<'_>, areas: &[Area], past: &Past) -> Self {
        let pull_request = change.pull_request;
        let authors = pull_request.commits.iter().map(|commit| &commit.author);
        let authors = authors.chain([&pull_request.author]);
        let files = pull_request.files.iter().map(|file| TouchedFile {
            path: file.path.clone(),
            path_before: path_before(file)
                .filter(|before| *before != file.path)
                .map(str::to_owned),
            lines: file.churn(),
            role: Role::of(&file.path, &change.attributes),
        });
        // The date of that commit can be malformed; what landed last is near it.
        let newest = past.changes.first().map(|newest| newest.at);
        Self {
            files: files.collect(),
            authors: authors
                .chain(&pull_request.co_authors)
                .cloned()
                .chain(pull_request.branch_owner.as_deref().map(by_login))
                .collect(),
            at: pull_request.as_of_at.or(newest).unwrap_or_default(),
            owners: areas.iter().filter_map(code_owner).collect(),
            attributes: &change.attributes,
        }
    }

    /// Files that are no prose, and that people wrote.
    pub fn source(&self) -> impl Iterator<Item = &TouchedFile> {
        self.files.iter().filter(|file| file.role.is_source())
    }
}

fn code_owner(area: &Area) -> Option<CodeOwner> {
    let login = area.owner.strip_prefix('@')?;
    let person = by_login(login);
    let is_somebody = !login.contains('/') && !person.bot;
    is_somebody.then_some(CodeOwner {
        person,
        files: area.files,
    })
}

/// Somebody of whom only GitHub's name is known.
fn by_login(login: &str) -> Person {
    Person {
        name: login.to_owned(),
        login: Some(login.to_owned()),
        bot: is_bot(login),
        ..Person::default()
    }
}
