//! One call, from its beginning to its end: whatever happens behind the dispatch becomes an answer
//! that says who can act.

use std::sync::Arc;

use idwo_core::dispatch::{Ask, Call, Reply};
use idwo_core::ended::{Ended, Outcome};
use idwo_core::failure::Failure;
use idwo_core::watcher::HURRY_AFTER;
use rmcp::RoleServer;
use rmcp::model::{ClientCapabilities, ErrorData, ProtocolVersion};
use rmcp::service::RequestContext;
use serde_json::json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

use crate::caller;
use crate::gateway::Gateway;
use crate::progress::{self, Relay};
use crate::results::Asked;
use crate::rounds::{Brought, Unasked};

impl Gateway {
    /// Asks `function`, reads its reply, logs once how that went, and tells failures of ours apart
    /// from what the caller may read.
    pub(crate) async fn ask<R>(
        &self,
        function: String,
        ask: Ask,
        brought: Brought,
        context: &RequestContext<RoleServer>,
        read: fn(Reply) -> Result<R, Failure>,
    ) -> Result<Asked<R>, ErrorData> {
        let whose = caller::name(context);
        let place = self.rounds.open(&ask, whose, brought, &askable(context));
        let place = place.inspect_err(|_| unsealed(&ask, whose))?;
        let rounds_before = place.rounds_before;
        let (watcher, relay) = progress::watched(&context.peer, context.meta.get_progress_token());
        let correlation_id = caller::correlation_id(context).unwrap_or_else(|| (self.setup.ids)());
        let arrived = Instant::now();
        let call = Call {
            function,
            ask: ask.clone(),
            asker: caller::asker(context, correlation_id),
            round: place.round,
            correlation_id,
            watcher,
        };
        let asked = match self.run(call, relay, context.ct.cancelled()).await {
            Ok(Reply::Questions { questions, state }) => self
                .rounds
                .questions(&ask, rounds_before, questions, state, context)
                .map(Asked::Questions),
            Ok(Reply::Needs { capabilities }) => Err(Unasked::undeclared(capabilities)),
            Ok(reply) => read(reply).map(Asked::Result).map_err(Unasked::ByUs),
            Err(failure) => Err(Unasked::ByUs(failure)),
        };
        let ended = Ended {
            what: subject(&ask),
            caller: whose,
            correlation_id,
            outcome: outcome(&asked),
            took: arrived.elapsed(),
        };
        log(&ended, asked.as_ref().err());
        (self.setup.count)(&ended);
        match asked {
            Ok(asked) => Ok(asked),
            Err(Unasked::ByTheClient(error)) => Err(error),
            Err(Unasked::ByUs(Failure::Ours { .. } | Failure::Stopped)) => {
                Err(internal(correlation_id))
            }
            Err(Unasked::ByUs(theirs)) => Ok(Asked::Refused(theirs)),
        }
    }
}

impl Gateway {
    /// Until the call's end, its time-out or the client's leaving.
    async fn run(
        &self,
        call: Call,
        relay: Relay,
        client_left: impl Future<Output = ()>,
    ) -> Result<Reply, Failure> {
        let watcher = call.watcher.clone().within(self.setup.call_timeout);
        let call = Call { watcher, ..call };
        let _stop = call.watcher.stop_on_drop();
        let ended = CancellationToken::new();
        let in_time = async {
            let watcher = call.watcher.clone();
            let mut answered = std::pin::pin!(self.contained(call));
            let patience = self.setup.call_timeout.mul_f64(HURRY_AFTER);
            let mut outcome = tokio::time::timeout(patience, &mut answered).await;
            if outcome.is_err() {
                watcher.hurry();
                let rest = self.setup.call_timeout.saturating_sub(patience);
                outcome = tokio::time::timeout(rest, answered).await;
            }
            ended.cancel();
            outcome.unwrap_or_else(|_| {
                let seconds = self.setup.call_timeout.as_secs();
                let what = format!("the call took longer than {seconds} s");
                Err(Failure::ours_without_source(what))
            })
        };
        let both = async { tokio::join!(in_time, relay.pass_on(ended.clone())).0 };
        tokio::select! {
            outcome = both => outcome,
            () = client_left => Err(Failure::Stopped),
        }
    }

    /// A panic in a function ends the call, not the server.
    async fn contained(&self, call: Call) -> Result<Reply, Failure> {
        let dispatch = Arc::clone(&self.setup.dispatch);
        let task = AbortOnDropHandle::new(tokio::spawn(async move { dispatch.call(call).await }));
        task.await
            .map_err(|error| Failure::ours("the function panicked", error))?
    }
}

/// Somebody brought what was never given to them, or is given no more.
fn unsealed(ask: &Ask, caller: &str) {
    let what = subject(ask);
    tracing::warn!(target: "audit", what, caller, "a requestState was altered, foreign or too old");
}

/// What the client can be asked. One of an older protocol declares it too, and can only be asked in ways that need
/// a session.
pub(crate) fn askable(context: &RequestContext<RoleServer>) -> ClientCapabilities {
    let is_now = context.protocol_version() >= Some(ProtocolVersion::V_2026_07_28);
    let declared = context.client_capabilities().filter(|_| is_now);
    declared.unwrap_or_default()
}

/// All that is told of a failure of ours.
fn internal(correlation_id: Uuid) -> ErrorData {
    let data = json!({ "correlation_id": correlation_id.to_string() });
    ErrorData::internal_error(format!("internal error {correlation_id}"), Some(data))
}

fn outcome<R>(asked: &Result<Asked<R>, Unasked>) -> Outcome {
    match asked {
        Ok(_) => Outcome::Answered,
        Err(Unasked::ByTheClient(_) | Unasked::ByUs(Failure::Caller { .. })) => Outcome::Refused,
        Err(Unasked::ByUs(Failure::Stopped)) => Outcome::Left,
        Err(Unasked::ByUs(Failure::Upstream { .. })) => Outcome::LetDown,
        Err(Unasked::ByUs(Failure::Ours { .. })) => Outcome::Failed,
    }
}

/// The one place where a call's end is logged. Neither arguments nor answers are.
fn log(ended: &Ended<'_>, why: Option<&Unasked>) {
    let Ended {
        what,
        caller,
        correlation_id,
        outcome,
        took,
    } = *ended;
    let ms = took.as_millis();
    let error = || match why {
        Some(Unasked::ByUs(failure)) => failure.chain(),
        _ => String::new(),
    };
    match outcome {
        Outcome::Answered => tracing::info!(what, caller, %correlation_id, ms, "{what} answered"),
        Outcome::Refused => {
            tracing::info!(what, caller, %correlation_id, ms, "{what} refused its call")
        }
        Outcome::Left => {
            tracing::info!(what, caller, %correlation_id, ms, "{what} was left by its caller")
        }
        Outcome::LetDown => {
            tracing::warn!(what, caller, %correlation_id, ms, error = error(), "{what} was let down");
        }
        Outcome::Failed => {
            tracing::error!(what, caller, %correlation_id, ms, error = error(), "{what} failed")
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
        Ask::Task { .. } => "a task",
    }
}
