//! A logistic model: what each number adds to the logarithm of the odds.

use super::Skill;
use super::factors::{COUNT, Factors};

/// How many scores are told apart.
pub const PERCENTILES: usize = 99;

#[derive(Debug, Clone)]
pub struct Model {
    /// Of the average pull request.
    pub intercept: f64,
    /// Mean of each number over the fitted data: what an unknown one is taken for.
    pub means: [f64; COUNT],
    pub coefficients: [f64; COUNT],
    /// The log odds below which 1, 2, … 99 in a hundred pull requests of the data lie.
    pub percentiles: [f64; PERCENTILES],
    /// The repositories, between commas.
    pub fitted_on: &'static str,
    pub skill: Skill,
}

impl Model {
    pub fn log_odds(&self, factors: &Factors) -> f64 {
        self.intercept + self.weights(factors).iter().sum::<f64>()
    }

    /// What each number adds, compared with the average pull request.
    pub fn weights(&self, factors: &Factors) -> [f64; COUNT] {
        let mut weights = [0.0; COUNT];
        let parts = factors.0.iter().zip(self.means).zip(self.coefficients);
        for (weight, ((value, mean), coefficient)) in weights.iter_mut().zip(parts) {
            *weight = coefficient * (value.unwrap_or(mean) - mean);
        }
        weights
    }

    /// How many in a hundred pull requests of the data were less risky.
    pub fn score(&self, log_odds: f64) -> u8 {
        let below = self.percentiles.iter().filter(|p| **p < log_odds);
        u8::try_from(below.count()).unwrap_or(u8::MAX)
    }

    pub fn base_rate(&self) -> f64 {
        f64::from(self.skill.bad) / f64::from(self.skill.pull_requests.max(1))
    }
}

pub fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}
