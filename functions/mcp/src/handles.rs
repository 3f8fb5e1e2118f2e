//! The names by which clients know their tasks: sealed, so that no process has to remember whose a task is, and
//! nobody else's name for it is good.

use std::time::Duration;

use idwo_core::config::StateKey;
use idwo_core::input::WorkflowId;
use rmcp::model::{RequestStateCodec, RequestStateError, SealOptions};
use serde_json::json;

pub(crate) struct Handles(RequestStateCodec);

impl Handles {
    pub(crate) fn new(key: &StateKey) -> Result<Self, RequestStateError> {
        Ok(Self(RequestStateCodec::try_new(key.expose())?))
    }

    /// Good for `kept`, and for whom the task was handed over to.
    pub(crate) fn sealed(&self, id: &WorkflowId, whose: &str, kept: Duration) -> String {
        let bound_to = bound_to(whose);
        let options = SealOptions::new().associated_data(&bound_to).ttl(kept);
        self.0.seal_with(id.as_str().as_bytes(), &options)
    }

    /// `None` for what was altered, is another's or too old, or was sealed for something else.
    pub(crate) fn open(&self, handle: &str, whose: &str) -> Option<WorkflowId> {
        let id = self.0.open_with(handle, &bound_to(whose)).ok()?;
        String::from_utf8(id).ok()?.parse().ok()
    }
}

/// The state of a call is bound to a list of another shape.
fn bound_to(whose: &str) -> Vec<u8> {
    json!({ "task_of": whose }).to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn handles() -> Handles {
        Handles::new(&"a key of the tests, 32 bytes long".parse().unwrap()).unwrap()
    }

    #[test]
    fn a_handle_is_good_for_whom_it_was_made_and_as_it_was_made() {
        let id: WorkflowId = "pr-a-b-1~2".parse().unwrap();
        let handle = handles().sealed(&id, "ann", HOUR);
        assert_eq!(handles().open(&handle, "ann"), Some(id));
        assert_eq!(handles().open(&handle, "bob"), None);
        assert_eq!(handles().open(&handle, ""), None);
        assert_eq!(handles().open(&format!("{handle}A"), "ann"), None);
        assert_eq!(handles().open("pr-a-b-1~2", "ann"), None);
    }

    #[test]
    fn a_handle_ends() {
        let handle = handles().sealed(&"a~1".parse().unwrap(), "ann", Duration::ZERO);
        // Of the library's clock, which counts milliseconds, the same one may still go on.
        assert!((0..100_000_000).any(|_| handles().open(&handle, "ann").is_none()));
    }
}
