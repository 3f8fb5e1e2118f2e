//! All that a model is asked about, other people's words within fences.

use idwo_core::envelope::Reply;
use idwo_core::evidence::Skipped;
use idwo_core::untrusted::{Fenced, Material};

use super::asked::{Asked, TICKET_BYTES_MAX};
use super::diff::{DIFF_BYTES_MAX, Diff};
use super::withheld::{self, LINE_CHARS_MAX};
use crate::change::Change;
use crate::counted::counted;
use crate::report::Report;

/// All statements of evidence, in bytes: thirty of them have 3,000.
const EVIDENCE_BYTES_MAX: usize = 6_000;

/// The title, in bytes.
const TITLE_BYTES_MAX: usize = 300;

/// The description, in bytes: the first page of it.
const BODY_BYTES_MAX: usize = 4_000;

pub(super) fn material(
    change: &Change<'_>,
    reply: &Reply<Report>,
    asked: &Asked,
    diff: &Diff<'_>,
) -> Material {
    let pull_request = change.pull_request;
    let title = text(&pull_request.title);
    let body = text(&pull_request.body);
    let mut material = Material::default()
        .say("Facts, each behind its id:")
        .quote(Fenced::new("facts", &facts(reply), EVIDENCE_BYTES_MAX))
        .say("The author's title and description:")
        .quote(Fenced::new("title", &title, TITLE_BYTES_MAX))
        .quote(Fenced::new("description", &body, BODY_BYTES_MAX));
    for ticket in &asked.tickets {
        let text = Fenced::new("ticket", &ticket.text, TICKET_BYTES_MAX);
        material = material.say("A ticket, with its criteria:").quote(text);
    }
    material
        .say("Changed lines:")
        .quote(Fenced::new("change", &diff.text, DIFF_BYTES_MAX))
}

/// What a model does not know of the texts in `material`, whose `change` it is about.
pub(super) fn skipped(change: &Change<'_>, material: &Material) -> Vec<Skipped> {
    let cuts = material.cuts().map(|(label, bytes)| {
        let what = format!("by the model: the last {bytes} bytes of the {label}");
        Skipped::new(what, "a question holds so much of it")
    });
    let lines = change.pull_request.body.lines();
    let long = lines.filter(|line| line.chars().count() > LINE_CHARS_MAX);
    let long = match long.count() {
        0 => None,
        long => Some(withheld::cut(&format!(
            "{} of the description",
            counted(long, "line")
        ))),
    };
    cuts.chain(long).collect()
}

fn facts(reply: &Reply<Report>) -> String {
    let facts = reply.evidence.iter();
    let facts = facts.map(|fact| format!("{}: {}\n", fact.id, fact.statement));
    facts.collect()
}

fn text(words: &str) -> String {
    let lines: Vec<_> = words.lines().collect();
    withheld::shown(&lines).collect::<Vec<_>>().join("\n")
}
