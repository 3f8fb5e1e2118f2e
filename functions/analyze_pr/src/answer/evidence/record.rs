//! The facts behind what GitHub's records say.

use idwo_core::evidence::{Evidence, Known};

use super::fact;
use crate::counted::counted;
use crate::record::{CheckEnd, CheckRun, ReviewVerdict};
use crate::report::{Listed, Report};

pub(super) fn facts(report: &Report) -> Vec<Evidence> {
    let mut facts = Vec::new();
    if let Known::Value(checks) = &report.check_runs {
        facts.push(checked(checks));
    }
    if let Known::Value(remarks) = &report.annotations {
        let statement = format!(
            "{} of checks on single lines",
            counted(remarks.total, "remark")
        );
        facts.push(fact(remarks.evidence, remarks.total, "remarks", statement));
    }
    if let Known::Value(reviews) = &report.reviews {
        let with = |verdict| {
            let given = reviews.items.iter();
            given.filter(|review| review.verdict == verdict).count()
        };
        let statement = format!(
            "reviewed by {}: {} approved, {} asked for changes",
            counted(reviews.total, "person"),
            with(ReviewVerdict::Approved),
            with(ReviewVerdict::ChangesRequested),
        );
        facts.push(fact(reviews.evidence, reviews.total, "people", statement));
    }
    if let Known::Value(conflicts) = report.conflicts {
        let statement = if conflicts {
            "it conflicts with the branch it goes into"
        } else {
            "it can be merged as it is"
        };
        facts.push(fact(
            "conflicts",
            conflicts,
            "yes or no",
            statement.to_owned(),
        ));
    }
    if let Known::Value(stale) = &report.staleness {
        let behind = match stale.behind_by {
            Known::Value(commits) => format!("{} behind", counted(commits as usize, "commit")),
            Known::Unknown { .. } => "an unknown number of commits behind".to_owned(),
        };
        let statement = format!(
            "opened {} days ago, untouched for {} days, {behind}",
            stale.age_days, stale.idle_days
        );
        facts.push(fact(stale.evidence, stale.idle_days, "days", statement));
    }
    facts
}

fn checked(checks: &Listed<CheckRun>) -> Evidence {
    let with = |end| {
        let ended = checks.items.iter();
        ended
            .filter(|run| run.conclusion == Known::Value(end))
            .count()
    };
    let running = checks
        .items
        .iter()
        .filter(|run| matches!(run.conclusion, Known::Unknown { .. }));
    let statement = format!(
        "{} of the head commit: {} failed, {} passed, {} not ended",
        counted(checks.total, "check"),
        with(CheckEnd::Failed),
        with(CheckEnd::Passed),
        running.count(),
    );
    fact(checks.evidence, checks.total, "checks", statement)
}
