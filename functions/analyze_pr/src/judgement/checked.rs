//! What stays of a model's answer: judgements that name lines, evidence and criteria that exist, in words
//! that name nothing else.

use std::collections::{BTreeMap, BTreeSet};

use idwo_core::evidence::{Compliance, Finding, Judgement, Met, Skipped};

use super::grounds::Grounds;
use super::said::{self, FINDINGS_MAX, Said, Summary, TEXT_CHARS_MAX, Verdict};
use super::words::sound;
use crate::counted::counted;

/// Longest statement or suggestion, in characters.
const STATEMENT_CHARS_MAX: usize = 400;

/// What a finding stands on. No fact is of single lines, so it is the one that counts them all.
const FACT_OF_LINES: &str = "size";

/// What a verdict on a criterion stands on.
const FACT_OF_TICKETS: &str = "tickets";

/// Why an entry of an answer is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Dropped {
    Unfounded,
    Unsound,
    TooLong,
    TooMany,
    Twice,
}

impl Dropped {
    fn why(self) -> String {
        match self {
            Self::Unfounded => "they stand on nothing that it was shown".to_owned(),
            Self::Unsound => "their words link, or name what is not in the change".to_owned(),
            Self::TooLong => format!("a text has more than {TEXT_CHARS_MAX} characters"),
            Self::TooMany => format!("it was asked for {FINDINGS_MAX} findings"),
            Self::Twice => "their criterion had a verdict before".to_owned(),
        }
    }
}

/// The judgements that stand, most important first, and how many do not, by why.
pub(super) fn judgements(
    said: Said,
    grounds: &Grounds<'_>,
    model: &str,
    edition: &str,
) -> (Vec<Judgement>, Vec<Skipped>) {
    let mut judgements = Vec::new();
    let mut dropped = BTreeMap::new();
    for entry in entries(said, grounds) {
        match entry {
            Ok(judgement) => judgements.push(judgement),
            Err(why) => *dropped.entry(why).or_default() += 1,
        }
    }
    let named = judgements.into_iter().zip(1..);
    let named = named.map(|(judgement, n)| Judgement {
        id: format!("model_{n}"),
        model: model.to_owned(),
        prompt_version: edition.to_owned(),
        ..judgement
    });
    let dropped = dropped.into_iter();
    let dropped = dropped.map(|(why, number)| {
        let what = format!("{} of the model", counted(number, "judgement"));
        Skipped::new(what, why.why())
    });
    (named.collect(), dropped.collect())
}

type Checked = Result<Judgement, Dropped>;

fn entries(said: Said, grounds: &Grounds<'_>) -> Vec<Checked> {
    let mut entries = vec![summary(said.summary, grounds)];
    let mut findings = said.findings;
    findings.sort_by_key(|finding| finding.severity);
    let mut wanted = FINDINGS_MAX;
    entries.extend(findings.into_iter().map(|said| {
        let found = finding(said, grounds)?;
        wanted = wanted.checked_sub(1).ok_or(Dropped::TooMany)?;
        Ok(found)
    }));
    let mut judged = BTreeSet::new();
    entries.extend(said.compliance.into_iter().map(|said| {
        let criterion = (said.ticket.clone(), said.criterion);
        let verdict = verdict(said, grounds)?;
        let is_first = judged.insert(criterion);
        is_first.then_some(verdict).ok_or(Dropped::Twice)
    }));
    entries
}

fn summary(said: Summary, grounds: &Grounds<'_>) -> Checked {
    let statement = words(&said.statement, grounds)?;
    let mut seen = BTreeSet::new();
    let mut basis = said.basis;
    basis.retain(|id| grounds.evidence.contains(id.as_str()) && seen.insert(id.clone()));
    if basis.is_empty() {
        return Err(Dropped::Unfounded);
    }
    Ok(judgement(statement, said.confidence, basis))
}

fn finding(said: said::Finding, grounds: &Grounds<'_>) -> Checked {
    if !grounds.hold(&said.path, said.from_line, said.to_line) {
        return Err(Dropped::Unfounded);
    }
    let statement = words(&said.scenario, grounds)?;
    let finding = Finding {
        suggestion: words(&said.suggestion, grounds)?,
        url: grounds.url(&said.path, said.from_line),
        path: said.path,
        from_line: said.from_line,
        to_line: said.to_line,
        severity: said.severity,
    };
    Ok(Judgement {
        finding: Some(finding),
        ..judgement(statement, said.confidence, vec![FACT_OF_LINES.to_owned()])
    })
}

