//! The facts behind each section, one statement each, with value, unit and a place to look.

use idwo_core::evidence::{Evidence, Known};
use serde_json::Value;

use crate::change::Change;
use crate::counted::counted;
use crate::report::Report;

mod past;
mod record;

/// Numbers that stand behind sections but not in them.
pub(super) struct Counts {
    pub(super) code_files: usize,
    pub(super) test_files: usize,
    /// Earlier changes to the folders in question, and those with a known review.
    pub(super) changes_here: usize,
    pub(super) reviewed_here: usize,
    pub(super) candidates: usize,
}

pub(super) fn evidence(change: &Change<'_>, report: &Report, counts: &Counts) -> Vec<Evidence> {
    let size = Evidence {
        url: change.compare_url(),
        ..size(report)
    };
    let mut facts = vec![size, entropy(report), set_apart(report)];
    if let Known::Value(areas) = &report.areas {
        let owners = format!(
            "files of {} in CODEOWNERS are touched",
            counted(areas.total, "owner")
        );
        facts.push(fact("areas", areas.total, "owners", owners));
    }
    facts.push(untested(report, counts));
    facts.extend(lists(change, report));
    facts.push(reviewers(counts));
    facts.extend(past::facts(report));
    facts.extend(record::facts(report));
    // A fact without a place of its own has the pull request's, which the reply names once. What was counted
    // and not found comes last: it is the first to go where a reply has to be short.
    facts.sort_by_key(|fact| fact.value == 0);
    facts
}

fn size(report: &Report) -> Evidence {
    let size = &report.size;
    let statement = format!(
        "{}, +{} -{} lines, {}; {} and +{} -{} lines to review",
        counted(size.files, "file"),
        size.added_lines,
        size.deleted_lines,
        counted(size.hunks as usize, "hunk"),
        counted(size.reviewable.files, "file"),
        size.reviewable.added_lines,
        size.reviewable.deleted_lines,
    );
    fact(
        "size",
        size.added_lines + size.deleted_lines,
        "changed lines",
        statement,
    )
}

fn entropy(report: &Report) -> Evidence {
    let entropy = &report.size.entropy;
    let share = entropy.normalised * 100.0;
    let statement = format!(
        "the lines to review are spread over files with {} bits, {share:.0} % of an even spread",
        entropy.bits
    );
    fact("entropy", entropy.bits, "bits", statement)
}

fn set_apart(report: &Report) -> Evidence {
    let apart = &report.set_apart;
    let [generated, vendored, lock] =
        [&apart.generated, &apart.vendored, &apart.lock].map(Vec::len);
    let statement = format!(
        "set apart: {generated} generated, {vendored} vendored, {}",
        counted(lock, "lock file")
    );
    fact("set_apart", generated + vendored + lock, "files", statement)
}

fn untested(report: &Report, counts: &Counts) -> Evidence {
    let statement = format!(
        "{} of {} without a touched test; {} touched",
        report.untested.total,
        counted(counts.code_files, "changed code file"),
        counted(counts.test_files, "test file"),
    );
    fact("untested", report.untested.total, "files", statement)
}

/// One row for each list: its id, how many entries, their unit, and the fact in words.
fn lists(change: &Change<'_>, report: &Report) -> Vec<Evidence> {
    let todo = report.todos.items.first().and_then(|todo| todo.url.clone());
    let secret = report
        .secret_like
        .items
        .first()
        .and_then(|secret| secret.url.clone());
    #[rustfmt::skip]
    let rows = [
        ("todos", report.todos.total, "lines", "new TODO or FIXME mark", "", todo),
        ("dependencies", report.dependencies.total, "manifests", "manifest", " with other dependencies than before", None),
        ("ci", report.ci.total, "files", "file", " of continuous integration touched", None),
        ("infrastructure", report.infrastructure.total, "files", "file", " of infrastructure touched", None),
        ("migrations", report.migrations.total, "files", "file", " of database migrations touched", None),
        ("public_signatures", report.public_signatures.total, "declarations", "public declaration", " gone, changed or new", None),
        ("secret_like", report.secret_like.total, "lines", "added line", " like a credential", secret),
        ("tickets", report.tickets.total, "tickets", "ticket", " named", change.url()),
    ];
    let rows = rows
        .into_iter()
        .map(|(id, total, unit, noun, rest, url)| Evidence {
            url,
            ..fact(id, total, unit, format!("{}{rest}", counted(total, noun)))
        });
    rows.collect()
}

fn reviewers(counts: &Counts) -> Evidence {
    let statement = format!(
        "{} known from reviews, from {} in these folders ({} with a known review) or from CODEOWNERS",
        counted(counts.candidates, "candidate"),
        counted(counts.changes_here, "earlier change"),
        counts.reviewed_here,
    );
    fact("reviewers", counts.candidates, "people", statement)
}

fn fact(
    id: &'static str,
    value: impl Into<Value>,
    unit: &'static str,
    statement: String,
) -> Evidence {
    Evidence {
        id,
        kind: "computed",
        statement,
        value: value.into(),
        unit,
        url: None,
    }
}
