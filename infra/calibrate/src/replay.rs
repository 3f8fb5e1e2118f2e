//! Pull requests of a clone, asked about through the endpoint as of their parents: risk against the
//! records' labels, reviewers against the clone's own trailers, and both against the library.

use std::collections::HashMap;
use std::path::PathBuf;

use clap::Args;
use idwo_core::forge::Person;
use idwo_core::past::{Past, PastChange};
use serde_json::Value;

use crate::auc::{self, Scores};
use crate::endpoint::Endpoint;
use crate::library::Library;
use crate::logistic::Fitted;
use crate::records::{self, Repository, Truth};
use crate::reviewers::reciprocal_rank;
use crate::{Failed, print, risk};

#[derive(Args)]
pub(crate) struct Wanted {
    clone: PathBuf,

    /// Records of pull requests with what became of them; risk is fitted on the other repositories.
    #[arg(long)]
    records: PathBuf,

    /// Which of the recorded repositories the clone is of, such as apache/kafka.
    #[arg(long)]
    of: String,

    /// Ask about one in so many of the recorded pull requests.
    #[arg(long, default_value_t = 1)]
    every: usize,
}

pub(crate) fn run(wanted: &Wanted) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(replay(wanted))
}

async fn replay(wanted: &Wanted) -> Result<(), Failed> {
    let all = records::read(&wanted.records)?;
    let (own, others): (Vec<_>, Vec<_>) = all.iter().partition(|r| r.name == wanted.of);
    let own = own
        .first()
        .ok_or_else(|| format!("no records of {}", wanted.of))?;
    let others: Vec<_> = others.into_iter().flat_map(risk::cases).collect();
    let fitted = risk::fit(&others.iter().collect::<Vec<_>>());
    let data = tempfile::tempdir()?;
    let library = Library::open(&wanted.clone)?;
    let trailers = trailers(&*library.past().await?);
    let endpoint = Endpoint::start(&wanted.clone, data.path())?;
    let mut found = Found::default();
    for pull in own.pulls.iter().step_by(wanted.every) {
        let Some(truth) = own.truth.get(&pull.number).filter(|t| t.risk || t.rev) else {
            continue;
        };
        let asked = endpoint
            .analyze(&library.name.to_string(), pull.number)
            .await;
        let Ok(reply) = asked else {
            found.unanswered += 1;
            continue;
        };
        let result = reply.get("result").cloned().unwrap_or_default();
        found.compare(&result, &library.analyze(pull.number).await?);
        found.risk(&result, truth, &fitted);
        if let Some(named) = trailers.get(&pull.number) {
            found.reviewers(&result, named, truth.rev);
        }
    }
    print(&found.words(own));
    endpoint.kill()?;
    if found.differ > 0 {
        return Err(format!("{} answers differ from the library's", found.differ).into());
    }
    Ok(())
}

/// Of each pull request that landed, the names and logins of those who reviewed it.
fn trailers(past: &Past) -> HashMap<u64, Vec<String>> {
    let names = Names::of(past);
    // Newest first, so that of those with one number the oldest stays.
    let numbered = past.changes.iter();
    let named = numbered
        .filter_map(|change| Some((change.number?.get().into(), names.reviewers(past, change))));
    named.filter(|(_, names)| !names.is_empty()).collect()
}

/// Every name and login that goes with an address: an answer shows one of them.
struct Names(HashMap<String, Vec<String>>);

impl Names {
    fn of(past: &Past) -> Self {
        let mut names: HashMap<_, Vec<String>> = HashMap::new();
        for person in &past.people {
            let known = names.entry(person.email.clone()).or_default();
            known.extend(own_names(person));
        }
        Self(names)
    }

    fn reviewers(&self, past: &Past, change: &PastChange) -> Vec<String> {
        let people = change.reviewers.iter().filter_map(|id| past.person(*id));
        let people = people.filter(|person| !person.bot);
        let names = people.flat_map(|person| {
            let others = self
                .0
                .get(&person.email)
                .filter(|_| !person.email.is_empty());
            own_names(person).chain(others.into_iter().flatten().cloned())
        });
        names.collect()
    }
}

