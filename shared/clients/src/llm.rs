//! The models that are configured, asked one after the other until one answers. Both wires are written
//! by hand: `genai` switches on `serde_json/preserve_order` for the whole program, which orders the keys
//! of every reply otherwise, and reads answers of any size.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use idwo_core::clock::Clock;
use idwo_core::config::{ConfigError, Variables};
use idwo_core::llm::{Llm, Opinion, Question, Spent, Unanswered, Why};
use idwo_core::watcher::Watcher;
use reqwest::Client;
use serde_json::Value;
use tokio::time::Instant;

use self::kept::{Kept, Key};
use self::provider::{Provider, Spoken};
use self::purse::{Dollars, Purse};
use self::refused::Refused;

mod api_key;
mod kept;
mod price;
mod provider;
mod purse;
mod refused;
mod schema;
mod wire;

/// Dollars a day, where `IDWO_MODEL_BUDGET_USD` says nothing.
const BUDGET_USD_DEFAULT: Dollars = Dollars(1.0);

/// Most dollars that one question may cost, all models together: at the default budget, four a day at the least.
const CALL_USD_MAX: f64 = 0.25;

/// Of the time that is left, what a model gets while another could still be asked after it.
const SHARE_BEFORE_ANOTHER: f64 = 0.6;

pub struct Models {
    /// In the order in which they are asked.
    providers: Vec<Provider>,
    pool: Client,
    purse: Purse,
    kept: Kept,
    clock: Arc<dyn Clock>,
}

impl Models {
    /// `None` where no variable names a model: then nothing is asked and nothing spent.
    pub fn configured(
        variables: &Variables,
        pool: Client,
        clock: Arc<dyn Clock>,
    ) -> Result<Option<Self>, ConfigError> {
        let providers = Provider::all_configured(variables)?;
        let budget = variables.optional("IDWO_MODEL_BUDGET_USD")?;
        let models = Self {
            providers,
            pool,
            purse: Purse::of(budget.unwrap_or(BUDGET_USD_DEFAULT)),
            kept: Kept::default(),
            clock,
        };
        Ok((!models.providers.is_empty()).then_some(models))
    }

    /// Their names, in the order in which they are asked.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.providers.iter().map(Provider::name)
    }

    fn again(&self, kept: Opinion) -> Opinion {
        let spent = Spent {
            budget_left_usd: self.purse.left(self.clock.now()),
            ..Spent::default()
        };
        Opinion { spent, ..kept }
    }

    /// Asks one model once. What may have been billed is in `spent`, answer or not.
    async fn ask_one(
        &self,
        provider: &Provider,
        asked: &Asked<'_>,
        within: Duration,
        spent: &mut Spent,
    ) -> Result<Value, Refused> {
        let estimate = provider.estimate(asked.question, &asked.text);
        if spent.usd + estimate > CALL_USD_MAX {
            return Err(provider.too_dear());
        }
        if within.is_zero() || asked.watcher.go_on().is_err() {
            return Err(Refused::TooLate);
        }
        let taken = self.purse.take(estimate, self.clock.now())?;
        asked.watcher.count_call();
        let request = provider.ask(&self.pool, asked.question, &asked.text);
        let spoken = tokio::time::timeout(within, request).await;
        let spoken = spoken.unwrap_or(Spoken::nothing(Refused::TooLate));
        let usd = provider.billed(&spoken, estimate);
        self.purse.settle(taken, usd);
        spent.usd += usd;
        spent.tokens_in = spent
            .tokens_in
            .saturating_add(spoken.usage.map_or(0, |usage| usage.tokens_in));
        spent.tokens_out = spent
            .tokens_out
            .saturating_add(spoken.usage.map_or(0, |usage| usage.tokens_out));
        let said = spoken.said?;
        match schema::fits(asked.question.schema, &said) {
            true => Ok(said),
            false => Err(Refused::Misfit),
        }
    }
}

/// A question on its way.
struct Asked<'a> {
    question: &'a Question,
    text: String,
    watcher: &'a Watcher,
}

#[async_trait]
impl Llm for Models {
    async fn ask(&self, question: &Question, watcher: &Watcher) -> Result<Opinion, Unanswered> {
        let ends_at = Instant::now() + question.within;
        let text = question.material.text();
        let key = Key::of(self.names(), question, &text);
        if let Some(kept) = self.kept.find(&key) {
            return Ok(self.again(kept));
        }
        let asked = Asked {
            question,
            text,
            watcher,
        };
        let mut spent = Spent::default();
        let mut refusals = Vec::new();
        for (n, provider) in self.providers.iter().enumerate() {
            let left = ends_at.saturating_duration_since(Instant::now());
            let within = share(left, self.providers.len() - n - 1);
            let said = self.ask_one(provider, &asked, within, &mut spent).await;
            spent.budget_left_usd = self.purse.left(self.clock.now());
            match said {
                Ok(said) => {
                    let opinion = Opinion {
                        said,
                        model: provider.name().to_owned(),
                        spent,
                    };
                    self.kept.keep(key, &opinion);
                    return Ok(opinion);
                }
                Err(refused) => refusals.push((provider.name(), refused)),
            }
        }
        let why = why(&refusals);
        Err(Unanswered { why, spent })
    }
}

/// What a model gets of the time that is `left`, with so many to ask after it.
fn share(left: Duration, after: usize) -> Duration {
    match after {
        0 => left,
        _ => left.mul_f64(SHARE_BEFORE_ANOTHER),
    }
}

/// One word where all were refused alike, else each model with its own reason.
fn why(refusals: &[(&str, Refused)]) -> Why {
    let all = |kind: &Refused| refusals.iter().all(|(_, refused)| refused == kind);
    if all(&Refused::Budget) {
        return Why::Budget;
    }
    if all(&Refused::TooLarge) {
        return Why::TooLarge;
    }
    if all(&Refused::TooLate) {
        return Why::TooLate;
    }
    let each = refusals.iter();
    let each: Vec<_> = each.map(|(model, why)| format!("{model}: {why}")).collect();
    Why::Failed(each.join("; "))
}

#[cfg(test)]
mod tests;
