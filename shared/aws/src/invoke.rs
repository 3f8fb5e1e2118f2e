//! Calling a function on Lambda and waiting for its answer.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::header::CONTENT_TYPE;
use http::{HeaderName, StatusCode};
use idwo_core::dispatch::{Call, Dispatch, Reply};
use idwo_core::failure::{Failure, Retry};
use idwo_core::health::{Component, State};
use idwo_core::wire::{Returned, Sent};

use crate::account::{ANSWER_BYTES_MAX, Account, Answer, Ask, Unanswered};
use crate::start::{Failed, Start};

/// What the way there and back may take of a call's time: the tool has so much less, and can still say
/// that it was too slow.
const TRAVEL: Duration = Duration::from_millis(500);

/// Longest wait to hear whether a function is there.
const LOOK_TIMEOUT: Duration = Duration::from_secs(3);

/// After how long a place can be free again, in seconds: most calls take less than one.
const BUSY_AGAIN_S: u32 = 2;

const KIND: HeaderName = HeaderName::from_static("x-amz-invocation-type");
const TRACE: HeaderName = HeaderName::from_static("x-amzn-trace-id");
const FAILED: HeaderName = HeaderName::from_static("x-amz-function-error");

struct Invoke {
    account: Account,
    /// Before the name of each function, so that several deployments fit into one account.
    prefix: String,
    functions: Vec<String>,
    call_timeout: Duration,
}

/// To these `functions`. None is asked for before a call needs it: that would be a request of a start for
/// clients that only want a list (a sixteenth of its CPU, measured), and no sooner an answer for the others.
pub fn dispatch(start: &Start, functions: Vec<String>) -> Result<Arc<dyn Dispatch>, Failed> {
    Ok(Arc::new(Invoke {
        account: start.account()?.clone(),
        prefix: start.config.function_prefix.clone(),
        functions,
        call_timeout: start.config.call_timeout,
    }))
}

/// To whichever tool a workflow asks, which waits for as long as `within`.
pub fn tools(start: &Start, within: Duration) -> Result<Arc<dyn Dispatch>, Failed> {
    Ok(Arc::new(Invoke {
        account: start.account()?.clone(),
        prefix: start.config.function_prefix.clone(),
        functions: Vec::new(),
        call_timeout: within,
    }))
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
            headers,
            body: sent.into(),
            within,
            answer_bytes_max: ANSWER_BYTES_MAX,
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
        let sent = Sent::of(call, self.call_timeout.saturating_sub(TRAVEL));
        let sent =
            serde_json::to_vec(&sent).map_err(|e| Failure::ours("cannot write the call", e))?;
        let answer = self
            .invoke(&function, "RequestResponse", sent, self.call_timeout)
            .await;
        let answer = answer.map_err(not_invoked)?;
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

/// Nothing was begun where the account has no place left for another call.
fn not_invoked(why: Unanswered) -> Failure {
    match why {
        Unanswered::Refused { status, .. } if status == StatusCode::TOO_MANY_REQUESTS => {
            Failure::Upstream {
                service: "AWS Lambda".into(),
                what: "all places are taken, and nothing was begun".to_owned(),
                retry: Retry::AfterSeconds(BUSY_AGAIN_S),
                source: None,
            }
        }
        why => Failure::ours("cannot invoke the function", why),
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
