//! Risk on records: fitted on all repositories but the one that is asked about.

use std::fmt::Write;

use analyze_pr::attributes::Attributes;
use analyze_pr::outline::Role;
use analyze_pr::risk::factors::{COUNT, Factors};
use analyze_pr::risk::model::probability;
use analyze_pr::track::Track;

use serde_json::json;

use crate::Failed;
use crate::auc::{self, Scores};
use crate::logistic::{self, Fitted};
use crate::records::Repository;

/// Ours and the baseline that it has to beat come first.
pub(crate) const OURS: usize = 0;
pub(crate) const CODE_LINES: usize = 1;

/// Into how many groups chances are sorted to see whether they come true.
const GROUPS: usize = 5;

/// One pull request that counts: its factors, and what simpler methods say.
pub(crate) struct Case {
    pub(crate) number: u64,
    pub(crate) factors: Vec<f64>,
    pub(crate) code_lines: f64,
    pub(crate) baselines: Vec<(String, f64)>,
    pub(crate) is_bad: bool,
    pub(crate) is_any: bool,
}

/// Those of `repository` of which the truth is known.
pub(crate) fn cases(repository: &Repository) -> Vec<Case> {
    let attributes = Attributes::parse("");
    let known = repository
        .pulls
        .iter()
        .enumerate()
        .filter_map(|(index, pull)| {
            let truth = repository
                .truth
                .get(&pull.number)
                .filter(|truth| truth.risk)?;
            let past = repository.past(index);
            let outline = pull.outline(&attributes);
            let code = outline.files.iter().filter(|file| file.role == Role::Code);
            let code_lines: usize = code.map(|file| file.lines).sum();
            let baselines = repository.baselines.get(&pull.number);
            let baselines = baselines
                .and_then(|row| row.risk.clone())
                .unwrap_or_default();
            let mut baselines: Vec<_> = baselines.into_iter().collect();
            baselines.sort_by(|a, b| a.0.cmp(&b.0));
            Some(Case {
                number: pull.number,
                factors: numbers(&Factors::of(&Track::of(&past, &outline))),
                code_lines: code_lines as f64,
                baselines,
                is_bad: truth.is_bad(),
                is_any: truth.is_any(),
            })
        });
    known.collect()
}

/// An unknown one as an impossible value, replaced by the mean where it is used.
fn numbers(factors: &Factors) -> Vec<f64> {
    factors
        .0
        .iter()
        .map(|value| value.unwrap_or(f64::NAN))
        .collect()
}

/// Of each factor, the mean of what is known.
fn means(cases: &[&Case]) -> Vec<f64> {
    let mean = |column: usize| {
        let values = cases.iter().filter_map(|case| case.factors.get(column));
        let known: Vec<f64> = values.copied().filter(|value| value.is_finite()).collect();
        known.iter().sum::<f64>() / known.len().max(1) as f64
    };
    (0..COUNT).map(mean).collect()
}

/// The factors, with the mean in the place of what is unknown: so does the tool.
pub(crate) fn filled(cases: &[&Case], means: &[f64]) -> Vec<Vec<f64>> {
    let known = |value: f64, mean: f64| if value.is_finite() { value } else { mean };
    let rows = cases.iter().map(|case| {
        let values = case.factors.iter().zip(means);
        values.map(|(value, mean)| known(*value, *mean)).collect()
    });
    rows.collect()
}

pub(crate) fn fit(cases: &[&Case]) -> Fitted {
    let outcomes: Vec<_> = cases.iter().map(|case| case.is_bad).collect();
    logistic::fit(&filled(cases, &means(cases)), &outcomes)
}

/// Of each repository, what the model says that was fitted on the others.
pub(crate) struct LeftOut {
    pub(crate) names: Vec<String>,
    pub(crate) scores: Vec<Scores>,
    /// The same with the wider label: also those that a follow-up names.
    any: Vec<Scores>,
    methods: Vec<String>,
    said: Vec<Said>,
}

/// What was said of one pull request, and what became of it.
struct Said {
    repository: usize,
    number: u64,
    log_odds: f64,
    is_bad: bool,
}

impl LeftOut {
    pub(crate) fn of(repositories: &[Repository]) -> Self {
        let all: Vec<_> = repositories.iter().map(cases).collect();
        let first = all.iter().flatten().next();
        let simpler = first.into_iter().flat_map(|case| &case.baselines);
        let ours = ["ours", "code_lines"].map(str::to_owned).into_iter();
        let mut left_out = Self {
            names: repositories.iter().map(|r| r.name.clone()).collect(),
            scores: Vec::new(),
            any: Vec::new(),
            methods: ours.chain(simpler.map(|(name, _)| name.clone())).collect(),
            said: Vec::new(),
        };
        for (at, own) in all.iter().enumerate() {
            let others = all.iter().enumerate().filter(|(other, _)| *other != at);
            let fitted = fit(&others.flat_map(|(_, cases)| cases).collect::<Vec<_>>());
            left_out.try_on(at, own, &fitted);
        }
        left_out
    }

