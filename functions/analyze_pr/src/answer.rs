//! Puts the answer together: what every section found, the evidence it stands on, and what was
//! and was not looked at.

use idwo_core::ctx::Ctx;
use idwo_core::envelope::{Reply, Status};
use idwo_core::evidence::{Known, Skipped, Source};
use idwo_core::failure::Failure;
use idwo_core::forge::{ChangedFile, State};
use jiff::Timestamp;

use crate::attributes::Kind;
use crate::change::{Change, NAME_CHARS_MAX, PATH_CHARS_MAX, login};
use crate::dependencies::{self, Manifest};
use crate::owners::{Area, Owners};
use crate::quote::quote;
use crate::report::{Author, Facts, Listed, Merged, Report, SetApart};
use crate::signatures::{self, Signatures};
use crate::untested::{self, Untested};
use crate::{paths, record, secrets, size, tickets, todos};

mod evidence;
mod hindsight;

use self::hindsight::Hindsight;

/// Longest title that is shown, in characters.
const TITLE_CHARS_MAX: usize = 200;

/// The id under which the repository stands in `sources`.
const REPOSITORY: &str = "repository";

/// What had to be read beside the change itself.
pub(crate) struct Findings {
    owners: Owners,
    areas: Vec<Area>,
    untested: Untested,
    dependencies: Vec<Manifest>,
    pub(crate) hindsight: Hindsight,
    signatures: Signatures,
    skipped: Vec<Skipped>,
}

impl Findings {
    pub(crate) async fn of(ctx: &Ctx, change: &Change<'_>) -> Result<Self, Failure> {
        let owners = Owners::read(ctx, change).await?;
        let (areas, mut skipped) = match &owners {
            Owners::Rules(rules) => (rules.areas(change), Vec::from_iter(rules.skipped())),
            Owners::None(_) => (Vec::new(), Vec::new()),
        };
        let hindsight = Hindsight::of(ctx, change, &areas).await?;
        skipped.extend(hindsight.skipped());
        let (dependencies, manifests_skipped) = dependencies::dependencies(ctx, change).await?;
        let mut untested = untested::untested(ctx, change).await?;
        let signatures = signatures::signatures(ctx, change).await?;
        skipped.extend(signatures.skipped.clone());
        skipped.extend(manifests_skipped);
        skipped.extend(untested.skipped.take());
        Ok(Self {
            owners,
            areas,
            untested,
            dependencies,
            hindsight,
            signatures,
            skipped,
        })
    }
}

pub(crate) fn reply(change: &Change<'_>, findings: Findings, now: Timestamp) -> Reply<Report> {
    let sources = vec![source(change, now)];
    let considered = considered(change, &findings);
    let mut skipped = change.pull_request.skipped.clone();
    skipped.extend(change.skipped.iter().cloned());
    skipped.extend(findings.skipped.iter().cloned());
    let counts = evidence::Counts {
        code_files: findings.untested.code_files,
        test_files: findings.untested.test_files,
        changes_here: findings.hindsight.reviewers.changes_here,
        reviewed_here: findings.hindsight.reviewers.reviewed_here,
        candidates: findings.hindsight.reviewers.candidates,
    };
    let unfinished = findings.hindsight.is_unfinished();
    let report = report(change, findings, now);
    let evidence = evidence::evidence(change, &report, &counts);

    let mut reply = Reply::new(report, now);
    if !change.pull_request.lines_complete || unfinished {
        reply.status = Status::Partial;
    }
    reply.sources = sources;
    reply.evidence = evidence;
    reply.coverage.considered = considered;
    reply.coverage.skipped = skipped;
    reply
}

