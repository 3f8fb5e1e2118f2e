//! `idwo-local --rehearse N`: workflows whose steps leave lines in a file, started while it serves, for killing
//! the process that performs them. Only in builds with the feature `rehearsal`, which are never deployed.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use idwo_core::workflow::{
    Acting, Again, Call, Happened, Kind, Move, OnFailure, Retry, RunId, Start, Started, Step,
    StepFailure, Tenant, Then, Workflow, kind,
};
use serde_json::Value;
use uuid::Uuid;

use crate::terminal::{self, Failed};
use crate::work::Work;
use crate::workshop::Workshop;

/// How long after a store that failed it is asked again.
const AGAIN_AFTER: Duration = Duration::from_millis(50);

/// Its steps leave their lines in `data`.
pub(crate) fn kind_in(data: &Path) -> Arc<dyn Kind> {
    kind::<Rehearsal>(data.join("effects.log"))
}

/// Starts so many, and prints each as soon as it is accepted.
pub(crate) fn begin(runs: u32, workshop: &Workshop) {
    let Workshop::Open { work, tenant } = workshop.clone() else {
        return;
    };
    tokio::spawn(async move {
        if let Err(error) = all_started(runs, &work, &tenant).await {
            terminal::complain(error.as_ref());
        }
    });
}

async fn all_started(runs: u32, work: &Work, tenant: &Tenant) -> Result<(), Failed> {
    for nth in 0..runs {
        let id = started(nth, work, tenant).await?;
        terminal::print(&format!("accepted {id}"))?;
    }
    Ok(())
}

async fn started(nth: u32, work: &Work, tenant: &Tenant) -> Result<RunId, Failed> {
    let start = Start {
        tenant: tenant.clone(),
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
            Err(_) => rest(AGAIN_AFTER).await,
        }
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
