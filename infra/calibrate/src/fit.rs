//! Fits risk to all records, and writes the model that the tool uses.

use std::fmt::Write;
use std::path::Path;

use crate::auc::{self, Scores};
use crate::records::Repository;
use crate::risk::{self, CODE_LINES, LeftOut, OURS};
use crate::{Failed, print};

pub(crate) const FITTED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../functions/analyze_pr/src/risk/fitted.rs"
);

pub(crate) fn run(repositories: &[Repository], into: &Path) -> Result<(), Failed> {
    std::fs::write(into, text(repositories)?)?;
    print(&format!("{} is written", into.display()));
    Ok(())
}

fn text(repositories: &[Repository]) -> Result<String, Failed> {
    let all: Vec<_> = repositories.iter().flat_map(risk::cases).collect();
    let cases: Vec<_> = all.iter().collect();
    let fitted = risk::fit(&cases);
    let mut odds: Vec<_> = risk::filled(&cases, &fitted.means)
        .iter()
        .map(|row| fitted.log_odds(row))
        .collect();
    odds.sort_by(f64::total_cmp);
    let percentiles = (1..100).filter_map(|percent| odds.get(percent * odds.len() / 100));
    let percentiles: Vec<_> = percentiles.copied().collect();
    let bad = cases.iter().filter(|case| case.is_bad).count();
    let left_out = LeftOut::of(repositories);
    let mut text = String::new();
    writeln!(
        text,
        "//! Written by `cargo calibrate fit`: the model and what it was worth. Not to be edited.\n"
    )?;
    writeln!(
        text,
        "use super::Skill;\nuse super::model::{{Model, PERCENTILES}};\n"
    )?;
    writeln!(text, "pub static FITTED: Model = Model {{")?;
    writeln!(text, "    intercept: {:.4},", fitted.intercept)?;
    writeln!(text, "    means: {},", row(&fitted.means))?;
    writeln!(text, "    coefficients: {},", row(&fitted.coefficients))?;
    let names: Vec<_> = repositories.iter().map(|r| r.name.as_str()).collect();
    writeln!(text, "    fitted_on: \"{}\",", names.join(", "))?;
    writeln!(text, "    percentiles: PERCENTILES_FITTED,")?;
    skill(&mut text, &left_out.scores, cases.len(), bad)?;
    writeln!(text, "}};\n\n#[rustfmt::skip]")?;
    writeln!(text, "const PERCENTILES_FITTED: [f64; PERCENTILES] = [")?;
    for ten in percentiles.chunks(10) {
        let ten: Vec<_> = ten.iter().map(|odds| format!("{odds:.3}")).collect();
        writeln!(text, "    {},", ten.join(", "))?;
    }
    writeln!(text, "];")?;
    Ok(text)
}

fn skill(text: &mut String, scores: &[Scores], pulls: usize, bad: usize) -> Result<(), Failed> {
    let intervals = auc::intervals(scores, 2, CODE_LINES);
    let beyond = intervals
        .get(OURS)
        .map_or((f64::NAN, f64::NAN), |[_, beyond]| *beyond);
    writeln!(text, "    skill: Skill {{")?;
    writeln!(text, "        auc: {:.3},", auc::pooled(scores, OURS))?;
    writeln!(
        text,
        "        auc_of_code_lines: {:.3},",
        auc::pooled(scores, CODE_LINES)
    )?;
    writeln!(text, "        lift_low: {:.3},", beyond.0)?;
    writeln!(text, "        lift_high: {:.3},", beyond.1)?;
    writeln!(text, "        pull_requests: {pulls},")?;
    writeln!(text, "        bad: {bad},")?;
    writeln!(text, "    }},")?;
    Ok(())
}

fn row(values: &[f64]) -> String {
    let values: Vec<_> = values.iter().map(|value| format!("{value:.4}")).collect();
    format!("[{}]", values.join(", "))
}
