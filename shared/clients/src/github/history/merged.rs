//! A merged pull request, as it is kept.

use idwo_core::forge::Person;
use idwo_core::input::{CommitSha, PullNumber};
use idwo_core::logins::of_private_address;
use idwo_core::past::Intent;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::page::{Pull, Review, Written};
use crate::github::people::{self, Actor};
use crate::github::pull_request::Nodes;
use crate::github::record::verdict;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Merged {
    pub(super) number: PullNumber,
    pub(super) commit: CommitSha,
    pub(super) at: Timestamp,
    pub(super) begun_at: Timestamp,
    pub(super) written_at: Timestamp,
    /// Minutes from its opening to the first review by somebody else.
    pub(super) reviewed_after: Option<f64>,
    pub(super) author: Somebody,
    pub(super) reviewers: Vec<Somebody>,
    pub(super) merged_by: Option<Somebody>,
    pub(super) fix: bool,
    pub(super) revert: bool,
    /// With the lines that were added and deleted.
    pub(super) files: Vec<(String, u32)>,
    pub(super) files_total: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Somebody {
    pub(super) login: String,
    name: String,
    email: String,
    bot: bool,
}

impl Merged {
    /// `None` for one whose landing GitHub does not tell.
    pub(super) fn of(pull: Pull) -> Option<Self> {
        let author = author(&pull);
        let reviews = pull.reviews.iter().flat_map(Nodes::iter);
        let by_others: Vec<_> = reviews
            .filter(|review| is_by_another(review, &author))
            .collect();
        let intent = Intent::of(&pull.title, &pull.body);
        let date = |written: &Nodes<Written>| Some(written.iter().next()?.commit.authored_date);
        let begun_at = date(&pull.commits).unwrap_or(pull.created_at);
        let files = pull.files.iter().flat_map(Nodes::iter);
        Some(Self {
            number: pull.number,
            commit: pull.merge_commit?.oid,
            at: pull.merged_at?,
            begun_at,
            written_at: date(&pull.latest).unwrap_or(begun_at),
            reviewed_after: reviewed_after((pull.created_at, pull.merged_at?), &by_others),
            reviewers: distinct(&by_others),
            merged_by: pull
                .merged_by
                .as_ref()
                .map(|actor| Somebody::of(Some(actor))),
            author,
            fix: intent.fix,
            revert: intent.revert,
            files: files
                .map(|file| {
                    (
                        file.path.clone(),
                        file.additions.saturating_add(file.deletions),
                    )
                })
                .collect(),
            files_total: pull.changed_files,
        })
    }
}

/// With the name and address of the newest commit, where GitHub knows no name of theirs.
fn author(pull: &Pull) -> Somebody {
    let somebody = Somebody::of(pull.author.as_ref());
    let newest = pull.latest.iter().next();
    let Some(signature) = newest.and_then(|newest| newest.commit.author.as_ref()) else {
        return somebody;
    };
    let (name, email) = (signature.name.clone(), signature.email.clone());
    let (name, email) = (
        name.unwrap_or_default(),
        email.unwrap_or_default().to_lowercase(),
    );
    let is_theirs = name == somebody.name || of_private_address(&email) == Some(&somebody.login);
    if is_theirs {
        return Somebody {
            name,
            email,
            ..somebody
        };
    }
    somebody
}

fn is_by_another(review: &Review, author: &Somebody) -> bool {
    let login = review.author.as_ref().map(|actor| actor.login.as_str());
    verdict(&review.state).is_some() && login.is_some_and(|login| login != author.login)
}

/// Of reviews while it was open; others say nothing of how long one waits.
fn reviewed_after(
    (opened_at, merged_at): (Timestamp, Timestamp),
    reviews: &[&Review],
) -> Option<f64> {
    let people = reviews
        .iter()
        .filter(|review| !Somebody::of(review.author.as_ref()).bot);
    let times = people.filter_map(|review| review.submitted_at);
    let first = times
        .filter(|at| (opened_at..=merged_at).contains(at))
        .min()?;
    Some(first.duration_since(opened_at).as_secs_f64() / 60.0)
}

fn distinct(reviews: &[&Review]) -> Vec<Somebody> {
    let mut distinct: Vec<Somebody> = Vec::new();
    for review in reviews {
        let somebody = Somebody::of(review.author.as_ref());
        if distinct.iter().all(|known| known.login != somebody.login) {
            distinct.push(somebody);
        }
    }
    distinct
}

impl Somebody {
    fn of(actor: Option<&Actor>) -> Self {
        let person = people::person(actor);
        Self {
            login: person.login.unwrap_or_default(),
            name: person.name,
            email: person.email,
            bot: person.bot,
        }
    }

    pub(super) fn person(&self) -> Person {
        Person {
            name: self.name.clone(),
            email: self.email.clone(),
            login: Some(self.login.clone()),
            bot: self.bot,
        }
    }
}
