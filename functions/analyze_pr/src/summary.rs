//! The reply in words: what matters most first, since some clients show nothing else.

use idwo_core::envelope::Reply;
use idwo_core::evidence::Known;
use idwo_core::untrusted;

use crate::counted::counted;
use crate::record::{CheckEnd, CheckRun, Stage};
use crate::report::{Facts, Listed, Report};
use crate::reviewers::{Confidence, Reviewer};
use crate::risk::Level;
use crate::tickets::Ticket;

/// Most paths or people that one line names.
const NAMED_MAX: usize = 3;

/// Longest name within a line, in characters: the author of a change chooses its paths, and must
/// not be able to push the rest out of the text.
const NAME_CHARS_MAX: usize = 60;

pub(crate) fn text(reply: &Reply<Report>) -> String {
    let report = &reply.result;
    let notes = reply
        .sources
        .iter()
        .filter_map(|source| source.note.clone());
    let degraded = reply
        .degraded
        .iter()
        .map(|d| format!("Without {}: {}.", d.service, d.reason));
    let facts = [
        headline(&report.pull_request),
        size(report),
        flags(report),
        reviewers(report),
    ];
    let now = checks(report).into_iter().chain(conflicts(report));
    let lines = notes
        .chain(facts)
        .chain(now)
        .chain(tickets(report))
        .chain([risk(report)])
        .chain(time(report))
        .chain(skipped(reply))
        .chain(degraded);
    lines.collect::<Vec<_>>().join("\n")
}

fn headline(facts: &Facts) -> String {
    let state = match facts.stage {
        Stage::Merged => "merged",
        Stage::Open => "open",
        Stage::Draft => "draft",
        Stage::Closed => "closed",
        Stage::Unknown => "not known to have landed",
    };
    let author = called(&facts.author.login, &facts.author.name);
    format!(
        "{}#{} \"{}\" by {author} ({state})",
        facts.repository, facts.number, facts.title
    )
}

/// GitHub's name for somebody, else the one in their commits.
fn called<'a>(login: &'a Known<String>, name: &'a str) -> &'a str {
    match login {
        Known::Value(login) => login,
        Known::Unknown { .. } => name,
    }
}

fn size(report: &Report) -> String {
    let size = &report.size;
    let names: Vec<_> = size
        .languages
        .iter()
        .take(NAMED_MAX)
        .map(|l| l.language)
        .collect();
    let languages = if names.is_empty() {
        String::new()
    } else {
        format!(" ({})", names.join(", "))
    };
    format!(
        "Size: {}, +{} -{} lines in {}{}; {} to review.",
        counted(size.files, "file"),
        size.added_lines,
        size.deleted_lines,
        counted(size.hunks as usize, "hunk"),
        languages,
        counted(size.reviewable.files, "file"),
    )
}

/// What a reviewer should look at first, most serious first.
fn flags(report: &Report) -> String {
    let secrets: Vec<_> = report
        .secret_like
        .items
        .iter()
        .map(|s| format!("{}:{} {}", s.path, s.line, s.looks_like))
        .collect();
    let todos: Vec<_> = report
        .todos
        .items
        .iter()
        .map(|t| format!("{}:{}", t.path, t.line))
        .collect();
    let manifests: Vec<_> = report
        .dependencies
        .items
        .iter()
        .map(|m| m.path.clone())
        .collect();
    let flags = [
        flag("secret-like strings", report.secret_like.total, &secrets),
        flag(
            "migrations",
            report.migrations.total,
            &report.migrations.items,
        ),
        flag("CI files", report.ci.total, &report.ci.items),
        flag(
            "infrastructure files",
            report.infrastructure.total,
            &report.infrastructure.items,
        ),
        flag(
            "manifests with changed dependencies",
            report.dependencies.total,
            &manifests,
        ),
        flag(
            "code files without a touched test",
            report.untested.total,
            &report.untested.items,
        ),
        signatures(report),
        flag("new TODO/FIXME", report.todos.total, &todos),
        missing(report),
        parts(report),
    ];
    let flags: Vec<_> = flags.into_iter().flatten().collect();
    if flags.is_empty() {
        return "Look at: nothing stands out.".to_owned();
    }
    format!("Look at: {}.", flags.join("; "))
}

/// Those that somebody may already use: gone or changed, not new.
fn signatures(report: &Report) -> Option<String> {
    let used = report.public_signatures.items.iter();
    let used = used.filter_map(|signature| signature.before.clone());
    let used: Vec<_> = used.collect();
    flag("public declarations gone or changed", used.len(), &used)
}

