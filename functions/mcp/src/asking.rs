//! One call, from its beginning to its end: whatever happens behind the dispatch becomes an answer
//! that says who can act.

use std::sync::Arc;

use idwo_core::dispatch::{Ask, Call, Reply};
use idwo_core::failure::Failure;
use rmcp::RoleServer;
use rmcp::model::ErrorData;
use rmcp::service::RequestContext;
use serde_json::json;
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

use crate::gateway::Gateway;
use crate::progress::{self, Relay};
use crate::results::Outcome;
use crate::rounds::Brought;

impl Gateway {
    /// Asks `function`, logs once how that went, and tells failures of ours apart from what the
    /// caller may read.
    pub(crate) async fn ask(
        &self,
        function: String,
        ask: Ask,
        brought: Brought,
        context: &RequestContext<RoleServer>,
    ) -> Result<Outcome, ErrorData> {
        let opened = self.rounds.open(&ask, brought, context)?;
        let round = opened.number();
        let (watcher, relay) = progress::watched(&context.peer, context.meta.get_progress_token());
        let call = Call {
            function,
            ask: ask.clone(),
            round: opened.round,
            correlation_id: (self.ids)(),
            watcher,
        };
        let correlation_id = call.correlation_id;
        let outcome = self.run(call, relay, context.ct.cancelled()).await;
        log(&ask, correlation_id, &outcome);
        match outcome {
            Ok(Reply::Answer(answer)) => Ok(Outcome::Answer(answer)),
            Ok(Reply::Result { result }) => Ok(Outcome::Result(result)),
            Ok(Reply::Questions { questions, state }) => self
                .rounds
                .questions(&ask, round, questions, state, context)
                .map(Outcome::Questions),
            Err(Failure::Ours { .. } | Failure::Stopped) => Err(ours(correlation_id)),
            Err(theirs) => Ok(Outcome::Refused(theirs)),
        }
    }

    /// Until the call's end, its time-out or the client's leaving.
    async fn run(
        &self,
        call: Call,
        mut relay: Relay,
        client_left: impl Future<Output = ()>,
    ) -> Result<Reply, Failure> {
        let _stop = call.watcher.stop_on_drop();
        let timed = tokio::time::timeout(self.call_timeout, self.contained(call));
        let outcome = tokio::select! {
            outcome = timed => outcome.unwrap_or_else(|_| {
                let seconds = self.call_timeout.as_secs();
                Err(Failure::ours_without_source(format!("the call took longer than {seconds} s")))
            }),
            () = client_left => return Err(Failure::Stopped),
            () = relay.pass_on() => return Err(Failure::ours_without_source("progress ended a call")),
        };
        relay.finish().await;
        outcome
    }

    /// A panic in a function ends the call, not the server.
    async fn contained(&self, call: Call) -> Result<Reply, Failure> {
        let dispatch = Arc::clone(&self.dispatch);
        let task = AbortOnDropHandle::new(tokio::spawn(async move { dispatch.call(call).await }));
        task.await
            .map_err(|error| Failure::ours("the function panicked", error))?
    }
}

/// All that is told of a failure of ours.
pub(crate) fn ours(correlation_id: Uuid) -> ErrorData {
    let data = json!({ "correlation_id": correlation_id.to_string() });
    ErrorData::internal_error(format!("internal error {correlation_id}"), Some(data))
}

/// The one place where a call's end is logged. Neither arguments nor answers are.
fn log(ask: &Ask, correlation_id: Uuid, outcome: &Result<Reply, Failure>) {
    let asked = subject(ask);
    match outcome {
        Ok(Reply::Questions { .. }) => {
            tracing::info!(asked, %correlation_id, "{asked} has a question");
        }
        Ok(_) => tracing::info!(asked, %correlation_id, "{asked} answered"),
        Err(Failure::Caller { .. }) => {
            tracing::info!(asked, %correlation_id, "{asked} refused its arguments");
        }
        Err(Failure::Stopped) => {
            tracing::info!(asked, %correlation_id, "{asked} was left by its caller");
        }
        Err(failure @ Failure::Upstream { .. }) => {
            tracing::warn!(asked, %correlation_id, error = failure.chain(), "{asked} was let down");
        }
        Err(failure @ Failure::Ours { .. }) => {
            tracing::error!(asked, %correlation_id, error = failure.chain(), "{asked} failed");
        }
    }
}

/// Only a tool's name is known to be one of ours; a URI is the caller's own text.
fn subject(ask: &Ask) -> &str {
    match ask {
        Ask::Tool { name, .. } => name,
        Ask::Prompt { .. } => "a prompt",
        Ask::Resource { .. } => "a resource",
        Ask::Completion { .. } => "a completion",
    }
}
