//! What is there for a judgement to name: changed files, lines that were shown, evidence, people, tickets.

use std::collections::{BTreeMap, BTreeSet};

use idwo_core::envelope::Reply;
use idwo_core::evidence::Known;

use super::asked::Asked;
use super::diff::Diff;
use super::words;
use crate::change::{Change, PATH_CHARS_MAX};
use crate::quote::quote;
use crate::report::Report;

/// Most lines that one finding may span.
const SPAN_LINES_MAX: u32 = 60;

#[derive(Default)]
pub(super) struct Grounds<'a> {
    /// By path as it is shown: the path itself, and the added lines that a model saw.
    pub(super) files: BTreeMap<String, (&'a str, BTreeSet<u32>)>,
    pub(super) evidence: BTreeSet<&'static str>,
    /// GitHub's names of the author and of those who are suggested, in lower case.
    pub(super) people: BTreeSet<String>,
    /// How many criteria each ticket has that a model read.
    pub(super) criteria: BTreeMap<String, usize>,
    /// Keys of all tickets that are named.
    pub(super) tickets: BTreeSet<String>,
    /// Keys of any kind in all that a model read.
    pub(super) keys: BTreeSet<String>,
    /// Names with dots in the lines that it read.
    pub(super) names: BTreeSet<String>,
    /// Knows where a person can look at a line.
    pub(super) change: Option<&'a Change<'a>>,
}

impl<'a> Grounds<'a> {
    pub(super) fn of(
        change: &'a Change<'a>,
        reply: &Reply<Report>,
        asked: &Asked,
        diff: &Diff<'a>,
        material: &str,
    ) -> Self {
        let criteria = asked.tickets.iter();
        let criteria: BTreeMap<_, _> = criteria
            .map(|ticket| (ticket.key.clone(), ticket.criteria))
            .collect();
        let named = reply.result.tickets.items.iter();
        let named = named.map(|ticket| ticket.key.clone());
        Self {
            files: files(change, diff),
            evidence: reply.evidence.iter().map(|fact| fact.id).collect(),
            people: people(&reply.result),
            tickets: named.chain(criteria.keys().cloned()).collect(),
            criteria,
            keys: words::keys(material),
            names: words::names(&diff.text),
            change: Some(change),
        }
    }

    /// Whether the change added all of these lines, and a model saw them.
    pub(super) fn hold(&self, path: &str, from: u32, to: u32) -> bool {
        let Some((_, lines)) = self.files.get(path) else {
            return false;
        };
        let is_span = to
            .checked_sub(from)
            .is_some_and(|more| more < SPAN_LINES_MAX);
        is_span && (from..=to).all(|line| lines.contains(&line))
    }

    /// Whether shown lines hold this name, whole or as the beginning or the end of a longer one.
    pub(super) fn is_in_code(&self, name: &str) -> bool {
        self.names.iter().any(|shown| {
            let begins = shown.strip_prefix(name);
            let ends = shown.strip_suffix(name);
            begins.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                || ends.is_some_and(|rest| rest.ends_with('.'))
        })
    }

    /// Whether the change added this line to a file that goes by `name`, or to any where that is empty.
    pub(super) fn has_line(&self, name: &str, line: u32) -> bool {
        let mut files = self.files.iter();
        files.any(|(shown, (path, lines))| {
            let is_meant = name.is_empty() || is_end(shown, name);
            is_meant && (lines.contains(&line) || self.is_added(path, line))
        })
    }

    /// Facts name lines that were added and not shown.
    fn is_added(&self, path: &str, line: u32) -> bool {
        let files = self.change.into_iter().flat_map(Change::files);
        let mut files = files.map(|(file, _)| file).filter(|file| file.path == path);
        files.any(|file| file.added().iter().any(|added| added.number == line))
    }

    pub(super) fn url(&self, path: &str, line: u32) -> Option<String> {
        let (path, _) = self.files.get(path)?;
        self.change?.line_url(path, line)
    }

    /// A changed file, by its path or the end of it.
    pub(super) fn is_file(&self, name: &str) -> bool {
        !name.is_empty() && self.files.keys().any(|path| is_end(path, name))
    }
}

fn is_end(path: &str, name: &str) -> bool {
    let before = path.strip_suffix(name);
    before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

fn files<'a>(change: &Change<'a>, diff: &Diff<'a>) -> BTreeMap<String, (&'a str, BTreeSet<u32>)> {
    let shown = |path: &str| quote(path, PATH_CHARS_MAX);
    let all = change.files();
    let all = all.map(|(file, _)| (shown(&file.path), (file.path.as_str(), BTreeSet::new())));
    let mut files: BTreeMap<_, _> = all.collect();
    for seen in &diff.files {
        let lines = (seen.file.path.as_str(), seen.lines.clone());
        files.insert(shown(&seen.file.path), lines);
    }
    files
}

fn people(report: &Report) -> BTreeSet<String> {
    let suggested = report.reviewers.items.iter();
    let logins = suggested.map(|reviewer| &reviewer.login);
    let logins = logins.chain([&report.pull_request.author.login]);
    let known = logins.filter_map(|login| match login {
        Known::Value(login) => Some(login.to_lowercase()),
        Known::Unknown { .. } => None,
    });
    known.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_of_shown_lines_without_a_gap_and_short() {
        let lines = (1..=61).chain([63]).collect();
        let grounds = Grounds {
            files: [("a.rs".to_owned(), ("a.rs", lines))].into(),
            ..Grounds::default()
        };
        let holds = |from, to| grounds.hold("a.rs", from, to);
        assert!(holds(1, 1) && holds(1, 60) && holds(2, 61));
        assert!(!holds(1, 61), "61 lines");
        assert!(!holds(2, 1) && !holds(61, 63) && !holds(0, 1) && !holds(63, 64));
        assert!(!grounds.hold("b.rs", 1, 1));
    }

    #[test]
    fn a_file_goes_by_the_end_of_its_path() {
        let grounds = Grounds {
            files: [("src/pay.rs".to_owned(), ("src/pay.rs", BTreeSet::new()))].into(),
            ..Grounds::default()
        };
        assert!(grounds.is_file("src/pay.rs") && grounds.is_file("pay.rs"));
        assert!(
            !["", "ay.rs", "rs", "/pay.rs", "src", "src/pay.rs/x"]
                .iter()
                .any(|name| grounds.is_file(name))
        );
    }
}
