//! What a workflow is at, and what it waits for.

use idwo_core::workflow::{self, Run};

use crate::report::{Doing, What};

impl Doing {
    pub(crate) fn of(run: &Run) -> Self {
        use workflow::Doing as At;
        let lease = run.work.lease.as_ref().map(|lease| lease.until);
        let next_try = lease.or(run.work.not_before);
        let (what, step, until) = match &run.doing {
            At::Step { step, .. } => (What::Step, Some(step), next_try),
            At::Undo { step, .. } => (What::Undo, Some(step), next_try),
            At::Wait { until } => (What::Wait, None, Some(*until)),
            At::Callback { until } => (What::Callback, None, Some(*until)),
            At::StartChildren { .. } | At::AwaitChildren { .. } | At::StopChildren { .. } => {
                (What::Children, None, None)
            }
            At::TellParent | At::Nothing => (What::Nothing, None, None),
        };
        Self {
            what,
            step: step.cloned(),
            tries: run.work.tries,
            until,
        }
    }

    /// A sentence; empty where it is at nothing.
    pub(crate) fn in_words(&self) -> String {
        let until = self.until.map(|until| format!(" until {until}"));
        let until = until.unwrap_or_default();
        let (step, tries) = (self.step.as_deref().unwrap_or_default(), self.tries);
        match self.what {
            What::Step => format!("It performs `{step}` ({tries} tries begun)."),
            What::Undo => format!("It takes back `{step}` ({tries} tries begun)."),
            What::Wait => format!("It rests{until}."),
            What::Callback => format!("It waits for something to happen{until}."),
            What::Children => "It waits for workflows that it started.".to_owned(),
            What::Nothing => String::new(),
        }
    }
}
