//! Reviewers on records: how high the first true reviewer stands.

use std::collections::BTreeMap;
use std::fmt::Write;

use analyze_pr::attributes::Attributes;
use analyze_pr::reviewers::reviewers;
use analyze_pr::track::Track;
use fastrand::Rng;
use idwo_core::evidence::Known;

use crate::Failed;
use crate::auc::{DRAWS, middle};
use crate::records::Repository;
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

fn ranks(repository: &Repository) -> Vec<Ranks> {
    let attributes = Attributes::parse("");
    let known = repository
        .pulls
        .iter()
        .enumerate()
        .filter_map(|(index, pull)| {
            let truth = repository
                .truth
                .get(&pull.number)
                .filter(|truth| truth.rev)?;
            let past = repository.past(index);
            let outline = pull.outline(&attributes);
            let suggested = reviewers(&Track::of(&past, &outline)).suggested;
            let names = suggested
                .iter()
                .filter_map(|reviewer| match &reviewer.login {
                    Known::Value(login) => Some(login.as_str()),
                    Known::Unknown { .. } => None,
                });
            let ours = ("ours".to_owned(), reciprocal_rank(names, &truth.reviewers));
            let simpler = repository.baselines.get(&pull.number);
            let simpler = simpler
                .and_then(|row| row.reviewers.as_ref())
                .into_iter()
                .flatten();
            let simpler = simpler.map(|(name, people)| {
                let others = people.iter().filter(|name| **name != pull.author);
                let rank = reciprocal_rank(others.map(String::as_str), &truth.reviewers);
                (name.clone(), rank)
            });
            Some(simpler.chain([ours]).collect())
        });
    known.collect()
}

pub(crate) fn table(repositories: &[Repository]) -> Result<String, Failed> {
    let all = repositories.iter().map(|r| (short(&r.name), ranks(r)));
    let all: Vec<_> = all.filter(|(_, ranks)| ranks.len() >= CASES_MIN).collect();
    let mut text = String::from(
        "Reviewers: mean reciprocal rank of the first true one, among five; 0 if none\n",
    );
    let counted: Vec<_> = all
        .iter()
        .map(|(name, ranks)| format!("{name} {}", ranks.len()))
        .collect();
    writeln!(text, "pull requests: {}", counted.join(", "))?;
    let first = all.first().and_then(|(_, ranks)| ranks.first());
    let mut methods: Vec<_> = first.into_iter().flat_map(|ranks| ranks.keys()).collect();
    methods.sort_by(|a, b| pooled(&all, b).total_cmp(&pooled(&all, a)));
    let best = methods.iter().find(|name| name.as_str() != "ours");
    for method in &methods {
        let (own, beyond) = intervals(&all, method, best.map_or("", |best| best));
        let each = all
            .iter()
            .map(|(name, ranks)| format!("{name}={:.3}", mean(ranks, method)));
        writeln!(
            text,
            "{method:<13} {:.3}  [{:.3}, {:.3}]  beyond {} [{:+.3}, {:+.3}]  {}",
            pooled(&all, method),
            own.0,
            own.1,
            best.map_or("", |best| best),
            beyond.0,
            beyond.1,
            each.collect::<Vec<_>>().join(" ")
        )?;
    }
    Ok(text)
}

fn mean(ranks: &[Ranks], method: &str) -> f64 {
    let own = ranks.iter().filter_map(|ranks| ranks.get(method));
    own.sum::<f64>() / ranks.len().max(1) as f64
}

/// Each repository weighs the same.
fn pooled(all: &[(&str, Vec<Ranks>)], method: &str) -> f64 {
    let means = all.iter().map(|(_, ranks)| mean(ranks, method));
    means.sum::<f64>() / all.len().max(1) as f64
}

/// The 95 % intervals of a method, and of its difference to another.
fn intervals(all: &[(&str, Vec<Ranks>)], method: &str, other: &str) -> ((f64, f64), (f64, f64)) {
    let mut rng = Rng::with_seed(SEED);
    let (mut own, mut beyond) = (Vec::new(), Vec::new());
    for _ in 0..DRAWS {
        let again: Vec<_> = all
            .iter()
            .map(|(name, ranks)| (*name, drawn(ranks, &mut rng)))
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
