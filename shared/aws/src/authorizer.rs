//! Serving API Gateway's request authorizer.

use std::rc::Rc;

use idwo_core::access::Keys;
use idwo_core::clock::{Clock, SystemClock};
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use crate::keys::KeyRing;
use crate::start::{self, Failed, Start};

/// Serves `answer` until Lambda ends the process. Whoever it refuses gets 401 from API Gateway, which
/// wants an error of exactly this text for that; any other error is its 500.
pub fn serve<Q, R, N>(answer: impl Fn(&Keys, &Q, Timestamp) -> Result<R, N>) -> Result<(), Failed>
where
    Q: DeserializeOwned,
    R: Serialize,
{
    let runtime = start::runtime()?;
    let start = runtime.block_on(Start::here())?;
    let ring = Rc::new(Mutex::new(KeyRing::of(start, SystemClock.now())));
    let answer = Rc::new(answer);
    let answer = move |event: LambdaEvent<Q>| {
        let (ring, answer) = (Rc::clone(&ring), Rc::clone(&answer));
        async move {
            let (mut ring, now) = (ring.lock().await, SystemClock.now());
            let asked = ring
                .ask(now, |keys| answer(keys, &event.payload, now))
                .await;
            asked
                .map_err(|_| diagnostic("Unreadable", "the keys cannot be read"))?
                .map_err(|_| diagnostic("Unauthorized", "Unauthorized"))
        }
    };
    runtime.block_on(lambda_runtime::run(service_fn(answer)))
}

fn diagnostic(kind: &str, message: &str) -> Diagnostic {
    Diagnostic {
        error_type: kind.to_owned(),
        error_message: message.to_owned(),
    }
}
