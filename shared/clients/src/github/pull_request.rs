//! One pull request: what people and machines said of it in one question, and what it changes in
//! another.

use idwo_core::evidence::Skipped;
use idwo_core::failure::Failure;
use idwo_core::forge::{Commit, Person, Provenance, PullRequest};
use idwo_core::input::{CommitSha, PullNumber, RepositoryName};
use idwo_core::watcher::{Progress, Watcher};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::comparison::Comparison;
use super::graphql::Told;
use super::landed::{Landing, landing};
use super::people::{self, Actor};
use super::record::{Checked, record};
use super::{GitHub, people::person};
use crate::http::Unanswered;

const QUERY: &str = include_str!("pull_request.graphql");

#[derive(Deserialize)]
pub(super) struct Data {
    repository: Option<Repository>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Repository {
    /// As it is called now: an old name leads here too.
    name_with_owner: String,
    default_branch_ref: Option<Branch>,
    pull_request: Option<Described>,
    pub(super) open: super::record::Open,
}

#[derive(Deserialize)]
pub(super) struct Branch {
    pub(super) target: Target,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Target {
    pub(super) oid: CommitSha,
    #[serde(default)]
    pub(super) committed_date: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Described {
    pub(super) title: String,
    pub(super) body: String,
    pub(super) state: Stage,
    pub(super) merged_at: Option<Timestamp>,
    pub(super) changed_files: u64,
    pub(super) additions: u64,
    pub(super) deletions: u64,
    pub(super) head_ref_name: String,
    pub(super) head_ref_oid: CommitSha,
    pub(super) base_ref_oid: CommitSha,
    pub(super) base_ref: Option<Branch>,
    head_repository_owner: Option<Owner>,
    is_cross_repository: bool,
    pub(super) author: Option<Actor>,
    pub(super) merge_commit: Option<MergeCommit>,
    #[serde(flatten)]
    pub(super) checked: Checked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Stage {
    Open,
    Closed,
    Merged,
}

#[derive(Deserialize)]
struct Owner {
    login: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MergeCommit {
    pub(super) oid: CommitSha,
    pub(super) committed_date: Timestamp,
    pub(super) parents: Nodes<Target>,
}

/// A list in GitHub's form.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Nodes<T> {
    #[serde(default)]
    pub(super) total_count: u32,
    /// What may not be seen is null.
    #[serde(default = "Vec::new")]
    pub(super) nodes: Vec<Option<T>>,
}

impl<T> Nodes<T> {
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.nodes.iter().flatten()
    }
}

impl GitHub {
    pub(super) async fn read_pull_request(
        &self,
        repository: &RepositoryName,
        number: PullNumber,
        watcher: &Watcher,
    ) -> Result<PullRequest, Failure> {
        watcher.report(Progress {
            what: "GitHub asked",
            done: 0,
            total: None,
        });
        let variables = json!({
            "owner": repository.owner.as_str(),
            "name": repository.repo.as_str(),
            "number": number.get(),
        });
        let asked = self.ask_graphql::<Data>("PullRequest", QUERY, variables, watcher);
        let told = asked.await?;
        let missing = |field: &str, caller: fn(&RepositoryName, PullNumber) -> Failure| {
            if told.is_broken(field) {
                self.failure(Unanswered::Partial)
            } else {
                caller(repository, number)
            }
        };
        let Some(home) = &told.data.repository else {
            return Err(missing("repository", |name, _| unknown_repository(name)));
        };
        let Some(described) = &home.pull_request else {
            return Err(missing("pullRequest", unknown_number));
        };
        let tip = home
            .default_branch_ref
            .as_ref()
            .map(|branch| &branch.target);
        let landing = landing(described, tip).ok_or_else(|| empty(repository))?;
        let name = home
            .name_with_owner
            .parse()
            .unwrap_or_else(|_| repository.clone());
        let (landing, comparison) = self.compared(&name, described, landing, watcher).await?;
        let found = Found {
            web: format!("{}/{name}", self.service.base().for_people()),
            name,
            number,
            told: &told,
            home,
            described,
            landing,
        };
        Ok(found.with(comparison))
    }
}

struct Found<'a> {
    web: String,
    name: RepositoryName,
    number: PullNumber,
    told: &'a Told<Data>,
    home: &'a Repository,
    described: &'a Described,
    landing: Landing,
}

impl Found<'_> {
    fn with(self, comparison: Comparison) -> PullRequest {
        let described = self.described;
        let behind_by = (described.state == Stage::Open).then_some(comparison.behind_by);
        let commits = self.landing.own(comparison.commits);
        let record = record(self.told, self.home, described, behind_by);
        PullRequest {
            since: None,
            repository: self.name,
            number: self.number,
            title: described.title.clone(),
            body: described.body.clone(),
            branch: Some(described.head_ref_name.clone()),
            author: author(described.author.as_ref(), &commits),
            branch_owner: branch_owner(described),
            co_authors: commits
                .iter()
                .flat_map(|commit| people::co_authors(&commit.message))
                .collect(),
            state: self.landing.state(described),
            base: comparison.merge_base,
            head: self.landing.head,
            as_of: self.landing.as_of,
            as_of_at: self.landing.as_of_at,
            commits,
            files: comparison.files,
            files_total: comparison.files_total,
            lines_complete: comparison.lines_complete,
            skipped: comparison.skipped,
            provenance: Provenance {
                web: Some(self.web),
                note: None,
            },
            record: Some(record),
        }
    }
}

/// By the name that stands in their commits, where one is theirs.
fn author(actor: Option<&Actor>, commits: &[Commit]) -> Person {
    let opened = person(actor);
    let mut authors = commits.iter().rev().map(|commit| &commit.author);
    let own = authors.find(|author| author.login == opened.login);
    own.cloned().unwrap_or(opened)
}

/// Of a fork.
fn branch_owner(described: &Described) -> Option<String> {
    let owner = described.head_repository_owner.as_ref()?;
    described.is_cross_repository.then(|| owner.login.clone())
}

pub(super) fn unknown_repository(repository: &RepositoryName) -> Failure {
    Failure::caller(
        format!("GitHub has no repository {repository}, or does not show it to this server"),
        "check `owner` and `repo`, or let whoever runs this server give its credential access",
    )
}

fn unknown_number(repository: &RepositoryName, number: PullNumber) -> Failure {
    Failure::caller(
        format!("{repository} has no pull request {number}"),
        "check `pull_number`; an issue's number is none",
    )
}

fn empty(repository: &RepositoryName) -> Failure {
    Failure::caller(
        format!("{repository} has no commits"),
        "name a repository that has a default branch",
    )
}

/// What is not looked at when a list ends before its end.
pub(super) fn beyond(total: u32, listed: usize, what: &str) -> Option<Skipped> {
    let more = (total as usize).saturating_sub(listed);
    (more > 0).then(|| Skipped::new(format!("{more} {what}"), format!("{listed} are read")))
}
