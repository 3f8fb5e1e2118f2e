//! Serving API Gateway's request authorizer.

use std::sync::Arc;

use idwo_core::access::Keys;
use idwo_core::clock::{Clock, SystemClock};
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::start::{self, Failed};

/// Serves `answer` until Lambda ends the process. Whoever it refuses gets 401 from API Gateway,
/// which wants an error of exactly this text for that.
pub fn serve<Q, R, N>(answer: impl Fn(&Keys, Q, Timestamp) -> Result<R, N>) -> Result<(), Failed>
where
    Q: DeserializeOwned,
    R: Serialize,
{
    let runtime = start::runtime()?;
    let config = runtime.block_on(start::configured())?;
    let (keys, answer) = (Arc::new(config.access_keys), Arc::new(answer));
    let answer = move |event: LambdaEvent<Q>| {
        let (keys, answer) = (Arc::clone(&keys), Arc::clone(&answer));
        async move { answer(&keys, event.payload, SystemClock.now()).map_err(|_| unauthorized()) }
    };
    runtime.block_on(lambda_runtime::run(service_fn(answer)))
}

fn unauthorized() -> Diagnostic {
    Diagnostic {
        error_type: "Unauthorized".to_owned(),
        error_message: "Unauthorized".to_owned(),
    }
}
