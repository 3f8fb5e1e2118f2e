//! `cargo calibrate`: fits and measures what `analyze_pr` says of risk, reviewers and times.

mod auc;
mod endpoint;
mod fit;
mod library;
mod logistic;
mod records;
mod replay;
mod reviewers;
mod risk;
mod speed;
mod times;

use std::path::{Path, PathBuf};

use clap::Parser;

#[derive(Parser)]
#[command(name = "calibrate")]
enum Measure {
    /// Fits risk to the records in FOLDER and writes the model that `analyze_pr` uses.
    Fit {
        folder: PathBuf,

        /// Write it here instead.
        #[arg(long, value_name = "FILE", default_value = fit::FITTED)]
        into: PathBuf,
    },

    /// Prints how risk, reviewers and times do on the records in FOLDER, each repository by itself,
    /// with intervals, beside simpler methods. Risk is fitted on the other repositories.
    Score {
        folder: PathBuf,

        /// Also write what is said of each pull request, as risk.jsonl and reviewers.jsonl, for other
        /// scorers.
        #[arg(long, value_name = "FOLDER")]
        predictions: Option<PathBuf>,
    },

    /// Asks the endpoint about pull requests of CLONE, and scores what it says of risk and reviewers.
    Replay(replay::Wanted),

    /// Asks the endpoint about twenty pull requests of each CLONE, without an index and with it, and
    /// prints what that took.
    Speed(speed::Wanted),
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failed> {
    match Measure::parse() {
        Measure::Fit { folder, into } => fit::run(&records::read(&folder)?, &into),
        Measure::Score {
            folder,
            predictions,
        } => score(&records::read(&folder)?, predictions.as_deref()),
        Measure::Replay(wanted) => replay::run(&wanted),
        Measure::Speed(wanted) => speed::run(&wanted),
    }
}

fn score(repositories: &[records::Repository], predictions: Option<&Path>) -> Result<(), Failed> {
    let risk = risk::LeftOut::of(repositories);
    let reviewers = reviewers::Suggested::of(repositories);
    print(&risk.table()?);
    print(&reviewers.table()?);
    print(&times::table(repositories)?);
    if let Some(folder) = predictions {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("risk.jsonl"), risk.predictions())?;
        std::fs::write(folder.join("reviewers.jsonl"), reviewers.predictions())?;
    }
    Ok(())
}

#[expect(
    clippy::print_stdout,
    reason = "what was measured is the product of this command"
)]
fn print(text: &str) {
    println!("{text}");
}
