//! Reviewers on records: how high the first true reviewer stands.

use std::collections::BTreeMap;
use std::fmt::Write;

use analyze_pr::attributes::Attributes;
use analyze_pr::reviewers::{Reviewer, reviewers};
use analyze_pr::track::Track;
use fastrand::Rng;
use idwo_core::evidence::Known;
use serde_json::json;

use crate::Failed;
use crate::auc::{DRAWS, middle};
use crate::records::{Pull, Repository};
use crate::risk::short;

/// How many of the suggested people are looked at.
pub(crate) const LOOKED_AT: usize = 5;

/// Repositories with fewer known reviews are left out.
const CASES_MIN: usize = 100;

const SEED: u64 = 7;

/// 1 for a true reviewer in the first place, 1/2 in the second, 0 beyond the fifth.
pub(crate) fn reciprocal_rank<'a>(
    suggested: impl IntoIterator<Item = &'a str>,
    truth: &[String],
) -> f64 {
    let mut suggested = suggested.into_iter().take(LOOKED_AT);
    let place = suggested.position(|name| truth.iter().any(|known| known == name));
    place.map_or(0.0, |place| 1.0 / (place + 1) as f64)
}

/// Ranks of one pull request, by method.
type Ranks = BTreeMap<String, f64>;

/// What was suggested, and how well.
pub(crate) struct Suggested {
    all: Vec<(String, Vec<Ranks>)>,
    /// One line of JSON for each pull request.
    lines: Vec<String>,
}

impl Suggested {
    pub(crate) fn of(repositories: &[Repository]) -> Self {
        let mut suggested = Self {
            all: Vec::new(),
            lines: Vec::new(),
        };
        for repository in repositories {
            let ranks = suggested.ranks(repository);
            if ranks.len() >= CASES_MIN {
                suggested
                    .all
                    .push((short(&repository.name).to_owned(), ranks));
            }
        }
        suggested
    }

    fn ranks(&mut self, repository: &Repository) -> Vec<Ranks> {
        let attributes = Attributes::parse("");
        let mut all = Vec::new();
        for (index, pull) in repository.pulls.iter().enumerate() {
            let Some(truth) = repository.truth.get(&pull.number).filter(|truth| truth.rev) else {
                continue;
            };
            let past = repository.past(index);
            let outline = pull.outline(&attributes);
            let named = named(&reviewers(&Track::of(&past, &outline)).suggested);
            let line =
                json!({ "repo": repository.name, "number": pull.number, "reviewers": named });
            self.lines.push(format!("{line}\n"));
            let mut ranks = simpler(repository, pull, &truth.reviewers);
            let ours = reciprocal_rank(named.iter().map(String::as_str), &truth.reviewers);
            ranks.insert("ours".to_owned(), ours);
            all.push(ranks);
        }
        all
    }

    pub(crate) fn predictions(&self) -> String {
        self.lines.concat()
    }

    pub(crate) fn table(&self) -> Result<String, Failed> {
        let all = &self.all;
        let mut text = String::from(
            "Reviewers: mean reciprocal rank of the first true one, among five; 0 if none\n",
        );
        let counted = all
            .iter()
            .map(|(name, ranks)| format!("{name} {}", ranks.len()));
        writeln!(
            text,
            "pull requests: {}",
            counted.collect::<Vec<_>>().join(", ")
        )?;
        let first = all.first().and_then(|(_, ranks)| ranks.first());
        let mut methods: Vec<_> = first.into_iter().flat_map(|ranks| ranks.keys()).collect();
        methods.sort_by(|a, b| pooled(all, b).total_cmp(&pooled(all, a)));
        let best = methods.iter().find(|name| name.as_str() != "ours");
        let best = best.map_or("", |best| best);
        for method in &methods {
            let (own, beyond) = intervals(all, method, best);
            let each = all
                .iter()
                .map(|(name, ranks)| format!("{name}={:.3}", mean(ranks, method)));
            writeln!(
                text,
                "{method:<13} {:.3}  [{:.3}, {:.3}]  beyond {best} [{:+.3}, {:+.3}]  {}",
                pooled(all, method),
                own.0,
                own.1,
                beyond.0,
                beyond.1,
                each.collect::<Vec<_>>().join(" ")
            )?;
        }
        Ok(text)
    }
}

fn named(suggested: &[Reviewer]) -> Vec<String> {
    let logins = suggested
        .iter()
        .filter_map(|reviewer| match &reviewer.login {
            Known::Value(login) => Some(login.clone()),
            Known::Unknown { .. } => None,
        });
    logins.collect()
}

/// What simpler methods suggested, as it is recorded.
fn simpler(repository: &Repository, pull: &Pull, truth: &[String]) -> Ranks {
    let recorded = repository.baselines.get(&pull.number);
    let recorded = recorded.and_then(|row| row.reviewers.as_ref());
    let ranked = recorded.into_iter().flatten().map(|(name, people)| {
        let others = people.iter().filter(|name| **name != pull.author);
        (
            name.clone(),
            reciprocal_rank(others.map(String::as_str), truth),
        )
    });
    ranked.collect()
}

fn mean(ranks: &[Ranks], method: &str) -> f64 {
    let own = ranks.iter().filter_map(|ranks| ranks.get(method));
    own.sum::<f64>() / ranks.len().max(1) as f64
}

/// Each repository weighs the same.
fn pooled(all: &[(String, Vec<Ranks>)], method: &str) -> f64 {
    let means = all.iter().map(|(_, ranks)| mean(ranks, method));
    means.sum::<f64>() / all.len().max(1) as f64
}

/// The 95 % intervals of a method, and of its difference to another.
fn intervals(all: &[(String, Vec<Ranks>)], method: &str, other: &str) -> ((f64, f64), (f64, f64)) {
    let mut rng = Rng::with_seed(SEED);
    let (mut own, mut beyond) = (Vec::new(), Vec::new());
    for _ in 0..DRAWS {
        let again: Vec<_> = all
            .iter()
            .map(|(name, ranks)| (name.clone(), drawn(ranks, &mut rng)))
            .collect();
        own.push(pooled(&again, method));
        beyond.push(pooled(&again, method) - pooled(&again, other));
    }
    (middle(own), middle(beyond))
}

fn drawn(ranks: &[Ranks], rng: &mut Rng) -> Vec<Ranks> {
    let drawn = (0..ranks.len()).filter_map(|_| ranks.get(rng.usize(..ranks.len())));
    drawn.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_true_reviewer_counts() {
        let truth = ["bo".to_owned(), "cy".to_owned()];
        assert_eq!(reciprocal_rank(["ann", "cy", "bo"], &truth), 0.5);
        assert_eq!(
            reciprocal_rank(["a", "b", "c", "d", "e", "bo"], &truth),
            0.0
        );
    }
}
