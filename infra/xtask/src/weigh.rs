//! `cargo xtask weigh`: what each function weighs beside the least that one can be. Zip size, and what
//! its process takes from the machine: CPU and memory until it asks for its first event, and until it
//! has answered that. Services are stood in for over plain HTTP, so a TLS handshake (0.6 ms with
//! ring, measured apart) is in none of these numbers.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use cargo_metadata::MetadataCommand;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use idwo_sandbox::github::{self, GitHub};

use crate::{Failed, build, root};

mod start;

use start::Start;

/// Each process is started so often, and the least counts: whatever else the machine does makes a start
/// dearer, and none cheaper.
const STARTS: usize = 40;

/// A target counts as missed when so many tables in a row have one.
const TRIES: usize = 3;

/// What was agreed of the endpoint, `mcp`.
const ENDPOINT: Target = Target {
    init: 1.5,
    zip_mb: 2.5,
    memory: 2.5,
};

/// Of every other function: `analyze_pr`, the authorizer, a tool to come.
const OTHERS: Target = Target {
    init: 3.0,
    zip_mb: 5.0,
    memory: 4.0,
};

/// Of all functions, against which the others are measured.
const BARE: &str = "bare";

/// Bytes of a zip beside its one file's: two headers and an end.
const ZIP_FRAME_BYTES: usize = 30 + 46 + 22 + 2 * "bootstrap".len();

/// Megabytes of zip, and multiples of the bare function, each to one decimal.
struct Target {
    init: f64,
    zip_mb: f64,
    memory: f64,
}

struct Weight {
    zip_mb: f64,
    start: Start,
}

/// Builds every function for this machine, weighs it, and fails where a target is missed.
pub(crate) fn run() -> Result<(), Failed> {
    let functions = functions()?;
    let built = built(&functions)?;
    let mut programs = vec![(BARE.to_owned(), built.join("examples").join(BARE))];
    programs.extend(
        functions
            .into_iter()
            .map(|name| (name.clone(), built.join(name))),
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut missed = Vec::new();
    for _ in 0..TRIES {
        let weights = runtime.block_on(weights(&programs))?;
        missed = shown(&weights)?;
        if missed.is_empty() {
            return Ok(());
        }
    }
    Err(missed.join("; ").into())
}

/// Prints the table; the targets that are missed.
fn shown(weights: &[(String, Weight)]) -> Result<Vec<String>, Failed> {
    let (_, bare) = weights.first().ok_or("nothing was weighed")?;
    let rows = weights.iter().map(|(name, weight)| row(name, weight, bare));
    let rows: Vec<_> = rows.collect();
    writeln!(io::stdout().lock(), "{HEAD}\n{}", rows.join("\n"))?;
    let misses = weights
        .iter()
        .flat_map(|(name, weight)| misses(name, weight, bare));
    Ok(misses.collect())
}

fn functions() -> Result<Vec<String>, Failed> {
    let entries = fs::read_dir(root().join("functions"))?;
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// The folder of the release binaries.
fn built(functions: &[String]) -> Result<PathBuf, Failed> {
    let metadata = MetadataCommand::new().no_deps().exec()?;
    let packages = functions.iter().flat_map(|name| ["-p", name.as_str()]);
    // Named, since flags would fall on procedural macros too where no target is.
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    build(&target, &["--bins"], packages)?;
    build(&target, &["--example", BARE], ["-p", "idwo-aws"])?;
    Ok(metadata
        .target_directory
        .join(target)
        .join("release")
        .into())
}

/// One after the other, again and again, so that what the machine does beside falls on all alike.
async fn weights(programs: &[(String, PathBuf)]) -> Result<Vec<(String, Weight)>, Failed> {
    let folder = tempfile::tempdir()?;
    let github = GitHub::start(github::sample(folder.path()).await?)?;
    let mut starts: Vec<_> = programs.iter().map(|_| Vec::new()).collect();
    for _ in 0..STARTS {
        for ((name, program), starts) in programs.iter().zip(&mut starts) {
            starts.push(Start::of(name, program, &github).await?);
        }
    }
    let programs = programs.iter().zip(starts);
    let weights = programs.map(|((name, program), starts)| {
        let zip_mb = zipped(program)? as f64 / 1e6;
        let start = Start::quiet(&starts);
        Ok((name.clone(), Weight { zip_mb, start }))
    });
    weights.collect()
}

fn zipped(program: &Path) -> Result<usize, Failed> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&fs::read(program)?)?;
    Ok(encoder.finish()?.len() + ZIP_FRAME_BYTES)
}

const HEAD: &str =
    "function       zip MB   init CPU ms      memory MB        event CPU ms   memory MB";

fn row(name: &str, weight: &Weight, bare: &Weight) -> String {
    let times = |value: f64, of: f64| format!("{value:.2} (x{:.2})", value / of);
    format!(
        "{name:<14} {:<8.2} {:<16} {:<16} {:<14.2} {:.2}",
        weight.zip_mb,
        times(weight.start.init_ms, bare.start.init_ms),
        times(weight.start.memory_mb, bare.start.memory_mb),
        weight.start.event_ms,
        weight.start.peak_mb,
    )
}

fn misses(name: &str, weight: &Weight, bare: &Weight) -> Vec<String> {
    let target = if name == "mcp" { ENDPOINT } else { OTHERS };
    let init = weight.start.init_ms / bare.start.init_ms;
    let memory = weight.start.memory_mb / bare.start.memory_mb;
    let over = |what: &str, is: f64, at_most: f64| {
        ((is * 10.0).round() / 10.0 > at_most)
            .then(|| format!("{name}: {what} is {is:.2}, and {at_most} at most"))
    };
    let found = [
        over("zip in MB", weight.zip_mb, target.zip_mb),
        over("init CPU over bare", init, target.init),
        over("memory over bare", memory, target.memory),
    ];
    found.into_iter().flatten().collect()
}