fn own_names(person: &Person) -> impl Iterator<Item = String> {
    let names = [person.login.clone(), Some(person.name.clone())];
    names.into_iter().flatten().filter(|name| !name.is_empty())
}

#[derive(Default)]
struct Found {
    risk: Scores,
    ranks: Vec<f64>,
    /// Of those that the records score too.
    ranks_recorded: Vec<f64>,
    differ: usize,
    unanswered: usize,
    compared: usize,
}

impl Found {
    /// As the endpoint answered it, and as the library did.
    fn compare(&mut self, result: &Value, library: &Value) {
        self.compared += 1;
        let same = ["risk", "reviewers", "time_to_merge_hours", "file_history"]
            .iter()
            .all(|section| result.get(section) == library.get(section));
        self.differ += usize::from(!same);
    }

    /// The model that was fitted on the others, on the factors of the reply; and its plain size.
    fn risk(&mut self, result: &Value, truth: &Truth, fitted: &Fitted) {
        let factors = result.pointer("/risk/factors").and_then(Value::as_array);
        let values = factors
            .into_iter()
            .flatten()
            .map(|factor| factor.get("value"));
        let values: Vec<_> = values.map(|value| value.and_then(Value::as_f64)).collect();
        let [lines, larger, reverted, busy] = values[..] else {
            return;
        };
        let row = [
            lines.map(f64::ln_1p),
            larger,
            reverted,
            busy.map(f64::ln_1p),
        ];
        let known = row
            .iter()
            .zip(&fitted.means)
            .map(|(value, mean)| value.unwrap_or(*mean));
        let size = |side| {
            result
                .pointer(&format!("/size/{side}_lines"))
                .and_then(Value::as_f64)
        };
        let size = size("added").unwrap_or_default() + size("deleted").unwrap_or_default();
        if truth.risk {
            let odds = fitted.log_odds(&known.collect::<Vec<_>>());
            self.risk.push(truth.is_bad(), vec![odds, size]);
        }
    }

    fn reviewers(&mut self, result: &Value, truth: &[String], is_recorded: bool) {
        let items = result.pointer("/reviewers/items").and_then(Value::as_array);
        let names = items.into_iter().flatten().map(|item| {
            let text = |field| item.get(field).and_then(Value::as_str);
            let login = text("login").filter(|login| truth.iter().any(|name| name == login));
            login.or(text("name")).unwrap_or_default()
        });
        let rank = reciprocal_rank(names, truth);
        self.ranks.push(rank);
        self.ranks_recorded.extend(is_recorded.then_some(rank));
    }

    fn words(&self, own: &Repository) -> String {
        let (bad, all) = (
            self.risk.bad.len(),
            self.risk.bad.len() + self.risk.good.len(),
        );
        let scores = std::slice::from_ref(&self.risk);
        let intervals = auc::intervals(scores, 2, 1);
        let beyond = intervals
            .first()
            .map_or((f64::NAN, f64::NAN), |[_, beyond]| *beyond);
        let mean = |ranks: &[f64]| match ranks.len() {
            0 => "unknown".to_owned(),
            n => format!("{:.3}", ranks.iter().sum::<f64>() / n as f64),
        };
        format!(
            "{}, through the endpoint\n\
             risk: AUC {:.3}, all changed lines {:.3}, difference [{:+.3}, {:+.3}]; {bad} bad of {all}; fitted on the others\n\
             reviewers: mean reciprocal rank {} against the clone's own trailers, n={}; {} on those that the records score, n={}\n\
             {} of {} answers differ from the library's; {} had no answer (not in the clone, or an error)",
            own.name,
            self.risk.auc(0),
            self.risk.auc(1),
            beyond.0,
            beyond.1,
            mean(&self.ranks),
            self.ranks.len(),
            mean(&self.ranks_recorded),
            self.ranks_recorded.len(),
            self.differ,
            self.compared,
            self.unanswered,
        )
    }
}
