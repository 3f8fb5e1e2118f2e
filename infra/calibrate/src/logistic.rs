//! Fits a logistic model by Newton's method, with a little ridge.
//!
//! Own code: four coefficients need a 5 by 5 system solved ten times, and the crates that do it
//! bring a linear algebra of their own.

/// Pulls coefficients towards zero, as this many observations would; the intercept is left alone.
/// Little data and factors that say nearly the same would make them large and opposite.
const RIDGE: f64 = 2.0;

/// Newton's method doubles the correct digits each time: ten steps are plenty.
const STEPS: usize = 25;

/// Factors with mean 0 and deviation 1 make one ridge fit all.
pub(crate) struct Fitted {
    /// Of an observation at all means.
    pub(crate) intercept: f64,
    pub(crate) means: Vec<f64>,
    /// For each unit of a factor.
    pub(crate) coefficients: Vec<f64>,
}

/// Fits `outcomes` to `rows`, all of one length.
pub(crate) fn fit(rows: &[Vec<f64>], outcomes: &[bool]) -> Fitted {
    let width = rows.first().map_or(0, Vec::len);
    let means = column_means(rows, width);
    let deviations = deviations(rows, &means);
    let standard = rows.iter().map(|row| {
        let parts = row.iter().zip(&means).zip(&deviations);
        let parts = parts.map(|((value, mean), deviation)| (value - mean) / deviation);
        std::iter::once(1.0).chain(parts).collect::<Vec<f64>>()
    });
    let weights = newton(&standard.collect::<Vec<_>>(), outcomes, width + 1);
    let mut weights = weights.into_iter();
    let intercept = weights.next().unwrap_or_default();
    let coefficients = weights
        .zip(&deviations)
        .map(|(weight, deviation)| weight / deviation);
    Fitted {
        intercept,
        coefficients: coefficients.collect(),
        means,
    }
}

impl Fitted {
    pub(crate) fn log_odds(&self, row: &[f64]) -> f64 {
        let parts = row.iter().zip(&self.means).zip(&self.coefficients);
        let parts = parts.map(|((value, mean), coefficient)| coefficient * (value - mean));
        self.intercept + parts.sum::<f64>()
    }
}

fn column_means(rows: &[Vec<f64>], width: usize) -> Vec<f64> {
    let mut means = vec![0.0; width];
    for row in rows {
        for (mean, value) in means.iter_mut().zip(row) {
            *mean += value / rows.len() as f64;
        }
    }
    means
}

fn deviations(rows: &[Vec<f64>], means: &[f64]) -> Vec<f64> {
    let mut squares = vec![0.0; means.len()];
    for row in rows {
        for ((square, value), mean) in squares.iter_mut().zip(row).zip(means) {
            *square += (value - mean).powi(2) / rows.len() as f64;
        }
    }
    // A column that never changes weighs nothing, whatever it is divided by.
    squares
        .iter()
        .map(|square: &f64| square.sqrt().max(1e-9))
        .collect()
}

fn newton(rows: &[Vec<f64>], outcomes: &[bool], width: usize) -> Vec<f64> {
    let mut weights = vec![0.0; width];
    for _ in 0..STEPS {
        let mut system: Vec<Vec<f64>> = (0..width).map(|at| penalty(at, &weights)).collect();
        for (row, outcome) in rows.iter().zip(outcomes) {
            let odds: f64 = row.iter().zip(&weights).map(|(x, w)| x * w).sum();
            let chance = 1.0 / (1.0 + (-odds).exp());
            let (slope, error) = (
                chance * (1.0 - chance),
                f64::from(u8::from(*outcome)) - chance,
            );
            for (equation, x) in system.iter_mut().zip(row) {
                let parts = row.iter().map(|y| slope * x * y).chain([error * x]);
                equation
                    .iter_mut()
                    .zip(parts)
                    .for_each(|(sum, part)| *sum += part);
            }
        }
        for (weight, step) in weights.iter_mut().zip(solved(system)) {
            *weight += step;
        }
    }
    weights
}

/// One equation of the system, with its right side last: what the ridge adds.
fn penalty(at: usize, weights: &[f64]) -> Vec<f64> {
    let ridge = if at == 0 { 0.0 } else { RIDGE };
    let row = (0..weights.len()).map(|column| if column == at { ridge } else { 0.0 });
    let pull = weights.get(at).map_or(0.0, |weight| -ridge * weight);
    row.chain([pull]).collect()
}

/// Gauss and Jordan, without pivoting: the system is positive definite.
fn solved(mut system: Vec<Vec<f64>>) -> Vec<f64> {
    for at in 0..system.len() {
        let Some(pivot) = system.get(at).cloned() else {
            break;
        };
        let lead = pivot.get(at).copied().unwrap_or(1.0);
        let pivot: Vec<f64> = pivot.iter().map(|value| value / lead).collect();
        for (row, equation) in system.iter_mut().enumerate() {
            let factor = equation.get(at).copied().unwrap_or_default();
            if row == at {
                equation.clone_from(&pivot);
            } else {
                let parts = equation.iter_mut().zip(&pivot);
                parts.for_each(|(value, lead)| *value -= factor * lead);
            }
        }
    }
    system
        .iter()
        .filter_map(|equation| equation.last().copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_comes_out() {
        let mut rng = fastrand::Rng::with_seed(1);
        let rows: Vec<Vec<f64>> = (0..20_000)
            .map(|_| vec![10.0 * rng.f64(), rng.f64()])
            .collect();
        let outcomes: Vec<_> = rows
            .iter()
            .map(|row| 1.0 / (1.0 + (3.0 - 0.5 * row[0] + 2.0 * row[1]).exp()) > rng.f64())
            .collect();
        let fitted = fit(&rows, &outcomes);
        assert!(
            (fitted.coefficients[0] - 0.5).abs() < 0.05,
            "{:?}",
            fitted.coefficients
        );
        assert!(
            (fitted.coefficients[1] + 2.0).abs() < 0.2,
            "{:?}",
            fitted.coefficients
        );
        assert!((fitted.log_odds(&[0.0, 0.0]) + 3.0).abs() < 0.2);
    }

    #[test]
    fn the_mean_of_the_chances_is_the_share_of_the_outcomes() {
        let rows: Vec<_> = (0..500).map(|n| vec![f64::from(n % 7)]).collect();
        let outcomes: Vec<_> = (0..500).map(|n| n % 10 == 0).collect();
        let fitted = fit(&rows, &outcomes);
        let chances = rows
            .iter()
            .map(|row| 1.0 / (1.0 + (-fitted.log_odds(row)).exp()));
        assert!((chances.sum::<f64>() / 500.0 - 0.1).abs() < 1e-6);
    }
}