fn verdict(said: Verdict, grounds: &Grounds<'_>) -> Checked {
    let criteria = grounds.criteria.get(&said.ticket).copied();
    if !(1..=criteria.unwrap_or_default()).contains(&said.criterion) {
        return Err(Dropped::Unfounded);
    }
    let is_placed = !said.path.is_empty() || said.line > 0;
    if is_placed && !grounds.hold(&said.path, said.line, said.line) {
        return Err(Dropped::Unfounded);
    }
    let statement = words(&said.why, grounds)?;
    let compliance = Compliance {
        ticket: said.ticket,
        criterion: said.criterion,
        verdict: shown(said.verdict, is_placed),
        path: is_placed.then_some(said.path),
        line: is_placed.then_some(said.line),
    };
    Ok(Judgement {
        compliance: Some(compliance),
        ..judgement(statement, said.confidence, vec![FACT_OF_TICKETS.to_owned()])
    })
}

/// What no line shows is not shown to be met.
fn shown(verdict: Met, is_placed: bool) -> Met {
    match verdict {
        Met::Met if !is_placed => Met::Unclear,
        verdict => verdict,
    }
}

fn words(text: &str, grounds: &Grounds<'_>) -> Result<String, Dropped> {
    if text.chars().count() > TEXT_CHARS_MAX {
        return Err(Dropped::TooLong);
    }
    sound(text, STATEMENT_CHARS_MAX, grounds).ok_or(Dropped::Unsound)
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

    fn finding(severity: &str, scenario: &str) -> Value {
        json!({
            "path": "src/refund.rs", "from_line": 12, "to_line": 13, "severity": severity,
            "scenario": scenario, "suggestion": "Try again.", "confidence": 0.5,
        })
    }

    fn judged(findings: Value, compliance: Value) -> (Vec<Judgement>, Vec<Skipped>) {
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
        let compliance = |criterion, verdict, place: Option<u32>| Compliance {
            ticket: "PAY-77".to_owned(),
            criterion,
            verdict,
            path: place.map(|_| "src/refund.rs".to_owned()),
            line: place,
        };
        let expected = [
            compliance(1, Met::Met, Some(12)),
            compliance(2, Met::Unclear, None),
        ];
        assert_eq!(verdicts, expected, "what no line shows is not met");
        assert_eq!(judgements[1].basis, ["tickets"]);
        let dropped = dropped.iter().map(|skipped| skipped.what.as_str());
        let expected = ["3 judgements of the model", "1 judgement of the model"];
        assert!(dropped.eq(expected), "three that do not exist, one twice");
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
        let severities = ["low", "high", "medium"];
        let findings = json!(severities.map(|severity| finding(severity, "It fails.")));
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
        assert_eq!(dropped, []);
    }

    #[test]
    fn an_entry_too_many_or_too_long_costs_itself_alone() {
        let long = "x".repeat(TEXT_CHARS_MAX + 1);
        let findings = json!([
            finding("medium", "It fails."),
            finding("low", "It fails last."),
            finding("high", &long),
            finding("high", "It fails."),
            finding("medium", "It fails."),
        ]);
        let (judgements, dropped) = judged(findings, json!([]));
        let statements: Vec<_> = judgements.iter().map(|j| j.statement.as_str()).collect();
        assert_eq!(statements, ["Fine.", "It fails.", "It fails.", "It fails."]);
        let whys: Vec<_> = dropped.iter().map(|skipped| skipped.why.as_str()).collect();
        assert_eq!(
            whys,
            [
                "a text has more than 2000 characters",
                "it was asked for 3 findings"
            ]
        );
    }

    #[test]
    fn what_was_dropped_is_not_blamed_on_the_change_alone() {
        let placed = verdict("PAY-77", 1, "src/refund.rs", 12);
        let mut linking = placed.clone();
        linking["why"] = json!("See www.evil.test now.");
        let (_, dropped) = judged(json!([]), json!([linking, placed.clone(), placed]));
        let whys: Vec<_> = dropped.iter().map(|skipped| skipped.why.as_str()).collect();
        assert_eq!(
            whys,
            [
                "their words link, or name what is not in the change",
                "their criterion had a verdict before"
            ]
        );
    }
}
