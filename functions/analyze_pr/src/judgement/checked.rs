//! What stays of a model's answer: judgements that name lines, evidence and criteria that exist, in words
//! that name nothing else.

use std::collections::BTreeSet;

use idwo_core::evidence::{Compliance, Finding, Judgement, Skipped};

use super::grounds::Grounds;
use super::said::{self, Said, Summary, Verdict};
use super::words::sound;

/// Longest statement or suggestion, in characters.
const STATEMENT_CHARS_MAX: usize = 400;

/// What a finding stands on: the lines that the change adds.
const LINES: &str = "size";

/// What a verdict on a criterion stands on.
const TICKETS: &str = "tickets";

/// The judgements that stand, most important first, and how many do not.
pub(super) fn judgements(
    said: Said,
    grounds: &Grounds<'_>,
    model: &str,
    edition: &str,
) -> (Vec<Judgement>, Option<Skipped>) {
    let all = 1 + said.findings.len() + said.compliance.len();
    let mut findings = said.findings;
    findings.sort_by_key(|finding| finding.severity);
    let mut seen = BTreeSet::new();
    let verdicts = said.compliance.into_iter();
    let verdicts = verdicts.filter(|said| seen.insert((said.ticket.clone(), said.criterion)));
    let judgements = [summary(said.summary, grounds)].into_iter();
    let judgements = judgements
        .chain(findings.into_iter().map(|said| finding(said, grounds)))
        .chain(verdicts.map(|said| verdict(said, grounds)));
    let judgements: Vec<_> = judgements.flatten().zip(1..).collect();
    let dropped = all - judgements.len();
    let named = judgements.into_iter().map(|(judgement, n)| Judgement {
        id: format!("model_{n}"),
        model: model.to_owned(),
        prompt_version: edition.to_owned(),
        ..judgement
    });
    let what = format!("{dropped} judgements of the model");
    let why = "they named what is not in the change";
    (
        named.collect(),
        (dropped > 0).then(|| Skipped::new(what, why)),
    )
}

fn summary(said: Summary, grounds: &Grounds<'_>) -> Option<Judgement> {
    let statement = sound(&said.statement, STATEMENT_CHARS_MAX, grounds)?;
    let mut basis = said.basis;
    basis.retain(|id| grounds.evidence.contains(id.as_str()));
    (!basis.is_empty()).then(|| judgement(statement, said.confidence, basis))
}

fn finding(said: said::Finding, grounds: &Grounds<'_>) -> Option<Judgement> {
    if !grounds.hold(&said.path, said.from_line, said.to_line) {
        return None;
    }
    let statement = sound(&said.scenario, STATEMENT_CHARS_MAX, grounds)?;
    let finding = Finding {
        suggestion: sound(&said.suggestion, STATEMENT_CHARS_MAX, grounds)?,
        url: grounds.url(&said.path, said.from_line),
        path: said.path,
        from_line: said.from_line,
        to_line: said.to_line,
        severity: said.severity,
    };
    Some(Judgement {
        finding: Some(finding),
        ..judgement(statement, said.confidence, vec![LINES.to_owned()])
    })
}

fn verdict(said: Verdict, grounds: &Grounds<'_>) -> Option<Judgement> {
    let criteria = *grounds.criteria.get(&said.ticket)?;
    if !(1..=criteria).contains(&said.criterion) {
        return None;
    }
    let is_placed = !said.path.is_empty() || said.line > 0;
    if is_placed && !grounds.hold(&said.path, said.line, said.line) {
        return None;
    }
    let statement = sound(&said.why, STATEMENT_CHARS_MAX, grounds)?;
    let compliance = Compliance {
        ticket: said.ticket,
        criterion: said.criterion,
        verdict: said.verdict,
        path: is_placed.then_some(said.path),
        line: is_placed.then_some(said.line),
    };
    Some(Judgement {
        compliance: Some(compliance),
        ..judgement(statement, said.confidence, vec![TICKETS.to_owned()])
    })
}

fn judgement(statement: String, confidence: f64, basis: Vec<String>) -> Judgement {
    Judgement {
        id: String::new(),
        statement,
        confidence,
        basis,
        model: String::new(),
        prompt_version: String::new(),
        finding: None,
        compliance: None,
    }
}
