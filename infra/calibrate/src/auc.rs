//! How well a score tells bad pull requests from good ones, and how sure that is.

use fastrand::Rng;

/// How many times the data are drawn anew for an interval.
pub(crate) const DRAWS: usize = 1000;

/// So that the same data give the same interval.
const SEED: u64 = 7;

/// Scores of the bad and of the good pull requests of one repository, one column a method.
#[derive(Default, Clone)]
pub(crate) struct Scores {
    pub(crate) bad: Vec<Vec<f64>>,
    pub(crate) good: Vec<Vec<f64>>,
}

impl Scores {
    pub(crate) fn push(&mut self, is_bad: bool, row: Vec<f64>) {
        if is_bad {
            self.bad.push(row);
        } else {
            self.good.push(row);
        }
    }

    /// The share of pairs of a bad and a good one in which the bad one scores higher; half for ties.
    pub(crate) fn auc(&self, method: usize) -> f64 {
        let column = |rows: &[Vec<f64>]| -> Vec<f64> {
            rows.iter()
                .filter_map(|row| row.get(method).copied())
                .collect()
        };
        let (bad, mut good) = (column(&self.bad), column(&self.good));
        good.sort_by(f64::total_cmp);
        let won = bad.iter().map(|score| {
            let below = good.partition_point(|other| other < score);
            let not_above = good.partition_point(|other| other <= score);
            (below + not_above) as f64 / 2.0
        });
        won.sum::<f64>() / (bad.len() * good.len()).max(1) as f64
    }

    /// The share of the bad ones among the fifth that scores highest.
    pub(crate) fn found_in_top_fifth(&self, method: usize) -> f64 {
        let rows = |rows: &[Vec<f64>], bad: bool| -> Vec<(f64, bool)> {
            let scores = rows.iter().filter_map(|row| row.get(method));
            scores.map(|score| (*score, bad)).collect()
        };
        let mut all = rows(&self.bad, true);
        all.extend(rows(&self.good, false));
        // Of equals the good ones first: a tie finds nothing.
        all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let top = all.iter().take((all.len() / 5).max(1));
        top.filter(|(_, bad)| *bad).count() as f64 / self.bad.len().max(1) as f64
    }

    /// As many bad and good ones again, drawn with replacement.
    fn drawn(&self, rng: &mut Rng) -> Self {
        let mut draw = |rows: &[Vec<f64>]| -> Vec<Vec<f64>> {
            let drawn = (0..rows.len()).filter_map(|_| rows.get(rng.usize(..rows.len())));
            drawn.cloned().collect()
        };
        Self {
            bad: draw(&self.bad),
            good: draw(&self.good),
        }
    }
}

/// Over all repositories, each weighing as many bad ones as it has: only pairs of one repository are
/// compared.
pub(crate) fn pooled(repositories: &[Scores], method: usize) -> f64 {
    let bad: usize = repositories.iter().map(|scores| scores.bad.len()).sum();
    let weighed = repositories.iter();
    let weighed = weighed.map(|scores| scores.auc(method) * scores.bad.len() as f64);
    weighed.sum::<f64>() / bad.max(1) as f64
}

/// The 95 % intervals of each method's pooled AUC, and of its difference to the method `beside`.
pub(crate) fn intervals(
    repositories: &[Scores],
    methods: usize,
    beside: usize,
) -> Vec<[(f64, f64); 2]> {
    let mut rng = Rng::with_seed(SEED);
    let mut drawn: Vec<Vec<f64>> = vec![Vec::new(); methods];
    for _ in 0..DRAWS {
        let again: Vec<_> = repositories.iter().map(|s| s.drawn(&mut rng)).collect();
        for (method, values) in drawn.iter_mut().enumerate() {
            values.push(pooled(&again, method));
        }
    }
    let others = drawn.get(beside).cloned().unwrap_or_default();
    let both = drawn.into_iter().map(|values| {
        let differences = values.iter().zip(&others).map(|(a, b)| a - b).collect();
        [middle(values), middle(differences)]
    });
    both.collect()
}

/// Between which values the middle 95 % lie.
pub(crate) fn middle(mut values: Vec<f64>) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let place = (share * values.len() as f64) as usize;
        values
            .get(place.min(values.len().saturating_sub(1)))
            .copied()
    };
    (at(0.025).unwrap_or(f64::NAN), at(0.975).unwrap_or(f64::NAN))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(bad: &[f64], good: &[f64]) -> Scores {
        let rows = |values: &[f64]| values.iter().map(|value| vec![*value]).collect();
        Scores {
            bad: rows(bad),
            good: rows(good),
        }
    }

    #[test]
    fn auc_is_the_share_of_pairs_won() {
        assert_eq!(scores(&[3.0, 1.0], &[2.0, 0.0]).auc(0), 0.75);
        assert_eq!(scores(&[1.0], &[1.0]).auc(0), 0.5);
        let all = [scores(&[2.0], &[1.0]), scores(&[0.0, 0.0, 0.0], &[1.0])];
        assert_eq!(pooled(&all, 0), 0.25, "by the number of bad ones");
    }

    #[test]
    fn a_method_does_not_differ_from_itself() {
        let scores = scores(&[3.0, 1.0, 5.0], &[2.0, 0.0, 4.0, 1.0]);
        let [own, difference] = intervals(&[scores], 1, 0)[0];
        assert!(own.0 < own.1);
        assert_eq!(difference, (0.0, 0.0));
    }
}
