//! Calling a function on Lambda and waiting for its answer.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::HeaderName;
use http::header::CONTENT_TYPE;
use idwo_core::dispatch::{Call, Dispatch, Reply};
use idwo_core::failure::Failure;
use idwo_core::health::{Component, State};
use idwo_core::wire::{Returned, Sent};

use crate::account::{Account, Answer, Ask, Unanswered};
use crate::start::{Failed, Start};

/// What the way there and back may take beside the call itself.
const TRAVEL_TIMEOUT: Duration = Duration::from_secs(2);

/// Longest wait to hear whether a function is there.
const LOOK_TIMEOUT: Duration = Duration::from_secs(3);

const KIND: HeaderName = HeaderName::from_static("x-amz-invocation-type");
const TRACE: HeaderName = HeaderName::from_static("x-amzn-trace-id");
const FAILED: HeaderName = HeaderName::from_static("x-amz-function-error");

struct Invoke {
    account: Account,
    /// Before the name of each function, so that several deployments fit into one account.
    prefix: String,
    functions: Vec<String>,
    answer_within: Duration,
}

/// To these `functions`. Makes the first TLS handshake by asking whether one of them may be called.
pub async fn dispatch(start: &Start, functions: Vec<String>) -> Result<Arc<dyn Dispatch>, Failed> {
    let invoke = Invoke {
        account: start.account()?.clone(),
        prefix: start.config.function_prefix.clone(),
        functions,
        answer_within: start.config.call_timeout,
    };
    if let Some(first) = invoke.functions.first() {
        let Component {
            name, found, state, ..
        } = invoke.component(first).await;
        if state != State::Ok {
            tracing::warn!(found, "{name} looked at");
        }
    }
    Ok(Arc::new(invoke))
}

impl Invoke {
    /// A tool that was called and did not answer in time must not run twice: nothing is tried again.
    async fn invoke(
        &self,
        function: &str,
        kind: &str,
        sent: Vec<u8>,
        within: Duration,
    ) -> Result<Answer, Unanswered> {
        let path = format!(
            "/2015-03-31/functions/{}{function}/invocations",
            self.prefix
        );
        let trace = trace();
        let mut headers = vec![(CONTENT_TYPE, "application/json"), (KIND, kind)];
        headers.extend(trace.as_deref().map(|trace| (TRACE, trace)));
        let ask = Ask {
            service: "lambda",
            path: &path,
            headers: &headers,
            body: sent,
            within,
        };
        self.account.post(ask).await
    }

    /// Whether a function is there and may be called, without calling it.
    async fn component(&self, function: &str) -> Component {
        let looked = self
            .invoke(function, "DryRun", Vec::new(), LOOK_TIMEOUT)
            .await;
        match looked {
            Ok(_) => Component::ok(function, "is there and may be called"),
            Err(why) => Component::wrong(
                function,
                State::Down,
                format!("cannot be called: {why}"),
                "look whether it is deployed and whether this function may invoke it",
            ),
        }
    }
}

#[async_trait]
impl Dispatch for Invoke {
    async fn call(&self, call: Call) -> Result<Reply, Failure> {
        let function = call.function.clone();
        let sent = serde_json::to_vec(&Sent::of(call, self.answer_within))
            .map_err(|e| Failure::ours("cannot write the call", e))?;
        let within = self.answer_within + TRAVEL_TIMEOUT;
        let answer = self
            .invoke(&function, "RequestResponse", sent, within)
            .await;
        let answer = answer.map_err(|e| Failure::ours("cannot invoke the function", e))?;
        if let Some(error) = answer.headers.get(FAILED) {
            let what = format!("the function ended with {error:?}");
            return Err(Failure::ours_without_source(what));
        }
        serde_json::from_slice::<Returned>(&answer.body)
            .map_err(|e| Failure::ours("cannot read the function's reply", e))?
            .into()
    }

    async fn components(&self) -> Vec<Component> {
        let mut components = Vec::new();
        for function in &self.functions {
            components.push(self.component(function).await);
        }
        components
    }
}

/// What X-Ray goes by: the runtime sets it anew for each event, and takes one at a time.
#[expect(
    clippy::disallowed_methods,
    reason = "this is no configuration: it changes with each event"
)]
fn trace() -> Option<String> {
    std::env::var("_X_AMZN_TRACE_ID").ok()
}
