//! How long it may take to be reviewed and to land: what the most similar of the newest changes took.

use idwo_core::evidence::Known;
use idwo_core::past::{COUNTED, PastChange};
use schemars::JsonSchema;
use serde::Serialize;

use crate::track::Track;

const SECONDS_AN_HOUR: f64 = 3600.0;

/// How many of the newest changes, nearest in size, are taken.
const NEAREST: usize = 60;

/// With fewer changes there is no interval.
const CHANGES_MIN: usize = 20;

/// How many of the newest changes are guessed from those before them, to see how often the interval
/// holds.
const TRIED: usize = 100;

/// What began less than this before it landed, in hours, is taken for a squash: its dates are those of
/// the merge.
const AT_ONCE_HOURS: f64 = 1.0 / 60.0;

/// In the unit that its name in the reply ends with.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Interval {
    pub evidence: &'static str,
    pub p50: f64,
    /// Eight in ten take at most this.
    pub p80: f64,
    /// Eight in ten lie between these two.
    pub p10: f64,
    pub p90: f64,
    /// How many earlier changes it rests on.
    pub n: usize,
    pub method: &'static str,
    pub backtest: Backtest,
}

/// How the same method did on this repository's newest changes, each guessed from those before it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Backtest {
    /// Share that lay between p10 and p90, which should be 0.8; unknown for fewer than 20 tries.
    pub coverage80: Known<f64>,
    pub n: usize,
}

/// From the oldest commit to the landing, in hours.
pub fn time_to_merge(track: &Track<'_>) -> Known<Interval> {
    let past = Lead::of_all(track, hours_to_merge);
    let why = "tell when they began and how large they are, {} are needed (a squash has only the date of its merge)";
    interval(track, "time_to_merge", &past, why)
}

/// From the opening to the first review by somebody else, in minutes.
pub fn time_to_review(track: &Track<'_>) -> Known<Interval> {
    let past = Lead::of_all(track, |change| change.reviewed_after);
    let why = "tell when they were first reviewed and how large they are, {} are needed (a clone tells of none)";
    interval(track, "time_to_review", &past, why)
}

fn interval(
    track: &Track<'_>,
    evidence: &'static str,
    past: &[Lead],
    too_few: &str,
) -> Known<Interval> {
    if past.len() < CHANGES_MIN {
        let too_few = too_few.replace("{}", &CHANGES_MIN.to_string());
        return Known::unknown(format!(
            "insufficient_data: {} of the newest {COUNTED} changes {too_few}",
            past.len()
        ));
    }
    let lines = track.outline.files.iter().map(|file| file.lines as u64);
    let quantiles = Quantiles::of(past, lines.sum());
    Known::Value(Interval {
        evidence,
        p50: tenths(quantiles.at(0.5)),
        p80: tenths(quantiles.at(0.8)),
        p10: tenths(quantiles.at(0.1)),
        p90: tenths(quantiles.at(0.9)),
        n: quantiles.times.len(),
        method: "quantiles of the 60 changes nearest in changed lines among the newest 200",
        backtest: backtest(past),
    })
}

/// What an earlier change took, and how large it was.
struct Lead {
    time: f64,
    lines: u64,
}

impl Lead {
    /// Newest first; without those whose time or size is not known.
    fn of_all(track: &Track<'_>, time: impl Fn(&PastChange) -> Option<f64>) -> Vec<Self> {
        let changes = track.past.changes.iter().take(COUNTED);
        let leads = changes.filter_map(|change| {
            let lines = change.files.iter().map(|file| file.lines.map(u64::from));
            let lines = lines.sum::<Option<u64>>()?;
            let is_whole = change.files.len() == change.files_total;
            let time = time(change)?;
            is_whole.then_some(Self { time, lines })
        });
        leads.collect()
    }
}

fn hours_to_merge(change: &PastChange) -> Option<f64> {
    let seconds = change.at.as_second() - change.begun_at.as_second();
    let hours = seconds as f64 / SECONDS_AN_HOUR;
    (hours >= AT_ONCE_HOURS).then_some(hours)
}

/// What the changes nearest in size took, in order.
struct Quantiles {
    times: Vec<f64>,
}

impl Quantiles {
    fn of(past: &[Lead], lines: u64) -> Self {
        let size = |lines: u64| (lines as f64).ln_1p();
        let distance = |lead: &Lead| (size(lead.lines) - size(lines)).abs();
        let mut nearest: Vec<_> = past.iter().take(COUNTED).collect();
        // Stable, so that of two at the same distance the newer is taken.
        nearest.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
        let mut times: Vec<_> = nearest.into_iter().take(NEAREST).map(|l| l.time).collect();
        times.sort_by(f64::total_cmp);
        Self { times }
    }

    /// The value below which `share` of them lie, between two of them in proportion.
    fn at(&self, share: f64) -> f64 {
        let place = (share * (self.times.len() + 1) as f64 - 1.0).max(0.0);
        let value = |place: usize| self.times.get(place).or(self.times.last()).copied();
        let low = value(place as usize).unwrap_or_default();
        let high = value(place as usize + 1).unwrap_or_default();
        low + (high - low) * place.fract()
    }
}

fn backtest(past: &[Lead]) -> Backtest {
    let tries = (0..TRIED.min(past.len().saturating_sub(CHANGES_MIN)))
        .filter_map(|at| past.get(at..)?.split_first())
        .map(|(lead, before)| {
            let guess = Quantiles::of(before, lead.lines);
            let held = (guess.at(0.1)..=guess.at(0.9)).contains(&lead.time);
            usize::from(held)
        });
    let held: Vec<_> = tries.collect();
    let n = held.len();
    let share = held.into_iter().sum::<usize>() as f64 / n.max(1) as f64;
    let coverage80 = if n < CHANGES_MIN {
        Known::unknown(format!("only {n} earlier changes could be tried"))
    } else {
        Known::Value((share * 100.0).round() / 100.0)
    };
    Backtest { coverage80, n }
}

fn tenths(time: f64) -> f64 {
    (time * 10.0).round() / 10.0
}
