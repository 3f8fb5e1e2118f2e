//! Tickets that the pull request names: issues it closes, and Jira keys.

use std::collections::HashSet;
use std::sync::LazyLock;

use idwo_core::evidence::Known;
use idwo_core::forge::{LinkedIssue, PullRequest, Record};
use idwo_core::input::{IssueKey, PullNumber, RepositoryName};
use regex::Regex;
use schemars::JsonSchema;
use serde::Serialize;

use crate::constant::constant;
use crate::jira::InJira;
use crate::quote::quote;

/// Longest key that is shown, in characters: owner, name and number.
const KEY_CHARS_MAX: usize = 160;

/// GitHub's closing keywords, then `#N`, `owner/repo#N` or an issue's address. A bare `#N` names
/// anything, so it is never taken.
const CLOSING: &str = r"(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:(?:https://github\.com/)?([A-Za-z0-9_-]{1,39}/[A-Za-z0-9._-]{1,100})(?:#|/issues/)|#)(\d{1,10})\b";

const JIRA_KEY: &str = r"\b[A-Z][A-Z0-9_]{1,9}-[1-9]\d{0,8}\b";

/// Names of standards and licences that look like a project's key.
const NOT_PROJECTS: [&str; 26] = [
    "AES", "AGPL", "BIP", "COVID", "CVE", "CWE", "EIP", "FIPS", "GH", "GHSA", "GPL", "GPT", "HTTP",
    "IEEE", "ISO", "JEP", "JSR", "KIP", "LGPL", "MPL", "PEP", "RFC", "SHA", "SOC", "TLS", "UTF",
];

static CLOSING_PATTERN: LazyLock<Regex> = LazyLock::new(|| constant(CLOSING));
static JIRA_PATTERN: LazyLock<Regex> = LazyLock::new(|| constant(JIRA_KEY));

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Ticket {
    /// `owner/repo#12` or `PROJ-123`.
    pub key: String,
    pub kind: TicketKind,
    pub named_in: NamedIn,
    pub status: Known<String>,
    pub fix_version: Known<String>,
    /// Absent of what was not found there or not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_jira: Option<InJira>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TicketKind {
    Github,
    Jira,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NamedIn {
    /// Linked on GitHub, whether or not a text names it.
    Linked,
    Title,
    Branch,
    Body,
    Commit,
}

/// Each ticket once, with the first place that names it.
pub(crate) fn tickets(pull_request: &PullRequest) -> Vec<Ticket> {
    let commits = pull_request
        .commits
        .iter()
        .map(|commit| (NamedIn::Commit, commit.message.as_str()));
    let texts = [
        (NamedIn::Title, pull_request.title.as_str()),
        (
            NamedIn::Branch,
            pull_request.branch.as_deref().unwrap_or_default(),
        ),
        (NamedIn::Body, pull_request.body.as_str()),
    ];
    let named = texts.into_iter().chain(commits).flat_map(|(place, text)| {
        let jira = if place == NamedIn::Body {
            Vec::new()
        } else {
            jira_keys(text)
        };
        let jira = jira
            .into_iter()
            .map(move |key| (key, TicketKind::Jira, place));
        jira.chain(
            closed(text, &pull_request.repository)
                .into_iter()
                .map(move |key| (key, TicketKind::Github, place)),
        )
    });
    let linked = pull_request
        .record
        .iter()
        .flat_map(linked)
        .map(|issue| (key_of(issue), TicketKind::Github, NamedIn::Linked));
    let mut seen = HashSet::new();
    named
        .chain(linked)
        .filter(|(key, ..)| seen.insert(key.to_lowercase()))
        .map(|named| ticket(named, pull_request.record.as_ref()))
        .collect()
}

/// None where GitHub did not tell them.
fn linked(record: &Record) -> &[LinkedIssue] {
    match &record.issues {
        Known::Value(issues) => issues,
        Known::Unknown { .. } => &[],
    }
}

fn key_of(issue: &LinkedIssue) -> String {
    format!("{}#{}", issue.repository, issue.number)
}

fn ticket((key, kind, named_in): (String, TicketKind, NamedIn), record: Option<&Record>) -> Ticket {
    let (status, fix_version) = match (kind, record) {
        (TicketKind::Github, Some(record)) => told(&key, record),
        (TicketKind::Github, None) => unknown("a clone holds no issues"),
        (TicketKind::Jira, _) => unknown("Jira was not asked"),
    };
    Ticket {
        key: quote(&key, KEY_CHARS_MAX),
        kind,
        named_in,
        status,
        fix_version,
        in_jira: None,
    }
}

fn unknown(why: &str) -> (Known<String>, Known<String>) {
    (Known::unknown(why), Known::unknown(why))
}

/// An issue's milestone is where it is fixed.
fn told(key: &str, record: &Record) -> (Known<String>, Known<String>) {
    if let Known::Unknown { unknown: why } = &record.issues {
        return unknown(why);
    }
    let mut issues = linked(record).iter();
    let Some(issue) = issues.find(|issue| key_of(issue).eq_ignore_ascii_case(key)) else {
        return unknown("GitHub does not link it to the pull request");
    };
    let status = if issue.open { "open" } else { "closed" };
    let milestone = issue
        .milestone
        .as_deref()
        .map(|milestone| quote(milestone, KEY_CHARS_MAX));
    let milestone = milestone.map_or_else(|| Known::unknown("it has no milestone"), Known::Value);
    (Known::Value(status.to_owned()), milestone)
}

fn closed(text: &str, home: &RepositoryName) -> Vec<String> {
    let key = |found: regex::Captures<'_>| {
        let repository = match found.get(1) {
            Some(name) => name.as_str().parse::<RepositoryName>().ok()?,
            None => home.clone(),
        };
        let number: PullNumber = found.get(2)?.as_str().parse().ok()?;
        Some(format!("{repository}#{number}"))
    };
    CLOSING_PATTERN
        .captures_iter(text)
        .filter_map(key)
        .collect()
}

pub(crate) fn jira_keys(text: &str) -> Vec<String> {
    let keys = JIRA_PATTERN
        .find_iter(text)
        .filter_map(|found| found.as_str().parse::<IssueKey>().ok());
    keys.map(|key| key.to_string())
        .filter(|key| {
            !NOT_PROJECTS
                .iter()
                .any(|name| key.starts_with(&format!("{name}-")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closes(text: &str) -> Vec<String> {
        closed(text, &"acme/shop".parse().unwrap())
    }

    #[test]
    fn closing_keywords_name_issues_here_and_elsewhere() {
        assert_eq!(
            closes("Fixes #12, resolves: #13 and Closes acme/api#4"),
            ["acme/shop#12", "acme/shop#13", "acme/api#4"]
        );
        assert_eq!(closes("closes https://github.com/a/b/issues/7"), ["a/b#7"]);
    }

    #[test]
    fn a_bare_number_or_a_foreign_host_names_nothing() {
        for text in [
            "see #12",
            "part of #12",
            "prefixes #12",
            "fixes https://evil.test/a/b/issues/7",
            "fixes #0",
        ] {
            assert_eq!(closes(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn jira_keys_are_told_from_standards() {
        assert_eq!(
            jira_keys("KAFKA-123: SHA-256 over UTF-8 (PROJ-9), CVE-2024-1"),
            ["KAFKA-123", "PROJ-9"]
        );
        assert_eq!(jira_keys("feature/PAY-77-refund xPAY-1 PAY-0"), ["PAY-77"]);
    }
}
