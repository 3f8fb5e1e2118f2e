//! The reply without an id: the workflows that were started last.

use idwo_core::ctx::Ctx;
use idwo_core::envelope::Reply;
use idwo_core::evidence::Evidence;
use idwo_core::failure::Failure;
use idwo_core::input::WorkflowId;
use idwo_core::workflow::Run;
use serde_json::json;

use crate::report::{Line, Listed, Report};

/// Most that are named: with the longest ids 5 KB.
const NEWEST_MAX: u16 = 10;

pub(crate) async fn reply(ctx: &Ctx) -> Result<Reply<Report>, Failure> {
    let (runs, tenant) = ctx.workflows.kept()?;
    let newest = runs.recent(tenant, NEWEST_MAX).await?;
    let lines: Vec<_> = newest.iter().map(Line::of).collect();
    let total = lines.len();
    let open = newest.iter().filter(|run| !run.status.has_ended()).count();
    let statement = format!("Of the {total} workflows that were started last, {open} are open.");
    let names: String = lines.iter().map(Line::in_words).collect();
    let report = Report {
        workflow: None,
        newest: Some(Listed {
            evidence: "newest",
            total,
            items: lines,
        }),
    };
    let mut reply = Reply::new(report, ctx.clock.now());
    reply.text = format!("{statement}{names}");
    reply.evidence.push(Evidence {
        id: "newest",
        kind: "workflow",
        statement,
        value: json!(open),
        unit: "open workflows",
        url: None,
    });
    Ok(reply)
}

impl Line {
    fn of(run: &Run) -> Self {
        Self {
            workflow_id: WorkflowId::of(&run.id),
            kind: run.kind.clone(),
            status: run.status,
            started_at: run.started_at,
            changed_at: run.changed_at,
        }
    }

    fn in_words(&self) -> String {
        let status = json!(self.status);
        let status = status.as_str().unwrap_or_default();
        format!("\n{}: {status}", self.workflow_id)
    }
}
