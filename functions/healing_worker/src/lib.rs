//! `healing_worker`: goes on with workflows that mend what is broken, one step for each message of its queue.
//! None is there yet: what comes here is not understood, and ends as a dead letter.

use idwo_core::workflow::Kinds;

/// All that it can go on with.
pub fn kinds() -> Kinds {
    Kinds::default()
}
