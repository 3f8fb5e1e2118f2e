//! The requests of a conversation that have no answer yet.

use std::collections::BTreeSet;

use rmcp::model::{CancelledNotificationMethod, ConstString, ErrorCode, RequestId};
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::sync::watch;

use crate::message::{Message, Unfit};

/// Requests that wait for their answers at the same time; until one has it, no more are read.
const OPEN_MAX: usize = 32;

/// Ids as JSON, since 5 is not "5".
pub(super) struct Open(watch::Sender<BTreeSet<String>>);

impl Default for Open {
    fn default() -> Self {
        Self(watch::Sender::new(BTreeSet::new()))
    }
}

impl Open {
    /// Notes that `message`, which stands in `line`, was said. The library answers only one of two
    /// requests of the same id, and none that was cancelled.
    pub(super) fn enter(&self, message: &Message, line: &[u8]) -> Result<(), Unfit> {
        if let Some(id) = &message.id {
            let is_new = self.0.send_if_modified(|open| open.insert(json(id)));
            return is_new.then_some(()).ok_or_else(|| twice(id));
        }
        if message.method == CancelledNotificationMethod::VALUE
            && let Ok(cancelled) = serde_json::from_slice::<Cancelled>(line)
        {
            self.close(&json(&cancelled.params.request_id));
        }
        Ok(())
    }

    pub(super) fn close(&self, id: &str) {
        self.0.send_if_modified(|open| open.remove(id));
    }

    pub(super) async fn has_room(&self) {
        self.until(|open| open.len() < OPEN_MAX).await;
    }

    pub(super) async fn all_answered(&self) {
        self.until(BTreeSet::is_empty).await;
    }

    async fn until(&self, wanted: fn(&BTreeSet<String>) -> bool) {
        // It fails only when the sender has gone, which is `self`.
        let _ = self.0.subscribe().wait_for(wanted).await;
    }
}

/// The id of the request that `line` answers, if it does.
pub(super) fn answered_by(line: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Said {
        id: Option<RequestId>,
        method: Option<IgnoredAny>,
    }
    let said: Said = serde_json::from_slice(line).ok()?;
    said.id
        .filter(|_| said.method.is_none())
        .map(|id| json(&id))
}

#[derive(Deserialize)]
struct Cancelled {
    params: CancelledParams,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CancelledParams {
    request_id: RequestId,
}

fn json(id: &RequestId) -> String {
    serde_json::json!(id).to_string()
}

fn twice(id: &RequestId) -> Unfit {
    let why = "the request before of this id has no answer yet";
    Unfit::new(ErrorCode::INVALID_REQUEST, why).answering(Some(id.clone()))
}