fn report(change: &Change<'_>, findings: Findings, now: Timestamp) -> Report {
    let matching = |is: fn(&str) -> bool| {
        change
            .files()
            .map(|(file, _)| file)
            .filter(|file| is(&file.path))
            .map(shown)
            .collect()
    };
    let areas = match findings.owners {
        Owners::Rules(_) => Known::Value(Listed::new("areas", findings.areas)),
        Owners::None(why) => Known::unknown(why),
    };
    let complete = change.pull_request.lines_complete;
    let hindsight = findings.hindsight;
    let pull_request = change.pull_request;
    Report {
        pull_request: facts(change),
        size: size::size(change),
        set_apart: SetApart {
            evidence: "set_apart",
            generated: change.of_kind(Kind::Generated).map(shown).collect(),
            vendored: change.of_kind(Kind::Vendored).map(shown).collect(),
            lock: change.of_kind(Kind::Lock).map(shown).collect(),
        },
        areas,
        untested: Listed::new(
            "untested",
            findings
                .untested
                .untested
                .iter()
                .map(|path| quote(path, PATH_CHARS_MAX))
                .collect(),
        ),
        todos: Listed::in_lines("todos", complete, todos::todos(change)),
        dependencies: Listed::new("dependencies", findings.dependencies),
        ci: Listed::new("ci", matching(paths::is_ci)),
        infrastructure: Listed::new("infrastructure", matching(paths::is_infrastructure)),
        migrations: Listed::new("migrations", migrations(change)),
        secret_like: Listed::in_lines("secret_like", complete, secrets::secret_like(change)),
        tickets: Listed::new("tickets", tickets::tickets(change.pull_request)),
        reviewers: Listed::first(
            "reviewers",
            hindsight.reviewers.candidates,
            hindsight.reviewers.suggested,
        ),
        reviewers_confidence: hindsight.reviewers.confidence,
        risk: hindsight.risk,
        review_time_minutes: hindsight.time_to_review,
        time_to_merge_hours: hindsight.time_to_merge,
        check_runs: record::check_runs(pull_request),
        annotations: record::remarks(pull_request),
        reviews: record::reviews(pull_request),
        conflicts: record::conflicts(pull_request),
        staleness: record::staleness(pull_request, now),
        public_signatures: Listed {
            complete: complete && findings.signatures.skipped.is_none(),
            ..Listed::new("public_signatures", findings.signatures.found)
        },
        file_history: hindsight.file_history,
        missing_companions: hindsight.missing,
        split: hindsight.parts,
    }
}

/// Test data that looks like migrations changes no database.
fn migrations(change: &Change<'_>) -> Vec<String> {
    change
        .of_kind(Kind::Other)
        .filter(|file| paths::is_migration(&file.path))
        .map(shown)
        .collect()
}

fn facts(change: &Change<'_>) -> Facts {
    let pull_request = change.pull_request;
    Facts {
        repository: pull_request.repository.to_string(),
        number: pull_request.number.get(),
        title: quote(&pull_request.title, TITLE_CHARS_MAX),
        author: Author {
            login: login(&pull_request.author),
            name: quote(&pull_request.author.name, NAME_CHARS_MAX),
            bot: pull_request.author.bot,
        },
        stage: record::stage(pull_request),
        labels: record::labels(pull_request),
        merged: merged(&pull_request.state),
        base_sha: pull_request.base.to_string(),
        head_sha: pull_request.head.to_string(),
        result_sha: change.result().to_string(),
        commits: pull_request.commits.len(),
        seen_as_of: pull_request.as_of.to_string(),
        url: change.url(),
    }
}

fn merged(state: &State) -> Known<Merged> {
    match state {
        State::Merged { commit, at } => {
            let unknown = || Known::unknown("the commit's date is malformed");
            let at = at.map_or_else(unknown, |at| Known::Value(at.to_string()));
            Known::Value(Merged {
                sha: commit.to_string(),
                at,
            })
        }
        State::Open => Known::unknown("it is open"),
        State::Closed => Known::unknown("it was closed without landing"),
        State::Unknown { why } => Known::unknown(why),
    }
}

fn shown(file: &ChangedFile) -> String {
    quote(&file.path, PATH_CHARS_MAX)
}

fn source(change: &Change<'_>, now: Timestamp) -> Source {
    let provenance = &change.pull_request.provenance;
    Source {
        id: REPOSITORY.to_owned(),
        url: provenance.web.clone(),
        fetched_at: now,
        revision: change.result().to_string(),
        cache_age_s: 0,
        note: provenance.note.clone(),
    }
}

fn considered(change: &Change<'_>, findings: &Findings) -> Vec<String> {
    let mut considered = vec![
        format!("{} changed files", change.pull_request.files.len()),
        format!("{} commits", change.pull_request.commits.len()),
        format!("{} earlier changes", findings.hindsight.changes),
    ];
    if let Owners::Rules(rules) = &findings.owners {
        considered.push(rules.place.to_owned());
    }
    considered
}