fn missing(report: &Report) -> Option<String> {
    let Known::Value(missing) = &report.missing_companions else {
        return None;
    };
    let names: Vec<_> = missing.items.iter().map(|m| m.path.clone()).collect();
    flag(
        "files missing that used to change too",
        missing.total,
        &names,
    )
}

fn parts(report: &Report) -> Option<String> {
    let Known::Value(parts) = &report.split else {
        return None;
    };
    let largest = parts.items.iter().filter_map(|part| part.paths.first());
    let names: Vec<_> = largest.cloned().collect();
    flag("parts that could be split", parts.total, &names)
}

fn flag(what: &str, total: usize, named: &[String]) -> Option<String> {
    let names: Vec<_> = named
        .iter()
        .take(NAMED_MAX)
        .map(|name| untrusted::plain(name, NAME_CHARS_MAX))
        .collect();
    let more = if total > names.len() { ", …" } else { "" };
    (total > 0).then(|| format!("{what}: {total} ({}{more})", names.join(", ")))
}

fn reviewers(report: &Report) -> String {
    let reviewers: &Listed<Reviewer> = &report.reviewers;
    let named = reviewers.items.iter().take(NAMED_MAX).map(|reviewer| {
        let name = called(&reviewer.login, &reviewer.name);
        let reason = reviewer.reasons.first().map_or("", String::as_str);
        format!("{name} ({reason})")
    });
    let named: Vec<_> = named.collect();
    if named.is_empty() {
        return "Reviewers: nobody else is known to have touched files to review here.".to_owned();
    }
    let sure = match report.reviewers_confidence {
        Confidence::Measured => "",
        Confidence::Low => " (low confidence: few past reviews are known)",
    };
    format!("Reviewers{sure}: {}.", named.join("; "))
}

/// Those that stand in the way.
fn checks(report: &Report) -> Option<String> {
    let Known::Value(checks) = &report.check_runs else {
        return None;
    };
    let is_failed = |run: &&CheckRun| run.conclusion == Known::Value(CheckEnd::Failed);
    let failed: Vec<_> = checks.items.iter().filter(is_failed).collect();
    let names: Vec<_> = failed
        .iter()
        .take(NAMED_MAX)
        .map(|run| untrusted::plain(&run.name, NAME_CHARS_MAX))
        .collect();
    (!failed.is_empty()).then(|| {
        format!(
            "Failed checks: {} of {} ({}).",
            failed.len(),
            checks.total,
            names.join(", ")
        )
    })
}

fn conflicts(report: &Report) -> Option<String> {
    let conflicts = report.conflicts == Known::Value(true);
    conflicts.then(|| "Conflicts with the branch it goes into.".to_owned())
}

fn tickets(report: &Report) -> Option<String> {
    let tickets: Vec<_> = report
        .tickets
        .items
        .iter()
        .take(NAMED_MAX)
        .map(ticket)
        .collect();
    (!tickets.is_empty()).then(|| format!("Tickets: {}.", tickets.join(", ")))
}

fn ticket(ticket: &Ticket) -> String {
    let key = untrusted::plain(&ticket.key, NAME_CHARS_MAX);
    match &ticket.status {
        Known::Value(status) => format!("{key} ({})", untrusted::plain(status, NAME_CHARS_MAX)),
        Known::Unknown { .. } => key,
    }
}

fn risk(report: &Report) -> String {
    let risk = match &report.risk {
        Known::Value(risk) => risk,
        Known::Unknown { unknown } => return format!("Unknown: risk ({unknown})."),
    };
    let level = match risk.level {
        Level::Low => "low",
        Level::Medium => "medium",
        Level::High => "high",
    };
    format!(
        "Risk: {level} ({}/100): {:.1} % to be reverted or to break something, where {:.1} % of the measured changes were.",
        risk.score,
        100.0 * risk.probability,
        100.0 * risk.base_rate
    )
}

fn time(report: &Report) -> Option<String> {
    match &report.time_to_merge_hours {
        Known::Value(time) => Some(format!(
            "Time to merge: half of similar changes within {} h, eight in ten within {} h (n={}).",
            time.p50, time.p80, time.n
        )),
        Known::Unknown { .. } => None,
    }
}

fn skipped(reply: &Reply<Report>) -> Option<String> {
    let skipped: Vec<_> = reply
        .coverage
        .skipped
        .iter()
        .map(|s| s.what.as_str())
        .collect();
    (!skipped.is_empty()).then(|| format!("Not looked at: {}.", skipped.join("; ")))
}
