//! The port to a language model: one question, one answer in the shape that was asked for. What it says
//! is an opinion; who asks checks it against evidence.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use crate::untrusted::Material;
use crate::watcher::Watcher;

#[async_trait]
pub trait Llm: Send + Sync {
    /// Models are asked in the order in which they are configured, until one answers.
    async fn ask(&self, question: &Question, watcher: &Watcher) -> Result<Opinion, Unanswered>;
}

#[derive(Debug, Clone)]
pub struct Question {
    /// Name and edition of the prompt, such as `analyze_pr/1`.
    pub prompt: &'static str,
    /// Our own words: what is asked, and how.
    pub instructions: &'static str,
    /// What it is asked about: the only way by which other people's text gets to a model.
    pub material: Material,
    /// JSON schema of the answer. Objects name all their fields as required and allow no others, or
    /// providers refuse it.
    pub schema: &'static Value,
    pub tokens_out_max: u32,
    pub within: Duration,
}

/// An answer that fits the schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Opinion {
    pub said: Value,
    /// Who said it, such as `claude-haiku-5-5`.
    pub model: String,
    pub spent: Spent,
}

/// What one question cost, all models together.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spent {
    /// By the list price of the day that the price table names; 0 for an answer that was kept.
    pub usd: f64,
    pub tokens_in: u64,
    pub tokens_out: u64,
    /// What is left of this process's budget for the day: other processes have their own.
    pub budget_left_usd: f64,
}

/// No model answered.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{why}")]
pub struct Unanswered {
    pub why: Why,
    /// A model that is too late, or misses the schema, has its price all the same.
    pub spent: Spent,
}

/// What a provider said is left out: it can quote the question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    #[error("this process's budget for models is used up for the day")]
    Budget,
    #[error("the question is larger than the budget of one call allows")]
    TooLarge,
    #[error("no model answered in time")]
    TooLate,
    #[error("{0}")]
    Failed(String),
}
