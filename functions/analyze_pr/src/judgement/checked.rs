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

#[cfg(test)]
mod tests {
    use idwo_core::evidence::Met;
    use serde_json::{Value, json};

    use super::*;

    fn grounds() -> Grounds<'static> {
        let lines = [12, 13].into();
        Grounds {
            files: [("src/refund.rs".to_owned(), ("src/refund.rs", lines))].into(),
            evidence: ["size", "tickets"].into(),
            criteria: [("PAY-77".to_owned(), 2)].into(),
            tickets: ["PAY-77".to_owned()].into(),
            ..Grounds::default()
        }
    }

    fn verdict(ticket: &str, criterion: usize, path: &str, line: u32) -> Value {
        json!({
            "ticket": ticket, "criterion": criterion, "verdict": "met", "why": "It is refunded.",
            "path": path, "line": line, "confidence": 0.9,
        })
    }

    fn judged(findings: Value, compliance: Value) -> (Vec<Judgement>, Option<Skipped>) {
        let summary = json!({ "statement": "Fine.", "basis": ["size", "x"], "confidence": 0.5 });
        let said = json!({ "summary": summary, "findings": findings, "compliance": compliance });
        let said = serde_json::from_value(said).unwrap();
        judgements(said, &grounds(), "m", "analyze_pr/1")
    }

    #[test]
    fn a_verdict_is_on_a_criterion_that_exists_once() {
        let asked = json!([
            verdict("PAY-77", 1, "src/refund.rs", 12),
            verdict("PAY-77", 2, "", 0),
            verdict("PAY-77", 1, "", 0),
            verdict("PAY-77", 3, "", 0),
            verdict("PAY-77", 0, "", 0),
            verdict("PAY-78", 1, "", 0),
        ]);
        let (judgements, dropped) = judged(json!([]), asked);
        let verdicts: Vec<_> = judgements
            .iter()
            .filter_map(|j| j.compliance.clone())
            .collect();
        let compliance = |criterion, place: Option<u32>| Compliance {
            ticket: "PAY-77".to_owned(),
            criterion,
            verdict: Met::Met,
            path: place.map(|_| "src/refund.rs".to_owned()),
            line: place,
        };
        assert_eq!(verdicts, [compliance(1, Some(12)), compliance(2, None)]);
        assert_eq!(judgements[1].basis, ["tickets"]);
        assert_eq!(dropped.unwrap().what, "4 judgements of the model");
    }

    #[test]
    fn a_verdict_shows_in_a_line_that_was_added_or_in_none() {
        for (path, line) in [
            ("src/refund.rs", 14),
            ("src/evil.rs", 12),
            ("", 12),
            ("src/refund.rs", 0),
        ] {
            let (judgements, _) = judged(json!([]), json!([verdict("PAY-77", 1, path, line)]));
            assert_eq!(judgements.len(), 1, "the summary alone: {path}:{line}");
        }
    }

    #[test]
    fn the_summary_comes_first_and_then_the_worst() {
        let finding = |severity: &str| {
            json!({
                "path": "src/refund.rs", "from_line": 12, "to_line": 13, "severity": severity,
                "scenario": "It fails.", "suggestion": "Try again.", "confidence": 0.5,
            })
        };
        let findings = json!([finding("low"), finding("high"), finding("medium")]);
        let (judgements, dropped) = judged(findings, json!([]));
        let ids: Vec<_> = judgements.iter().map(|j| j.id.as_str()).collect();
        assert_eq!(ids, ["model_1", "model_2", "model_3", "model_4"]);
        assert_eq!(
            judgements[0].basis,
            ["size"],
            "what does not exist is taken out"
        );
        let severities = judgements
            .iter()
            .filter_map(|j| Some(j.finding.as_ref()?.severity));
        assert!(severities.is_sorted(), "{judgements:?}");
        assert_eq!(dropped, None);
    }
}
