//! Tasks: work that outlasts its call, handed over to clients that have declared that they take it.

use idwo_core::dispatch::Ask;
use idwo_core::input::WorkflowId;
use idwo_core::task::{Task, Wish};
use rmcp::RoleServer;
use rmcp::model::{CallToolResult, CreateTaskResult, DetailedTask, ErrorData, InputResponses};
use rmcp::service::RequestContext;
use serde_json::Value;

use crate::asking::askable;
use crate::caller;
use crate::gateway::Gateway;
use crate::results::{self, Asked, refused};
use crate::rounds::Brought;
use crate::visible::Visible;

mod words;

/// The tools that answer for a task too, each with the rights that it has for itself.
const LOOKS: &str = "get_workflow";
const HEARS: &str = "resolve_approval";
const CANCELS: &str = "cancel_workflow";

/// Those tell of work that somebody has started: who asks them wants to know, and not to wait.
pub(crate) fn can_start_work(tool: &str) -> bool {
    ![LOOKS, HEARS, CANCELS].contains(&tool)
}

impl Gateway {
    /// The task instead of a result that says the work goes on: for a client that takes tasks and may look at
    /// them. Any other has the result, with which it can do the same by tools.
    pub(crate) async fn handed_over(
        &self,
        result: &CallToolResult,
        context: &RequestContext<RoleServer>,
    ) -> Option<CreateTaskResult> {
        let id = goes_on_as(result).filter(|_| askable(context).supports_tasks())?;
        let function = self.answering(LOOKS, context)?;
        let task = self.ask_of_task(function, id, Wish::Look, context).await;
        let task = task.ok()?;
        let kept = words::kept_for(&task);
        let handle = self.handles.sealed(&task.id, caller::name(context), kept);
        let status = words::payload(&task.stands).ok()?.status();
        let task = words::described(handle, &task, status);
        Some(CreateTaskResult::new(task))
    }

    pub(crate) async fn look_at_task(
        &self,
        handle: String,
        context: &RequestContext<RoleServer>,
    ) -> Result<DetailedTask, ErrorData> {
        let (function, id) = self.opened(&handle, LOOKS, context)?;
        let task = self.ask_of_task(function, id, Wish::Look, context).await?;
        let payload = words::payload(&task.stands)?;
        let described = words::described(handle, &task, payload.status());
        Ok(DetailedTask::new(described, payload))
    }

    pub(crate) async fn answer_task(
        &self,
        handle: &str,
        answers: InputResponses,
        context: &RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        let (function, id) = self.opened(handle, HEARS, context)?;
        let answers = answers.into_iter().collect();
        let ask = Ask::Task {
            id: id.clone(),
            wish: Wish::Answer { answers },
        };
        let asked = self.ask(function, ask, Brought::default(), context, results::heard);
        for question in only_result(asked.await?)? {
            let caller = caller::name(context);
            tracing::info!(target: "audit", caller, task = %id, question, "a task's question was answered");
        }
        Ok(())
    }

    pub(crate) async fn stop_task(
        &self,
        handle: &str,
        context: &RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        let (function, id) = self.opened(handle, CANCELS, context)?;
        let asked = self.ask_of_task(function, id, Wish::Cancel, context);
        asked.await.map(drop)
    }

    async fn ask_of_task(
        &self,
        function: String,
        id: WorkflowId,
        wish: Wish,
        context: &RequestContext<RoleServer>,
    ) -> Result<Task, ErrorData> {
        let ask = Ask::Task { id, wish };
        let asked = self.ask(function, ask, Brought::default(), context, results::task);
        only_result(asked.await?)
    }

    /// Whom to ask, and of what, where the handle is the caller's own and the caller may do this.
    fn opened(
        &self,
        handle: &str,
        tool: &str,
        context: &RequestContext<RoleServer>,
    ) -> Result<(String, WorkflowId), ErrorData> {
        let caller = caller::name(context);
        let Some(id) = self.handles.open(handle, caller) else {
            tracing::warn!(target: "audit", caller, "a task's handle was altered, foreign or too old");
            return Err(no_such_task());
        };
        let function = self.answering(tool, context).ok_or_else(|| {
            tracing::warn!(target: "audit", caller, task = %id, tool, "a task was asked for what the caller may not");
            not_allowed(tool)
        })?;
        Ok((function, id))
    }

    /// `None` where the caller may not call it.
    fn answering(&self, tool: &str, context: &RequestContext<RoleServer>) -> Option<String> {
        let sole = self.sole_function();
        let is_there = || Visible::of(self.catalogue(), context).has(tool);
        sole.or_else(|| is_there().then(|| tool.to_owned()))
    }
}

fn goes_on_as(result: &CallToolResult) -> Option<WorkflowId> {
    let told = result.structured_content.as_ref()?;
    let goes_on = told.get("status").and_then(Value::as_str) == Some("accepted");
    let id = told.get("workflow_id").filter(|_| goes_on)?;
    id.as_str()?.parse().ok()
}

fn only_result<R>(asked: Asked<R>) -> Result<R, ErrorData> {
    match asked {
        Asked::Result(result) => Ok(result),
        Asked::Refused(failure) => Err(refused(&failure)),
        Asked::Questions(_) => Err(ErrorData::internal_error(
            "a task asks in its own way",
            None,
        )),
    }
}

fn no_such_task() -> ErrorData {
    let why = "there is no such task: its id was changed, is another's, or its time is over";
    ErrorData::invalid_params(why, None)
}

fn not_allowed(tool: &str) -> ErrorData {
    let why = format!("this may do who may call `{tool}`, and this caller may not");
    ErrorData::invalid_params(why, None)
}
