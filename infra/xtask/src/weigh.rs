//! `cargo xtask weigh`: what each function weighs beside the least that one can be. Zip size, and what
//! its process takes from the machine: CPU and memory until it asks for its first event, and until it
//! has answered that. Services are stood in for over plain HTTP, so a TLS handshake (0.6 ms with
//! ring, measured apart) is in none of these numbers.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use cargo_metadata::MetadataCommand;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use idwo_sandbox::aws::{Aws, Process};
use idwo_sandbox::{forge, sample};
use serde_json::{Value, json};

use crate::{Failed, cargo, root};

/// Each process is started so often, and what a quarter of the starts stays below counts: whatever else
/// the machine does makes a start dearer, and none cheaper.
const STARTS: usize = 40;

/// A target counts as missed when so many tables in a row have one.
const TRIES: usize = 3;

/// What was agreed, as multiples of the bare function and megabytes of zip, each to one decimal.
const TARGETS: [Target; 1] = [Target {
    name: "mcp",
    init: 1.5,
    zip_mb: 2.5,
    memory: 2.5,
}];

/// Of every function that is not named: `analyze_pr`, the authorizer, a tool to come.
const TARGET_OF_OTHERS: Target = Target {
    name: "",
    init: 3.0,
    zip_mb: 5.0,
    memory: 4.0,
};

/// Longest wait for a function to ask for an event.
const ASK_TIMEOUT: Duration = Duration::from_secs(30);

/// Of all functions, against which the others are measured.
const BARE: &str = "bare";

/// Bytes of a zip beside its one file's: two headers and an end.
const ZIP_FRAME_BYTES: usize = 30 + 46 + 22 + 2 * "bootstrap".len();

struct Target {
    name: &'static str,
    init: f64,
    zip_mb: f64,
    memory: f64,
}

#[derive(Clone)]
struct Weight {
    zip_mb: f64,
    init_ms: f64,
    event_ms: f64,
    /// Before the first event.
    memory_mb: f64,
    /// After it.
    peak_mb: f64,
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
    cargo(&["build", "--release", "--locked", "--bins"], packages)?;
    cargo(
        &["build", "--release", "--locked", "--example", BARE],
        ["-p", "idwo-aws"],
    )?;
    Ok(metadata.target_directory.join("release").into())
}

/// One after the other, again and again, so that what the machine does beside falls on all alike.
async fn weights(programs: &[(String, PathBuf)]) -> Result<Vec<(String, Weight)>, Failed> {
    let mut starts = vec![Vec::new(); programs.len()];
    for _ in 0..STARTS {
        for ((name, program), starts) in programs.iter().zip(&mut starts) {
            starts.push(start(name, program).await?);
        }
    }
    let programs = programs.iter().zip(starts);
    let weights = programs.map(|((name, program), starts)| {
        Ok((name.clone(), weight(&starts, megabytes(zipped(program)?))))
    });
    weights.collect()
}

fn weight(starts: &[Weight], zip_mb: f64) -> Weight {
    let quiet = |of: fn(&Weight) -> f64| {
        let mut values: Vec<_> = starts.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 4).copied().unwrap_or_default()
    };
    Weight {
        zip_mb,
        init_ms: quiet(|start| start.init_ms),
        event_ms: quiet(|start| start.event_ms),
        memory_mb: quiet(|start| start.memory_mb),
        peak_mb: quiet(|start| start.peak_mb),
    }
}

