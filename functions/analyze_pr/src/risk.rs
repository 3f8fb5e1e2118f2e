//! How likely it is that the change has to be taken back or repaired: a logistic model over four
//! numbers, fitted on pull requests of which it is known (`docs/analyze_pr.md` says which).

use idwo_core::evidence::Known;
use schemars::JsonSchema;
use serde::Serialize;

use self::factors::{Factors, NAMES};
use crate::track::Track;

pub mod factors;
mod fitted;
pub mod model;

pub use fitted::FITTED;

/// From this score on a change is called risky: the riskiest fifth of what the model was fitted on.
const HIGH: u8 = 80;

/// From this score on it is in the riskier half.
const MEDIUM: u8 = 50;

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Risk {
    pub evidence: &'static str,
    /// 0 to 100: how many in a hundred pull requests of the fitted data were less risky.
    pub score: u8,
    pub level: Level,
    /// Of being reverted, or named as the cause of a regression, within 400 days.
    pub probability: f64,
    /// The same for any pull request of the fitted data, whatever it changes.
    pub base_rate: f64,
    pub factors: Vec<Factor>,
    pub model: String,
    /// What it was worth is told in the evidence.
    #[serde(skip)]
    pub skill: Skill,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Low,
    Medium,
    High,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Factor {
    pub name: &'static str,
    pub value: Known<f64>,
    pub unit: &'static str,
    /// What it adds to the logarithm of the odds, compared with the average pull request.
    pub weight: f64,
    pub evidence: &'static str,
}

/// What the model was worth on repositories that it was not fitted on.
#[derive(Debug, Clone, Copy)]
pub struct Skill {
    /// How often the riskier of a bad and a good pull request is the bad one: 0.5 is chance.
    pub auc: f64,
    /// The same for the number of changed code lines alone.
    pub auc_of_code_lines: f64,
    /// The 95 % interval of the difference.
    pub lift_low: f64,
    pub lift_high: f64,
    pub pull_requests: u32,
    pub bad: u32,
}

pub fn risk(track: &Track<'_>) -> Risk {
    let factors = Factors::of(track);
    let odds = FITTED.log_odds(&factors);
    let score = FITTED.score(odds);
    Risk {
        evidence: "risk",
        score,
        level: level(score),
        probability: thousandths(model::probability(odds)),
        base_rate: thousandths(FITTED.base_rate()),
        factors: explained(&factors),
        model: format!("logistic, fitted on {}", FITTED.fitted_on),
        skill: FITTED.skill,
    }
}

fn level(score: u8) -> Level {
    match score {
        HIGH.. => Level::High,
        MEDIUM.. => Level::Medium,
        _ => Level::Low,
    }
}

fn explained(factors: &Factors) -> Vec<Factor> {
    let rows = NAMES
        .iter()
        .zip(factors.shown())
        .zip(FITTED.weights(factors));
    let rows = rows.map(|((row, value), weight)| Factor {
        name: row.name,
        value: value.map_or_else(
            || Known::unknown(row.unknown),
            |v| Known::Value(thousandths(v)),
        ),
        unit: row.unit,
        weight: thousandths(weight),
        evidence: row.evidence,
    });
    rows.collect()
}

fn thousandths(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0 + 0.0
}
