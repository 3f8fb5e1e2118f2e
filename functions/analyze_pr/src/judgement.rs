//! What a model adds to the evidence: an opinion that names what it stands on, checked against the change
//! before anybody reads it. Without a model, or without its answer, everything else stays as it is.

use std::time::Duration;

use idwo_core::ctx::Ctx;
use idwo_core::envelope::{Added, Cost, Degraded, Mode, Reply};
use idwo_core::evidence::{Judgement, Skipped};
use idwo_core::llm::{Llm, Opinion, Question, Spent, Unanswered};
use idwo_core::tickets::Ticket;
use idwo_core::untrusted;

use crate::change::Change;
use crate::report::Report;

mod asked;
mod checked;
mod diff;
mod grounds;
mod material;
mod said;
mod withheld;
mod words;

use self::asked::Asked;
use self::diff::Diff;
use self::grounds::Grounds;

/// What a model is told. Its first line is its edition, which every judgement carries.
const INSTRUCTIONS: &str = include_str!("../prompt.md");

/// Longest answer, in tokens: three findings and ten criteria take 1,500, the rest is for thoughts.
const TOKENS_OUT_MAX: u32 = 3_000;

/// Longest wait for all models together: a call that is not hurried has 10 s of its 25 s left.
const WITHIN_MAX: Duration = Duration::from_secs(8);

/// With less, a model that answers in time is luck, and its price is lost.
const WITHIN_MIN: Duration = Duration::from_secs(2);

/// Kept of the call's time for the way of the answer.
const RESERVE: Duration = Duration::from_secs(1);

/// Longest reason that is told, in characters: each model has its own.
const REASON_CHARS_MAX: usize = 300;

/// Longest name of a model that is shown, in characters.
pub(crate) const MODEL_CHARS_MAX: usize = 80;

/// Asks a model where one is configured. To be called when `reply` is complete.
pub(crate) async fn add(
    ctx: &Ctx,
    change: &Change<'_>,
    tickets: &[Ticket],
    reply: &mut Reply<Report>,
) {
    let Some(llm) = &ctx.llm else { return };
    let diff = Diff::of(change);
    if diff.is_empty() {
        return;
    }
    let added = match time(ctx) {
        Some(within) => asked(ctx, llm.as_ref(), &diff, change, tickets, reply, within).await,
        None => nothing("no time was left to ask one", Spent::default()),
    };
    reply.text.extend(lines(&added));
    let api_calls = ctx.watcher.calls();
    reply.added = Some(Added {
        cost: Cost {
            api_calls,
            ..added.cost
        },
        ..added
    });
}

/// `None` where most of the call's time is used.
fn time(ctx: &Ctx) -> Option<Duration> {
    let left = ctx.watcher.left().saturating_sub(RESERVE).min(WITHIN_MAX);
    (!ctx.watcher.is_hurried() && left >= WITHIN_MIN).then_some(left)
}

async fn asked(
    ctx: &Ctx,
    llm: &dyn Llm,
    diff: &Diff<'_>,
    change: &Change<'_>,
    tickets: &[Ticket],
    reply: &Reply<Report>,
    within: Duration,
) -> Added {
    let shown = Asked::of(tickets);
    let question = Question {
        prompt: edition(),
        instructions: INSTRUCTIONS,
        material: material::material(change, reply, &shown, diff),
        schema: &said::SCHEMA,
        tokens_out_max: TOKENS_OUT_MAX,
        within,
    };
    match llm.ask(&question, &ctx.watcher).await {
        Ok(opinion) => {
            let grounds = Grounds::of(change, reply, &shown, diff, &question.material.text());
            let mut unread = diff.skipped();
            unread.extend(shown.skipped());
            unread.extend(material::skipped(change, &question.material));
            answered(opinion, &grounds, unread)
        }
        Err(Unanswered { why, spent }) => nothing(&why.to_string(), spent),
    }
}

fn edition() -> &'static str {
    INSTRUCTIONS.lines().next().unwrap_or_default()
}

fn answered(opinion: Opinion, grounds: &Grounds<'_>, unread: Vec<Skipped>) -> Added {
    let model = untrusted::plain(&opinion.model, MODEL_CHARS_MAX);
    let Ok(said) = serde_json::from_value(opinion.said) else {
        return nothing(
            &format!("{model} gave no answer that can be read"),
            opinion.spent,
        );
    };
    let (judgements, dropped) = checked::judgements(said, grounds, &model, edition());
    Added {
        mode: Mode::Model,
        judgements,
        skipped: unread.into_iter().chain(dropped).collect(),
        degraded: None,
        cost: cost(opinion.spent),
    }
}

fn nothing(why: &str, spent: Spent) -> Added {
    let degraded = Degraded {
        service: "model",
        reason: untrusted::plain(why, REASON_CHARS_MAX),
        fallback: "all that is computed is here; only a model's judgements are not".to_owned(),
    };
    Added {
        mode: Mode::Deterministic,
        judgements: Vec::new(),
        skipped: Vec::new(),
        degraded: Some(degraded),
        cost: cost(spent),
    }
}

fn cost(spent: Spent) -> Cost {
    Cost {
        llm_usd: micro(spent.usd),
        tokens_in: spent.tokens_in,
        tokens_out: spent.tokens_out,
        api_calls: 0,
        budget_left_usd: Some(micro(spent.budget_left_usd)),
    }
}

/// To a millionth of a dollar: a token costs no less.
fn micro(usd: f64) -> f64 {
    (usd * 1e6).round() / 1e6
}

/// For the end of the text block: what comes first, and the worst finding.
fn lines(added: &Added) -> Vec<String> {
    if let Some(degraded) = &added.degraded {
        return vec![format!("\nWithout model: {}.", degraded.reason)];
    }
    let Some((first, others)) = added.judgements.split_first() else {
        return Vec::new();
    };
    let mut lines = vec![format!("\nA model ({}) adds: {}", first.model, told(first))];
    let worst = others.iter().find(|judgement| judgement.finding.is_some());
    lines.extend(worst.map(|worst| format!("\nThe model points to {}", told(worst))));
    lines
}

fn told(judgement: &Judgement) -> String {
    let place = judgement.finding.as_ref();
    let place = place.map(|found| format!("{}:{}: ", found.path, found.from_line));
    format!("{}{}", place.unwrap_or_default(), judgement.statement)
}