/// One start as on AWS: with the secrets and the functions that the template gives it.
async fn start(name: &str, program: &Path) -> Result<Weight, Failed> {
    let aws = Aws::start().await?;
    let secret = json!({ "IDWO_ACCESS_KEYS": "[]", "IDWO_REQUEST_STATE_KEY": "0".repeat(64) });
    aws.keep("signing", &secret).await;
    let answer = json!({ "reply": "answer", "structured": {}, "text": "" });
    let replied = json!({ "outcome": "replied", "reply": answer });
    aws.stand_in("tools-analyze_pr", move |_| Ok(replied.clone()))
        .await;
    let variables = [
        ("IDWO_SECRETS", "signing"),
        ("IDWO_FUNCTION_PREFIX", "tools-"),
    ];
    let secretless = [variables[1]];
    let reads_secrets = ["mcp", "authorizer"].contains(&name);
    let variables = if reads_secrets {
        &variables[..]
    } else {
        &secretless
    };
    forget_the_sample()?;
    let program = program.to_str().ok_or("a path that is no text")?;
    let process = aws.run(name, program, variables).await?;
    asked(&aws, name, 1).await?;
    let (init_ms, memory_mb) = (cpu_ms(&process)?, peak_mb(&process)?);
    let answered = aws.invoke(name, event(name)?).await;
    asked(&aws, name, 2).await?;
    // Nobody has a key here, which the authorizer says with an error.
    let is_well = matches!(answered, Some(Ok(_))) || name == "authorizer";
    if !is_well {
        return Err(format!("{name} answered {answered:?}").into());
    }
    Ok(Weight {
        zip_mb: 0.0,
        init_ms,
        event_ms: cpu_ms(&process)? - init_ms,
        memory_mb,
        peak_mb: peak_mb(&process)?,
    })
}

async fn asked(aws: &Aws, name: &str, times: u64) -> Result<(), Failed> {
    let asked = tokio::time::timeout(ASK_TIMEOUT, aws.asked(name, times)).await;
    asked.map_err(|_| format!("{name} did not ask for event {times}").into())
}

/// A new function's folder is empty.
fn forget_the_sample() -> io::Result<()> {
    match fs::remove_dir_all(sample::path_in(Path::new(forge::FOLDER))) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn event(name: &str) -> Result<Value, Failed> {
    if name == BARE {
        return Ok(json!({}));
    }
    let event = fs::read(root().join(format!("events/{name}.json")))?;
    Ok(serde_json::from_slice(&event)?)
}

/// Of all its threads, once none of them runs: only then has the kernel counted all of it.
fn cpu_ms(process: &Process) -> Result<f64, Failed> {
    let mut sum = 0;
    for thread in fs::read_dir(format!("/proc/{}/task", process.id()))? {
        let thread = thread?.path();
        while !sleeps(&thread)? {
            std::thread::yield_now();
        }
        // Its first number: nanoseconds on a processor.
        let text = fs::read_to_string(thread.join("schedstat"))?;
        let first = text.split(' ').next().unwrap_or_default();
        sum += first.parse::<u64>()?;
    }
    Ok(sum as f64 / 1e6)
}

/// Its state stands behind the name, which is in brackets.
fn sleeps(thread: &Path) -> Result<bool, Failed> {
    let stat = fs::read_to_string(thread.join("stat"))?;
    let state = stat.rsplit_once(") ").map(|(_, rest)| rest);
    Ok(state.is_some_and(|state| state.starts_with('S')))
}

fn peak_mb(process: &Process) -> Result<f64, Failed> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id()))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kilobytes: f64 = kilobytes.ok_or("no VmHWM")?.parse()?;
    Ok(kilobytes / 1024.0)
}

fn zipped(program: &Path) -> Result<usize, Failed> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&fs::read(program)?)?;
    Ok(encoder.finish()?.len() + ZIP_FRAME_BYTES)
}

fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

const HEAD: &str =
    "function       zip MB   init CPU ms      memory MB        event CPU ms   memory MB";

fn row(name: &str, weight: &Weight, bare: &Weight) -> String {
    let times = |value: f64, of: f64| format!("{value:.2} (x{:.2})", value / of);
    format!(
        "{name:<14} {:<8.2} {:<16} {:<16} {:<14.2} {:.2}",
        weight.zip_mb,
        times(weight.init_ms, bare.init_ms),
        times(weight.memory_mb, bare.memory_mb),
        weight.event_ms,
        weight.peak_mb,
    )
}

fn misses(name: &str, weight: &Weight, bare: &Weight) -> Vec<String> {
    let named = TARGETS.iter().find(|target| target.name == name);
    let target = named.unwrap_or(&TARGET_OF_OTHERS);
    let init = weight.init_ms / bare.init_ms;
    let memory = weight.memory_mb / bare.memory_mb;
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