    fn try_on(&mut self, repository: usize, cases: &[Case], fitted: &Fitted) {
        let (mut bad, mut any) = (Scores::default(), Scores::default());
        let rows = filled(&cases.iter().collect::<Vec<_>>(), &fitted.means);
        for (case, factors) in cases.iter().zip(rows) {
            let log_odds = fitted.log_odds(&factors);
            let simpler = case.baselines.iter().map(|(_, value)| *value);
            let row: Vec<_> = [log_odds, case.code_lines]
                .into_iter()
                .chain(simpler)
                .collect();
            bad.push(case.is_bad, row.clone());
            any.push(case.is_any, row);
            self.said.push(Said {
                repository,
                number: case.number,
                log_odds,
                is_bad: case.is_bad,
            });
        }
        self.scores.push(bad);
        self.any.push(any);
    }

    pub(crate) fn table(&self) -> Result<String, Failed> {
        let names: Vec<_> = self.names.iter().map(String::as_str).collect();
        let mut text = String::from("Risk: AUC, fitted on the other repositories\n");
        for (label, scores) in [("bad", &self.scores), ("any", &self.any)] {
            one_label(&mut text, label, scores, &self.methods, &names)?;
        }
        let chances = self.said.iter();
        let chances = chances.map(|said| (probability(said.log_odds), said.is_bad));
        reliability(&mut text, chances.collect())?;
        Ok(text)
    }

    /// One line of JSON for each pull request.
    pub(crate) fn predictions(&self) -> String {
        let lines = self.said.iter().map(|said| {
            let repo = self.names.get(said.repository);
            let line = json!({ "repo": repo, "number": said.number, "risk": said.log_odds });
            format!("{line}\n")
        });
        lines.collect()
    }
}

fn one_label(
    text: &mut String,
    label: &str,
    scores: &[Scores],
    methods: &[String],
    names: &[&str],
) -> Result<(), Failed> {
    let bad: usize = scores.iter().map(|s| s.bad.len()).sum();
    let good: usize = scores.iter().map(|s| s.good.len()).sum();
    writeln!(text, "label `{label}`: {bad} of {}", bad + good)?;
    writeln!(
        text,
        "{:<12} {:>5}  95 % interval   beyond code lines          top 20 %  each",
        "", "AUC"
    )?;
    let intervals = auc::intervals(scores, methods.len(), CODE_LINES);
    for (method, (name, [own, beyond])) in methods.iter().zip(intervals).enumerate() {
        let top: f64 = scores
            .iter()
            .map(|s| s.found_in_top_fifth(method) * s.bad.len() as f64)
            .sum::<f64>()
            / bad.max(1) as f64;
        let pooled = auc::pooled(scores, method);
        let each = names.iter().zip(scores);
        let each: Vec<_> = each
            .map(|(name, s)| format!("{}={:.3}", short(name), s.auc(method)))
            .collect();
        writeln!(
            text,
            "{name:<12} {pooled:.3}  [{:.3}, {:.3}]  {:+.3} [{:+.3}, {:+.3}]  {:>7.3}   {}",
            own.0,
            own.1,
            pooled - auc::pooled(scores, CODE_LINES),
            beyond.0,
            beyond.1,
            top,
            each.join(" ")
        )?;
    }
    Ok(())
}

/// Whether chances come true: in groups of equal size, what was said and what happened.
fn reliability(text: &mut String, mut chances: Vec<(f64, bool)>) -> Result<(), Failed> {
    chances.sort_by(|a, b| a.0.total_cmp(&b.0));
    writeln!(text, "chances in fifths: said, happened")?;
    for group in chances.chunks(chances.len().div_ceil(GROUPS).max(1)) {
        let said: f64 = group.iter().map(|(chance, _)| chance).sum();
        let happened = group.iter().filter(|(_, bad)| *bad).count();
        let share = |count: f64| 100.0 * count / group.len() as f64;
        writeln!(
            text,
            "  {:.1} %  {:.1} %  (n={})",
            share(said),
            share(happened as f64),
            group.len()
        )?;
    }
    Ok(())
}

pub(crate) fn short(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}
