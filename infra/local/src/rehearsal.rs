//! `idwo-local rehearse`: workflows whose steps leave lines in a file, for killing the process that
//! performs them. Only in builds with the feature `rehearsal`, which are never deployed.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use idwo_core::config::Variables;
use idwo_core::workflow::{
    Acting, Again, Call, Happened, Kinds, Move, OnFailure, Retry, RunId, Start, Started, Status,
    Step, StepFailure, Then, Workflow, kind,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::args::{Args, Rehearse};
use crate::repositories::data_of;
use crate::terminal::{self, Failed};
use crate::work::Work;

/// Most that are counted at the end.
const RUNS_MAX: u16 = 5000;

/// How often it is looked whether all has ended.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Starts what is asked for, works until all has ended, and prints what it came to.
pub async fn run(args: &Args, wanted: &Rehearse, variables: &Variables) -> Result<(), Failed> {
    let (data, _folder) = data_of(args)?;
    let log = data.join("effects.log");
    let kinds = Kinds::of([kind::<Rehearsal>(log.clone())]);
    let work = Arc::new(Work::open(&data, variables, kinds).await?);
    let going = tokio::spawn({
        let work = Arc::clone(&work);
        async move { work.go_on(&CancellationToken::new()).await }
    });
    terminal::print("serving")?;
    for nth in 0..wanted.runs {
        let id = started(&work, nth).await?;
        terminal::print(&format!("accepted {id}"))?;
    }
    let counts = ended(&work, &log).await?;
    going.abort();
    terminal::print(&counts.to_string())?;
    Ok(())
}

async fn started(work: &Work, nth: u32) -> Result<RunId, Failed> {
    let start = Start {
        tenant: "local".parse()?,
        entity: format!("rehearsal-{nth}").parse()?,
        kind: Rehearsal::NAME.to_owned(),
        input: Value::Null,
        correlation: Uuid::nil(),
        parent: None,
    };
    loop {
        match work.runs.start(start.clone()).await {
            Ok(Started::New(loaded) | Started::Known(loaded)) => return Ok(loaded.run.id),
            Ok(other) => return Err(format!("not started: {other:?}").into()),
            Err(_) => rest(LOOK_EVERY).await,
        }
    }
}

/// Of the newest attempt of each: how many there are, how they ended, and what was left by it.
async fn ended(work: &Work, log: &Path) -> Result<Value, Failed> {
    loop {
        let runs = work.runs.recent(&"local".parse()?, RUNS_MAX).await?;
        let of = |fits: fn(Status) -> bool| runs.iter().filter(|run| fits(run.status)).count();
        let open = of(|status| !status.has_ended());
        if open == 0 {
            let lines = fs::read_to_string(log).unwrap_or_default();
            return Ok(json!({
                "accepted": runs.len(),
                "done": of(|status| status == Status::Done),
                "open": open,
                "dead_lettered": work.queue.dead_letters().len(),
                "effects": lines.lines().count(),
            }));
        }
        rest(LOOK_EVERY).await;
    }
}

/// Three lines in a file, one after the other.
struct Rehearsal;

const fn step(name: &'static str) -> Step<PathBuf> {
    Step {
        name,
        act: write,
        find: Some(find),
        undo: None,
        // As often as it is killed, and more.
        retry: Retry {
            tries: 100,
            first_pause: Duration::from_millis(10),
            longest_pause: Duration::from_millis(100),
        },
        within: Duration::from_secs(5),
    }
}

impl Workflow for Rehearsal {
    const NAME: &'static str = "rehearsal";
    const STEPS: &'static [Step<PathBuf>] = &[step("one"), step("two"), step("three")];
    const ON_FAILURE: OnFailure = OnFailure::Keep;
    const LIFE: Duration = Duration::from_secs(3600);

    type Hands = PathBuf;
    type Input = ();
    type State = ();

    fn begin((): ()) -> Move<()> {
        Move::to((), perform("one"))
    }

    fn next((): (), happened: Happened<'_>) -> Move<()> {
        let then = match happened {
            Happened::Done { step: "one", .. } => Then::Wait(Duration::from_millis(20)),
            Happened::WaitOver => perform("two"),
            Happened::Done { step: "two", .. } => perform("three"),
            _ => Then::End(Value::Null),
        };
        Move::to((), then)
    }
}

fn perform(name: &'static str) -> Then {
    Then::Step {
        name,
        input: Value::Null,
    }
}

fn write<'a>(log: &'a PathBuf, call: &'a Call) -> Acting<'a, Value> {
    Box::pin(async move {
        let line = format!(
            "{} {} {}\n",
            call.marker.as_str(),
            call.run.entity,
            call.step
        );
        let file = OpenOptions::new().append(true).create(true).open(log);
        let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
        written.map_err(|error| StepFailure::new(error, Again::Soon))?;
        Ok(Value::Null)
    })
}

fn find<'a>(log: &'a PathBuf, call: &'a Call) -> Acting<'a, Option<Value>> {
    Box::pin(async move {
        let lines = fs::read_to_string(log).unwrap_or_default();
        let is_there = lines
            .lines()
            .any(|line| line.starts_with(call.marker.as_str()));
        Ok(is_there.then_some(Value::Null))
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "there is no condition to wait for"
)]
async fn rest(time: Duration) {
    tokio::time::sleep(time).await;
}
