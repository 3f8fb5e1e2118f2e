//! The reply about one workflow.

use idwo_core::approval::Approval;
use idwo_core::ctx::Ctx;
use idwo_core::envelope::{Detail, NextCall, Reply, Status};
use idwo_core::evidence::{Evidence, Source};
use idwo_core::failure::Failure;
use idwo_core::later;
use idwo_core::tool::{Answer, Tool};
use idwo_core::workflow::{Loaded, Outcome, Run};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::GetWorkflow;
use crate::approvals;
use crate::report::{Report, Workflow};
use crate::story::Room;

pub(crate) async fn of_one(
    ctx: &Ctx,
    found: &Loaded,
    detail: Detail,
) -> Result<Reply<Report>, Failure> {
    let (runs, tenant) = ctx.workflows.kept()?;
    let run = &found.run;
    later::let_see(&ctx.asker, run)?;
    let room = Room::of(detail);
    let records = runs.latest(&run.id, room.events_max).await?;
    let newest = runs.newest(tenant, &run.id.entity).await?;
    let newest_attempt = newest.map_or(run.id.attempt, |newest| newest.run.id.attempt);
    let approvals = approvals::of(ctx, run).await?;
    let workflow = Workflow::of(run, newest_attempt, &records, &approvals, &room);
    let pending = approvals.iter().find(|of| approvals::is_pending(of));
    let answer = answer_in(run);
    let evidence = evidence(run, &workflow);
    let text = [
        Some(text(run, &workflow)),
        pending.map(approvals::in_words),
        answer.as_ref().map(|answer| answer.text.clone()),
    ];
    let is_more = detail == Detail::Summary && answer.is_some() && fits_only_in_full(run);
    let next = next(run, &workflow, pending, is_more);
    let workflow_id = workflow.workflow_id.to_string();
    let report = Report {
        workflow: Some(workflow),
        newest: None,
    };
    let mut reply = Reply::new(report, ctx.clock.now());
    reply.sources.push(source(found, reply.generated_at));
    reply.text = text.into_iter().flatten().collect::<Vec<_>>().join("\n");
    reply.evidence = evidence;
    reply.next = next;
    if !run.status.has_ended() {
        reply.status = Status::Accepted;
        reply.workflow_id = Some(workflow_id);
    }
    if pending.is_some() {
        reply.status = Status::NeedsApproval;
    }
    Ok(reply)
}

fn source(found: &Loaded, fetched_at: Timestamp) -> Source {
    Source {
        id: "store".to_owned(),
        url: None,
        fetched_at,
        revision: format!("version {}", found.version),
        cache_age_s: 0,
        note: None,
    }
}

/// What whoever asked can do now: let a person decide, wait, or have all of what was answered.
fn next(
    run: &Run,
    workflow: &Workflow,
    pending: Option<&Approval>,
    is_more: bool,
) -> Vec<NextCall> {
    let id = &workflow.workflow_id;
    let mut next: Vec<_> = pending.map(approvals::asking).into_iter().collect();
    if !run.status.has_ended() {
        next.push(NextCall::waiting_for(id));
    }
    if is_more {
        let arguments = [("workflow_id", json!(id)), ("detail", json!(Detail::Full))];
        next.push(NextCall::of(GetWorkflow::NAME, arguments));
    }
    next
}

/// What fits in no detail is had as a task alone.
fn fits_only_in_full(run: &Run) -> bool {
    let bytes = json!(run.outcome).to_string().len();
    let [summary, full] = [Detail::Summary, Detail::Full].map(|of| Room::of(of).outcome_bytes_max);
    (summary + 1..=full).contains(&bytes)
}

/// What the tool answered that the run asked, where that is what it has ended with.
fn answer_in(run: &Run) -> Option<Answer> {
    match &run.outcome {
        Some(Outcome::Done { output }) if run.kind == later::WORKFLOW => {
            Answer::deserialize(output).ok()
        }
        _ => None,
    }
}

fn text_of(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn evidence(run: &Run, workflow: &Workflow) -> Vec<Evidence> {
    let fact = |id, statement, value, unit| Evidence {
        id,
        kind: "workflow",
        statement,
        value,
        unit,
        url: None,
    };
    let status = json!(run.status);
    let word = text_of(&status).unwrap_or_default();
    let (records, begun) = (run.records, run.begun.len());
    let left_over = run.left_over().count();
    let shown = workflow.history.items.len();
    vec![
        fact("run", format!("It is {word}."), status, "status"),
        fact(
            "steps",
            format!(
                "{begun} steps were begun; of {left_over} it is not known that nothing is open."
            ),
            json!(begun),
            "steps",
        ),
        fact(
            "history",
            format!("{records} events, of which the last {shown} are told."),
            json!(records),
            "events",
        ),
    ]
}

fn text(run: &Run, workflow: &Workflow) -> String {
    let status = text_of(&json!(run.status)).unwrap_or_default();
    let (id, kind, attempt) = (&workflow.workflow_id, &run.kind, run.id.attempt);
    let first = format!(
        "{id}: {status} ({kind}, attempt {attempt}, since {})",
        run.started_at
    );
    let outcome = match &run.outcome {
        Some(Outcome::Failed { what }) => format!("It has failed: {what}"),
        Some(Outcome::Cancelled { by }) => format!("It was cancelled by {by}."),
        Some(Outcome::Done { .. }) | None => workflow.doing.in_words(),
    };
    let last = workflow.history.items.last();
    let last = last.map(|event| format!("Last: {} at {}.", event.what, event.at));
    let lines = [first, outcome, last.unwrap_or_default()];
    let lines = lines.into_iter().filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}
