//! The facts behind each section, one statement each, with value, unit and a place to look.

use idwo_core::evidence::{Evidence, Known};
use serde_json::Value;

use super::Report;
use crate::change::Change;

/// Numbers that stand behind sections but not in them.
pub(super) struct Counts {
    pub(super) code_files: usize,
    pub(super) test_files: usize,
    /// Earlier changes that were looked at.
    pub(super) past: u64,
    pub(super) candidates: usize,
}

pub(super) fn evidence(change: &Change<'_>, report: &Report, counts: &Counts) -> Vec<Evidence> {
    let mut facts = vec![size(report), entropy(report), set_apart(report)];
    if let Known::Value(areas) = &report.areas {
        facts.push(fact(
            "areas",
            areas.total,
            "owners",
            format!("{} owners of CODEOWNERS have touched files", areas.total),
        ));
    }
    facts.push(untested(report, counts));
    facts.extend(lists(change, report));
    let people = format!(
        "{} people had a part in {} earlier changes to these paths or stand in CODEOWNERS for them",
        counts.candidates, counts.past
    );
    facts.push(fact("reviewers", counts.candidates, "people", people));
    for fact in &mut facts {
        fact.url = fact.url.take().or_else(|| change.files_url());
    }
    facts
}

fn size(report: &Report) -> Evidence {
    let size = &report.size;
    let statement = format!(
        "{} files, +{} -{} lines, {} hunks; {} files and +{} -{} lines to review",
        size.files,
        size.added_lines,
        size.deleted_lines,
        size.hunks,
        size.reviewable.files,
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
    let statement = format!(
        "changed lines are spread over files with {} bits of entropy, {} of the most possible",
        entropy.bits, entropy.normalised
    );
    fact("entropy", entropy.bits, "bits", statement)
}

fn set_apart(report: &Report) -> Evidence {
    let apart = &report.set_apart;
    let [generated, vendored, lock] =
        [&apart.generated, &apart.vendored, &apart.lock].map(Vec::len);
    let statement =
        format!("{generated} generated, {vendored} vendored and {lock} lock files are set apart");
    fact("set_apart", generated + vendored + lock, "files", statement)
}

fn untested(report: &Report, counts: &Counts) -> Evidence {
    let statement = format!(
        "{} of {} changed code files have no touched test; {} test files are touched",
        report.untested.total, counts.code_files, counts.test_files
    );
    fact("untested", report.untested.total, "files", statement)
}

fn lists(change: &Change<'_>, report: &Report) -> Vec<Evidence> {
    let todo = report
        .todos
        .items
        .first()
        .and_then(|todo| change.line_url(&todo.path, todo.line));
    let secret = report
        .secret_like
        .items
        .first()
        .and_then(|secret| change.line_url(&secret.path, secret.line));
    let count =
        |id, total: usize, unit, what: &str| fact(id, total, unit, format!("{total} {what}"));
    vec![
        Evidence {
            url: todo,
            ..count(
                "todos",
                report.todos.total,
                "lines",
                "new TODO or FIXME marks",
            )
        },
        count(
            "dependencies",
            report.dependencies.total,
            "manifests",
            "manifests change what they depend on",
        ),
        count(
            "ci",
            report.ci.total,
            "files",
            "files of continuous integration are touched",
        ),
        count(
            "infrastructure",
            report.infrastructure.total,
            "files",
            "files of infrastructure are touched",
        ),
        count(
            "migrations",
            report.migrations.total,
            "files",
            "files of database migrations are touched",
        ),
        Evidence {
            url: secret,
            ..count(
                "secret_like",
                report.secret_like.total,
                "lines",
                "added lines look like they hold a credential",
            )
        },
        Evidence {
            url: change.url(),
            ..count(
                "tickets",
                report.tickets.total,
                "tickets",
                "tickets are named",
            )
        },
    ]
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
