//! One start of a function's process, and what it takes from the machine.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use idwo_sandbox::aws::{Aws, Outcome, Process};
use idwo_sandbox::github::GitHub;
use serde_json::{Value, json};

use super::BARE;
use crate::{Failed, root};

/// Longest wait for a function to ask for an event, and to sleep until it gets one.
const ASK_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) struct Start {
    /// CPU until it asks for its first event.
    pub(super) init_ms: f64,
    /// CPU of that event.
    pub(super) event_ms: f64,
    /// The most that it held before the event.
    pub(super) memory_mb: f64,
    /// The most that it held after it.
    pub(super) peak_mb: f64,
}

impl Start {
    /// As on AWS: with the secrets and the functions that the template gives it, and a GitHub.
    pub(super) async fn of(name: &str, program: &Path, github: &GitHub) -> Result<Self, Failed> {
        let aws = Aws::start().await?;
        let secret = json!({ "IDWO_ACCESS_KEYS": "[]", "IDWO_REQUEST_STATE_KEY": "0".repeat(64) });
        aws.keep("signing", &secret).await;
        let vendors = json!({ "GITHUB_TOKEN": github.token(), "GITHUB_API_URL": github.url() });
        aws.keep("vendors", &vendors).await;
        let answer = json!({ "reply": "answer", "structured": {}, "text": "" });
        let replied = json!({ "outcome": "replied", "reply": answer });
        aws.stand_in("tools-analyze_pr", move |_| Ok(replied.clone()))
            .await;
        let variables = [
            ("IDWO_SECRETS", "signing"),
            ("IDWO_FUNCTION_PREFIX", "tools-"),
        ];
        let of_vendors = [("IDWO_SECRETS", "vendors")];
        let of_work = [
            ("IDWO_SECRETS", "vendors"),
            ("IDWO_STATE_TABLE", "state"),
            ("IDWO_QUEUE_URL", "queue"),
        ];
        let variables = match name {
            "mcp" | "authorizer" | "approval_page" | "resolve_approval" => &variables[..],
            BARE | "conformance" => &[],
            "orchestration_worker" => &of_work[..],
            "healing_worker" | "reconciler" => of_work.get(1..).unwrap_or_default(),
            _ => &of_vendors[..],
        };
        let program = program.to_str().ok_or("a path that is no text")?;
        let process = aws.run(name, program, variables).await?;
        asked(&aws, name, 1).await?;
        let (init_ms, memory_mb) = (cpu_ms(&process)?, peak_mb(&process)?);
        let answered = aws.invoke(name, event(name)?).await;
        asked(&aws, name, 2).await?;
        if !is_well(name, answered.as_ref()) {
            return Err(format!("{name} answered {answered:?}").into());
        }
        Ok(Self {
            init_ms,
            event_ms: cpu_ms(&process)? - init_ms,
            memory_mb,
            peak_mb: peak_mb(&process)?,
        })
    }

    /// Of several, the least: whatever else the machine does makes a start dearer, and none cheaper. A
    /// quartile moved by a twentieth between hours of the same machine, the least by a hundredth.
    pub(super) fn quiet(starts: &[Self]) -> Self {
        let quiet = |of: fn(&Self) -> f64| {
            let mut values: Vec<_> = starts.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            values.first().copied().unwrap_or_default()
        };
        Self {
            init_ms: quiet(|start| start.init_ms),
            event_ms: quiet(|start| start.event_ms),
            memory_mb: quiet(|start| start.memory_mb),
            peak_mb: quiet(|start| start.peak_mb),
        }
    }
}

/// What each kind of function says when it could do what it was asked. Nobody has a key here.
fn is_well(name: &str, answered: Option<&Outcome>) -> bool {
    let says = |said: &Value, field: &str, value: Value| said.get(field) == Some(&value);
    match (name, answered) {
        (BARE, Some(Ok(_))) => true,
        ("authorizer", Some(Err(error))) => says(error, "errorMessage", json!("Unauthorized")),
        ("mcp", Some(Ok(answer))) => says(answer, "statusCode", json!(200)),
        ("orchestration_worker" | "healing_worker", Some(Ok(answer))) => {
            says(answer, "batchItemFailures", json!([]))
        }
        ("reconciler", Some(Ok(answer))) => answer.is_null(),
        // There is no table here: all of them say who can make one.
        ("approval_page", Some(Ok(answer))) => says(answer, "statusCode", json!(503)),
        ("get_workflow" | "cancel_workflow" | "resolve_approval", Some(Ok(answer))) => {
            says(answer, "outcome", json!("let_down"))
        }
        (_, Some(Ok(answer))) => says(answer, "outcome", json!("replied")),
        _ => false,
    }
}

async fn asked(aws: &Aws, name: &str, times: u64) -> Result<(), Failed> {
    let asked = tokio::time::timeout(ASK_TIMEOUT, aws.asked(name, times)).await;
    asked.map_err(|_| format!("{name} did not ask for event {times}").into())
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
        let asked = Instant::now();
        while !sleeps(&thread)? {
            if asked.elapsed() > ASK_TIMEOUT {
                return Err("a function that asked for an event does not sleep".into());
            }
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
