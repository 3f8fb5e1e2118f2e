//! Calling a function on Lambda and waiting for its answer.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use idwo_core::dispatch::{Call, Dispatch, Reply};
use idwo_core::failure::Failure;
use idwo_core::health::{Component, State};
use idwo_core::wire::{Returned, Sent};

use crate::start::{Failed, Start};

/// What the way there and back may take beside the call itself.
const TRAVEL_TIMEOUT: Duration = Duration::from_secs(2);

/// Largest reply that is read, in bytes: a tool's is at most 100 KB, Lambda's limit is 6 MB.
const REPLY_BYTES_MAX: usize = 2 * 1024 * 1024;

struct Invoke {
    client: Client,
    /// Before the name of each function, so that several deployments fit into one account.
    prefix: String,
    functions: Vec<String>,
    answer_within: Duration,
}

/// To these `functions`. Makes the first TLS handshake by asking whether one of them may be called.
pub async fn dispatch(start: &Start, functions: Vec<String>) -> Result<Arc<dyn Dispatch>, Failed> {
    let invoke = Invoke::new(start, functions)?;
    if let Some(first) = invoke.functions.first() {
        let component = invoke.component(first).await;
        tracing::info!(found = component.found, "{} looked at", component.name);
    }
    Ok(Arc::new(invoke))
}

impl Invoke {
    fn new(start: &Start, functions: Vec<String>) -> Result<Self, Failed> {
        let config = &start.config;
        let patience = config.call_timeout + TRAVEL_TIMEOUT;
        // A tool that was called and did not answer in time must not run twice.
        let settings = aws_sdk_lambda::config::Builder::from(start.account()?)
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_timeout(patience).build())
            .build();
        Ok(Self {
            client: Client::from_conf(settings),
            prefix: config.function_prefix.clone(),
            functions,
            answer_within: config.call_timeout,
        })
    }

    /// Whether a function is there and may be called, without calling it.
    async fn component(&self, function: &str) -> Component {
        let asked = self.client.invoke().function_name(self.name(function));
        let asked = asked.invocation_type(InvocationType::DryRun).send().await;
        match asked {
            Ok(_) => Component::ok(function, "is there and may be called"),
            Err(error) => Component::wrong(
                function,
                State::Down,
                format!("cannot be called: {}", kind(&error)),
                "look whether it is deployed and whether this function may invoke it",
            ),
        }
    }

    fn name(&self, function: &str) -> String {
        format!("{}{function}", self.prefix)
    }
}

#[async_trait]
impl Dispatch for Invoke {
    async fn call(&self, call: Call) -> Result<Reply, Failure> {
        let name = self.name(&call.function);
        let sent = serde_json::to_vec(&Sent::of(call, self.answer_within))
            .map_err(|e| Failure::ours("cannot write the call", e))?;
        let invoked = self
            .client
            .invoke()
            .function_name(name)
            .payload(Blob::new(sent));
        let invoked = invoked.send().await;
        let invoked = invoked.map_err(|e| Failure::ours("cannot invoke the function", e))?;
        let reply = invoked.payload.map(Blob::into_inner).unwrap_or_default();
        if let Some(error) = invoked.function_error {
            return Err(Failure::ours_without_source(format!(
                "the function ended with {error}"
            )));
        }
        if reply.len() > REPLY_BYTES_MAX {
            let what = format!("the function replied {} bytes", reply.len());
            return Err(Failure::ours_without_source(what));
        }
        serde_json::from_slice::<Returned>(&reply)
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

/// What went wrong, in a word, and nothing of ours beside it.
fn kind<E: std::error::Error>(error: &aws_sdk_lambda::error::SdkError<E>) -> &'static str {
    use aws_sdk_lambda::error::SdkError;
    match error {
        SdkError::TimeoutError(_) => "no answer in time",
        SdkError::DispatchFailure(_) => "no connection",
        SdkError::ServiceError(_) => "Lambda refuses it",
        _ => "the answer was not understood",
    }
}
