//! What an answer takes: processor, memory and time of the endpoint, over twenty pull requests of
//! each clone.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use idwo_core::input::RepositoryName;

use crate::endpoint::Endpoint;
use crate::library::Library;
use crate::{Failed, print};

/// How many pull requests are asked about.
const ASKED: usize = 20;

/// The slowest that a first and a later answer may be, in seconds.
const FIRST_S_MAX: f64 = 25.0;
const WARM_S_MAX: f64 = 0.5;

#[derive(Args)]
pub(crate) struct Wanted {
    #[arg(required = true)]
    clones: Vec<PathBuf>,
}

pub(crate) fn run(wanted: &Wanted) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    print(
        "clone                      changes  first answer             warm answers (p50, p95)          peak",
    );
    let mut slow = Vec::new();
    for clone in &wanted.clones {
        let taken = runtime.block_on(one(clone))?;
        print(&taken.words(clone));
        if taken.first_s > FIRST_S_MAX || quantile(&taken.warm_s, 0.95) > WARM_S_MAX {
            slow.push(clone.display().to_string());
        }
    }
    if slow.is_empty() {
        return Ok(());
    }
    Err(format!(
        "slower than {FIRST_S_MAX} s first or {WARM_S_MAX} s later: {}",
        slow.join(", ")
    )
    .into())
}

struct Taken {
    changes: usize,
    first_s: f64,
    first_cpu_s: f64,
    warm_s: Vec<f64>,
    warm_cpu_s: f64,
    peak_mb: f64,
    partial: bool,
}

async fn one(clone: &Path) -> Result<Taken, Failed> {
    let data = tempfile::tempdir()?;
    let (name, numbers, changes) = spread(clone).await?;
    let endpoint = Endpoint::start(clone, data.path())?;
    let (first, others) = numbers.split_first().ok_or("no pull request landed")?;
    let begun = Instant::now();
    let idle_cpu_s = endpoint.cpu_s()?;
    let reply = endpoint.analyze(&name.to_string(), *first).await?;
    let first_s = begun.elapsed().as_secs_f64();
    let first_cpu_s = endpoint.cpu_s()? - idle_cpu_s;
    let mut warm_s = Vec::new();
    for number in others {
        let begun = Instant::now();
        endpoint.analyze(&name.to_string(), *number).await?;
        warm_s.push(begun.elapsed().as_secs_f64());
    }
    warm_s.sort_by(f64::total_cmp);
    let warm_cpu_s = endpoint.cpu_s()? - idle_cpu_s - first_cpu_s;
    let taken = Taken {
        changes,
        first_s,
        first_cpu_s,
        warm_cpu_s: warm_cpu_s / warm_s.len().max(1) as f64,
        warm_s,
        peak_mb: endpoint.peak_mb()?,
        partial: reply.get("status").and_then(|status| status.as_str()) == Some("partial"),
    };
    endpoint.kill()?;
    Ok(taken)
}

/// Twenty pull requests spread evenly over all that landed, newest first; and how many changes did.
async fn spread(clone: &Path) -> Result<(RepositoryName, Vec<u64>, usize), Failed> {
    let library = Library::open(clone)?;
    let past = library.past().await?;
    let mut numbers: Vec<u64> = Vec::new();
    for change in &past.changes {
        numbers.extend(change.number.map(|number| u64::from(number.get())));
    }
    let count = numbers.len().min(ASKED);
    let spread = (0..count).filter_map(|at| numbers.get(at * numbers.len() / count));
    let spread = spread.copied().collect();
    Ok((library.name, spread, past.changes.len()))
}

impl Taken {
    fn words(&self, clone: &Path) -> String {
        format!(
            "{:<26} {:>7}  {:>5.2} s {:>5.2} CPU s{}  {:.3} s {:.3} s {:.3} CPU s each  {:>5.0} MB",
            clone.display(),
            self.changes,
            self.first_s,
            self.first_cpu_s,
            if self.partial { " partial" } else { "" },
            quantile(&self.warm_s, 0.5),
            quantile(&self.warm_s, 0.95),
            self.warm_cpu_s,
            self.peak_mb,
        )
    }
}

/// Of values in order.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = (share * sorted.len() as f64) as usize;
    let place = place.min(sorted.len().saturating_sub(1));
    sorted.get(place).copied().unwrap_or(f64::NAN)
}
