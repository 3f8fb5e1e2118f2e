//! The facts behind what the past says.

use idwo_core::evidence::{Evidence, Known};

use super::fact;
use crate::counted::counted;
use crate::file_history;
use crate::report::Report;
use crate::risk::Risk;
use crate::times::Interval;

pub(super) fn facts(report: &Report) -> Vec<Evidence> {
    let mut facts = Vec::new();
    if let Known::Value(known) = &report.risk {
        facts.push(risk(known));
    }
    if let Known::Value(time) = &report.time_to_merge_hours {
        facts.push(time_to_merge(time));
    }
    if let Known::Value(time) = &report.review_time_minutes {
        facts.push(time_to_review(time));
    }
    if let Known::Value(histories) = &report.file_history {
        let (changes, fixes, reverts) = file_history::totals(&histories.items);
        let files = counted(histories.total, "source file");
        let changed = counted(changes as usize, "change");
        let statement = format!(
            "in two years {files} had {changed}, {fixes} of them repairs and {reverts} reverts, each counted once a file"
        );
        facts.push(fact(histories.evidence, changes, "changes", statement));
    }
    if let Known::Value(missing) = &report.missing_companions {
        let files = counted(missing.total, "file");
        let statement = format!("{files} missing that used to change together with touched ones");
        facts.push(fact(missing.evidence, missing.total, "files", statement));
    }
    if let Known::Value(parts) = &report.split {
        let statement = match parts.total {
            0 => "no two parts of 20 lines or more that no folder, name or earlier change holds together"
                .to_owned(),
            parts => format!("{parts} parts that no folder, name or earlier change holds together"),
        };
        facts.push(fact(parts.evidence, parts.total, "parts", statement));
    }
    facts
}

fn risk(risk: &Risk) -> Evidence {
    let skill = risk.skill;
    let statement = format!(
        "{:.1} % to be reverted or blamed for a regression; {:.1} % of all are. AUC on repositories not fitted on: {}, of code lines alone {} (95 %: {:+} to {:+})",
        100.0 * risk.probability,
        100.0 * risk.base_rate,
        skill.auc,
        skill.auc_of_code_lines,
        skill.lift_low,
        skill.lift_high,
    );
    fact(risk.evidence, risk.probability, "probability", statement)
}

fn time_to_merge(time: &Interval) -> Evidence {
    let statement = format!(
        "half of {} similar changes landed within {} h of their oldest commit, eight in ten between {} and {} h; {}",
        time.n,
        time.p50,
        time.p10,
        time.p90,
        tried(time)
    );
    fact(time.evidence, time.p50, "hours", statement)
}

fn time_to_review(time: &Interval) -> Evidence {
    let statement = format!(
        "half of {} similar changes were first reviewed within {} minutes of their opening, eight in ten between {} and {}; {}",
        time.n,
        time.p50,
        time.p10,
        time.p90,
        tried(time)
    );
    fact(time.evidence, time.p50, "minutes", statement)
}

fn tried(time: &Interval) -> String {
    match &time.backtest.coverage80 {
        Known::Value(share) => format!(
            "tried on the newest {} it held {:.0} % of them",
            time.backtest.n,
            100.0 * share
        ),
        Known::Unknown { unknown } => unknown.clone(),
    }
}
