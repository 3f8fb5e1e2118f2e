//! Times on records: how often the interval holds, and how wide it is.

use std::fmt::Write;

use analyze_pr::attributes::Attributes;
use analyze_pr::times::time_to_merge;
use analyze_pr::track::Track;
use fastrand::Rng;
use idwo_core::evidence::Known;

use crate::Failed;
use crate::auc::{DRAWS, middle};
use crate::records::Repository;
use crate::risk::short;

const SEED: u64 = 7;

/// How many changes before make up the interval of the method without size.
const NEWEST: usize = 400;

/// One guess: whether eight in ten and p80 held, and how wide the interval was, in e-folds.
#[derive(Clone, Copy)]
struct Guess {
    held80: bool,
    under80: bool,
    width: f64,
}

impl Guess {
    fn of(hours: f64, [p10, p80, p90]: [f64; 3]) -> Self {
        Self {
            held80: (p10..=p90).contains(&hours),
            under80: hours <= p80,
            width: p90.ln_1p() - p10.ln_1p(),
        }
    }
}

/// Ours and, beside it, the newest changes of any size.
fn guesses(repository: &Repository) -> Result<[Vec<Guess>; 2], String> {
    let attributes = Attributes::parse("");
    let (mut ours, mut simpler, mut unknown) = (Vec::new(), Vec::new(), String::new());
    for (index, pull) in repository.pulls.iter().enumerate() {
        if !repository.truth.contains_key(&pull.number) {
            continue;
        }
        let past = repository.past(index);
        let outline = pull.outline(&attributes);
        match time_to_merge(&Track::of(&past, &outline)) {
            Known::Value(time) => {
                let hours = pull.hours_to_merge();
                // As it is shown: to a tenth of an hour.
                let shown = (hours * 10.0).round() / 10.0;
                ours.push(Guess::of(shown, [time.p10, time.p80, time.p90]));
                simpler.push(Guess::of(hours, newest(repository, index)));
            }
            Known::Unknown { unknown: why } => unknown = why,
        }
    }
    if ours.is_empty() {
        Err(unknown)
    } else {
        Ok([ours, simpler])
    }
}

fn newest(repository: &Repository, index: usize) -> [f64; 3] {
    let earlier = repository
        .pulls
        .get(..index)
        .unwrap_or_default()
        .iter()
        .rev();
    let mut hours: Vec<_> = earlier
        .take(NEWEST)
        .map(|pull| pull.hours_to_merge())
        .collect();
    hours.sort_by(f64::total_cmp);
    let at = |share: f64| hours.get((share * hours.len() as f64) as usize).copied();
    [at(0.1), at(0.8), at(0.9)].map(|value| value.unwrap_or(f64::NAN))
}

pub(crate) fn table(repositories: &[Repository]) -> Result<String, Failed> {
    let mut text = String::from(
        "Times to merge: share within [p10, p90] and under p80, which should both be .8\n",
    );
    for repository in repositories {
        let name = short(&repository.name);
        match guesses(repository) {
            Ok(both) => {
                for (method, guesses) in ["ours", "newest 400"].iter().zip(both) {
                    one(&mut text, name, method, &guesses)?;
                }
            }
            Err(why) => writeln!(text, "{name}: {why}")?,
        }
    }
    Ok(text)
}

fn one(text: &mut String, name: &str, method: &str, guesses: &[Guess]) -> Result<(), Failed> {
    let share = |of: fn(&Guess) -> bool, guesses: &[Guess]| {
        guesses.iter().filter(|guess| of(guess)).count() as f64 / guesses.len().max(1) as f64
    };
    let mut rng = Rng::with_seed(SEED);
    let drawn = (0..DRAWS).map(|_| {
        let again: Vec<_> = (0..guesses.len())
            .filter_map(|_| guesses.get(rng.usize(..guesses.len())).copied())
            .collect();
        share(|guess| guess.held80, &again)
    });
    let (low, high) = middle(drawn.collect());
    let width = guesses.iter().map(|guess| guess.width).sum::<f64>() / guesses.len().max(1) as f64;
    writeln!(
        text,
        "{name} {method:<11} within {:.3} [{low:.3}, {high:.3}]  under p80 {:.3}  mean width ×{:.0}  n={}",
        share(|guess| guess.held80, guesses),
        share(|guess| guess.under80, guesses),
        width.exp(),
        guesses.len()
    )?;
    Ok(())
}
