//! An answer that cannot be had in the time of a call: it is accepted, and a workflow goes on asking until it has
//! it, whoever still waits.

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::ctx::Ctx;
use crate::dispatch::Asker;
use crate::envelope::{Detail, NextCall, Reply, Status};
use crate::failure::{Failure, Retry};
use crate::input::WorkflowId;
use crate::tool::{Answered, Tool};
use crate::workflow::{Entity, Run, RunId, Runs, RunsFailure, Start, Started, Tenant};

/// The workflow that goes on; its input is a [`Question`].
pub const WORKFLOW: &str = "answer_later";

/// Most questions of one tool that are put off within an hour. Each is asked 20 times at most, for up to 35 s in which
/// the worker waits for the tool: those of an hour cost at most 2 hours of either.
const AN_HOUR_MAX: usize = 10;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Most workflows that are looked through for them; where the hour had more, nothing is put off.
const LOOKED_AT_MAX: u16 = 200;

/// Of a question's digest: enough to tell apart those that are open at the same time.
const ENTITY_BYTES: usize = 8;

/// What it takes to look at a workflow.
const LOOK: &str = "workflows:read";

/// A call, as the client made it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    pub tool: String,
    pub arguments: Map<String, Value>,
    /// What the tool takes, and so does reading what it answers.
    pub scopes: Vec<String>,
}

impl Question {
    /// The same for the same question: asked again while it is open, it is not asked twice.
    fn entity(&self) -> Result<Entity, &'static str> {
        let mut asked = json!(self);
        asked.sort_all_objects();
        let digest = Sha256::digest(asked.to_string());
        let (begin, _) = digest.split_at(ENTITY_BYTES);
        format!("{}-{}", self.tool, HEXLOWER.encode(begin)).parse()
    }
}

/// Whether `failure` passes while somebody else can wait: an upstream said that it will be well again, workflows
/// are kept here, and it is not such a workflow that asks.
pub(crate) fn can_wait(failure: &Failure, ctx: &Ctx) -> bool {
    let Failure::Upstream { retry, .. } = failure else {
        return false;
    };
    let passes = matches!(retry, Retry::AfterSeconds(_));
    // Whoever could not look at it would never have the answer.
    let may_look = ctx.asker.principal.is_none() || ctx.asker.holds(LOOK);
    passes && may_look && !ctx.asker.is_workflow && ctx.workflows.kept().is_ok()
}

/// Lets `asker` see `run`: who may look at workflows may not read through them what a tool would not have answered.
///
/// # Errors
/// The caller's, where the run is a question that its key could not have asked.
pub fn let_see(asker: &Asker, run: &Run) -> Result<(), Failure> {
    let Some(principal) = asker.principal.as_ref().filter(|_| run.kind == WORKFLOW) else {
        return Ok(());
    };
    let question = Question::deserialize(&run.input);
    if question.is_ok_and(|question| principal.holds(&question.scopes)) {
        return Ok(());
    }
    let what = "it goes on with a call that this key may not make";
    Err(Failure::caller(what, "ask with a key that may"))
}

/// Says where the answer will be. Where nobody can go on with it either, it is `failure` as before.
pub(crate) async fn accepted<T: Tool>(
    ctx: &Ctx,
    arguments: Map<String, Value>,
    failure: Failure,
) -> Result<Answered<()>, Failure> {
    let question = Question {
        tool: T::NAME.to_owned(),
        arguments,
        scopes: T::SCOPES.iter().map(ToString::to_string).collect(),
    };
    match started(ctx, question).await {
        Ok(Some(id)) => Ok(reply(&id, &failure, ctx.clock.now())),
        Ok(None) | Err(_) => Err(failure),
    }
}

/// `None` where something else goes by its name, or it is not taken.
async fn started(ctx: &Ctx, question: Question) -> Result<Option<WorkflowId>, Failure> {
    let (runs, tenant) = ctx.workflows.kept()?;
    let entity = question.entity().map_err(Failure::ours_without_source)?;
    if are_many(runs, tenant, &question.tool, ctx.clock.now()).await? {
        return open(runs, tenant, &entity).await;
    }
    let start = Start {
        tenant: tenant.clone(),
        entity,
        kind: WORKFLOW.to_owned(),
        input: json!(question),
        correlation: ctx.asker.correlation,
        parent: None,
    };
    match RunsFailure::unless_untold(runs.start(start.clone()).await)? {
        Some(Started::New(loaded) | Started::Known(loaded)) => {
            Ok(Some(WorkflowId::of(&loaded.run.id)))
        }
        Some(Started::Conflict { .. } | Started::Refused(_)) => Ok(None),
        None => open(runs, tenant, &start.entity).await,
    }
}

/// Calls at the same moment can be one or the other more.
async fn are_many(
    runs: &Runs,
    tenant: &Tenant,
    tool: &str,
    now: Timestamp,
) -> Result<bool, Failure> {
    let since = now - HOUR;
    let lately = runs.begun_since(tenant, since, LOOKED_AT_MAX).await?;
    let of_tool = |run: &&RunId| run.entity.as_str().starts_with(&format!("{tool}-"));
    let is_cut = lately.len() >= LOOKED_AT_MAX.into();
    Ok(is_cut || lately.iter().filter(of_tool).count() >= AN_HOUR_MAX)
}

/// Where it was put off before, and has not ended.
async fn open(
    runs: &Runs,
    tenant: &Tenant,
    entity: &Entity,
) -> Result<Option<WorkflowId>, Failure> {
    let newest = runs.newest(tenant, entity).await?;
    let open = newest.filter(|newest| !newest.run.status.has_ended());
    Ok(open.map(|open| WorkflowId::of(&open.run.id)))
}

fn reply(id: &WorkflowId, failure: &Failure, now: Timestamp) -> Answered<()> {
    let mut reply = Reply::new((), now);
    reply.status = Status::Accepted;
    reply.workflow_id = Some(id.to_string());
    let why = match failure {
        Failure::Upstream { service, what, .. } => format!("{service}: {what}"),
        other => other.to_string(),
    };
    reply.text = format!(
        "The answer takes longer than a call ({why}). {id} goes on by itself; get_workflow tells its end."
    );
    reply.next.push(NextCall::waiting_for(id));
    Answered::of(reply, Detail::Summary)
}
