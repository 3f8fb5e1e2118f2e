//! Bugs that an engine of durable work could have.

/// What is planted, and where.
pub(super) struct Bug {
    pub(super) name: &'static str,
    /// What is wrong then.
    pub(super) plants: &'static str,
    pub(super) edits: &'static [Edit],
}

/// `from` stands in `file` exactly once.
pub(super) struct Edit {
    pub(super) file: &'static str,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
}

const fn bug(name: &'static str, plants: &'static str, edits: &'static [Edit]) -> Bug {
    Bug {
        name,
        plants,
        edits,
    }
}

const fn edit(file: &'static str, from: &'static str, to: &'static str) -> Edit {
    Edit { file, from, to }
}

const ACT: &str = "shared/core/src/workflow/act.rs";
const CHILDREN: &str = "shared/core/src/workflow/children.rs";
const NEXT: &str = "shared/core/src/workflow/next.rs";
const ROWS: &str = "shared/core/src/workflow/rows.rs";
const RUNS: &str = "shared/core/src/workflow/runs.rs";
const START: &str = "shared/core/src/workflow/start.rs";
const STOP: &str = "shared/core/src/workflow/stop.rs";
const SWEEP: &str = "shared/core/src/workflow/sweep.rs";
const TODO: &str = "shared/core/src/workflow/todo.rs";
const FAMILY: &str = "shared/core/src/workflow/family.rs";
const WORKER: &str = "shared/core/src/workflow/worker.rs";
const LOOP: &str = "shared/simulation/src/world.rs";

/// Who may act.
const FENCES: &[Bug] = &[
    bug(
        "no_fence",
        "a step is claimed while another's lease is held",
        &[edit(TODO, "now < self.until && instead_of != Some(self.holder)", "now < self.until && false")],
    ),
    bug(
        "lease_for_ever",
        "a lease never expires",
        &[edit(TODO, "now < self.until && instead_of", "instead_of")],
    ),
    bug(
        "ignore_epoch",
        "who claimed a step before says how it went",
        &[edit(ACT, "self.run.epoch == epoch && self.run.work", "self.run.work")],
    ),
    bug(
        "same_epoch",
        "a claim does not raise the epoch",
        &[edit(ACT, "self.run.epoch += 1;", "")],
    ),
    bug(
        "lost_claim_acts",
        "who lost the race for a claim acts all the same",
        &[edit(
            WORKER,
            "let Some(Happening::Changed(claimed)) = self.runs.happen_to(loaded, claim, None).await?
        else {
            return Ok(None);
        };",
            "let claimed = match self.runs.happen_to(loaded, claim, None).await? {
            Some(Happening::Changed(claimed)) => claimed,
            _ => match self.runs.get(&loaded.run.id).await? {
                Some(found) => Box::new(found),
                None => return Ok(None),
            },
        };",
        )],
    ),
    bug(
        "acts_late",
        "a step begins although its time is over",
        &[edit(WORKER, "if self.runs.clock.now() < call.ends_at {", "if true {")],
    ),
    bug(
        "stale_version",
        "after a conflict the old state is written over the one that was found",
        &[edit(
            RUNS,
            "self.write(writes.map_err(RunsFailure::from)?).await?;",
            "if let Err(failure) = self.write(writes.map_err(RunsFailure::from)?).await {
            let StoreFailure::Conflict { .. } = failure else {
                return Err(failure.into());
            };
            let Some(found) = self.get(&loaded.run.id).await? else {
                return Err(failure.into());
            };
            let writes = rows::replaced(&loaded.run, found.version, &next);
            let mut writes = writes.map_err(RunsFailure::from)?;
            writes.truncate(1);
            self.write(writes).await?;
        }",
        )],
    ),
];

/// What is done once.
const ONCE: &[Bug] = &[
    bug(
        "no_marker",
        "a step is done again without a look for what an earlier try left",
        &[edit(
            WORKER,
            "if let Some(found) = kind.find(call).await? {",
            "if let Some(found) = None {",
        )],
    ),
    bug(
        "known_for_ever",
        "what has ended is not started again",
        &[edit(
            START,
            "if run.status.has_ended() {
        return None;
    }
    // Of another",
            "// Of another",
        )],
    ),
    bug(
        "child_again",
        "a child that has ended is started again",
        &[edit(
            START,
            "if run.parent.is_some() && run.parent == start.parent {",
            "if run.parent.is_some() && run.parent == start.parent && !run.status.has_ended() {",
        )],
    ),
    bug(
        "fact_counts_twice",
        "nothing is kept of a fact that counted",
        &[edit(
            ROWS,
            "Effect::Heard { id } => Some(heard(run, id)),",
            "Effect::Heard { .. } => None,",
        )],
    ),
    bug(
        "same_number",
        "two records have one number",
        &[edit(NEXT, "self.run.records += 1;", "")],
    ),
    bug(
        "retry_forgets",
        "an attempt does not know what the one before did",
        &[edit(
            START,
            "begun: last.begun.clone(),",
            "begun: Vec::new(),",
        )],
    ),
];

/// What gets done at all.
const ALWAYS: &[Bug] = &[
    bug(
        "delete_early",
        "a message is deleted before it is done",
        &[edit(
            LOOP,
            "if worker.take(&delivery.body).await.is_ok() {
            world.queue.delete(delivery.receipt).await;
        }",
            "let is_good = idwo_core::workflow::Job::read(&delivery.body).is_ok();
        if is_good {
            world.queue.delete(delivery.receipt).await;
        }
        let _ = worker.take(&delivery.body).await;",
        )],
    ),
    bug(
        "no_due_row",
        "the list of what is due is not kept up",
        &[edit(ROWS, "writes.extend(is);", "drop(is);")],
    ),
    bug(
        "no_hint",
        "no worker is told after a step",
        &[edit(
            RUNS,
            "if next.effects.contains(&Effect::Wake) {",
            "if false {",
        )],
    ),
    bug(
        "no_hint_of_start",
        "no worker is told of a run that has begun",
        &[edit(
            START,
            "self.tell(&next.run).await?;
        Ok(Some(Loaded {",
            "Ok(Some(Loaded {",
        )],
    ),
    bug(
        "no_hint_of_known",
        "who starts a run again, whose starter died, tells no worker",
        &[edit(START, "self.tell(&newest.run).await?;", "")],
    ),
    bug(
        "no_hint_of_heard",
        "who tells a fact again, whose teller died, tells no worker",
        &[edit(
            RUNS,
            "self.tell(&loaded.run).await?;
                Ok(Some(Happening::HeardBefore))",
            "Ok(Some(Happening::HeardBefore))",
        )],
    ),
    bug(
        "one_page",
        "a sweep stops at the first page",
        &[edit(
            SWEEP,
            "let Some(more) = page.more else {",
            "let Some(more) = page.more.filter(|_| false) else {",
        )],
    ),
    bug(
        "parent_not_told",
        "who started a child is not told of its end",
        &[edit(
            FAMILY,
            "if let (Some(parent), Some(outcome)) = (&run.parent, &run.outcome) {",
            "if let (Some(parent), Some(outcome), false) = (&run.parent, &run.outcome, true) {",
        )],
    ),
    bug(
        "parent_not_woken",
        "a parent that was told by a worker that died is not woken",
        &[edit(
            FAMILY,
            "self.runs.tell(&parent.run).await?;",
            "drop(parent);",
        )],
    ),
];

/// Trying again, and when.
const TRIES: &[Bug] = &[
    bug(
        "never_retry",
        "a step that failed is not tried again",
        &[edit(
            ACT,
            "Again::Soon => Some(terms.retry.pause(tries, share)),",
            "Again::Soon => None,",
        )],
    ),
    bug(
        "crashes_count_not",
        "a step that crashes is tried for ever",
        &[
            edit(ACT, "tries: work.tries + 1,", "tries: work.tries,"),
            edit(
                ACT,
                "let tries = self.run.work.tries;
        let pause",
                "self.run.work.tries += 1;
        let tries = self.run.work.tries;
        let pause",
            ),
        ],
    ),
    bug(
        "no_pause",
        "a step is tried again before its pause is over",
        &[
            edit(TODO, "Some(at) if now < at => Todo::Later(at),", ""),
            edit(
                ACT,
                "work.not_before.is_some_and(|at| self.moment.now < at);",
                "false;",
            ),
        ],
    ),
    bug(
        "early_end_of_wait",
        "a wait is over as soon as somebody looks",
        &[
            edit(
                TODO,
                "Doing::Wait { until } | Doing::Callback { until } if *until <= now => Todo::TimeUp,",
                "Doing::Wait { .. } => Todo::TimeUp,
            Doing::Callback { until } if *until <= now => Todo::TimeUp,",
            ),
            edit(
                NEXT,
                "Doing::Wait { until } if until <= self.moment.now => {",
                "Doing::Wait { .. } => {",
            ),
        ],
    ),
    bug(
        "lives_for_ever",
        "nothing ends when its time is over",
        &[edit(
            TODO,
            "if self.goes_on() && self.ends_by <= now {
            return Todo::TimeUp;
        }",
            "",
        )],
    ),
];

/// Coming to an end.
const ENDS: &[Bug] = &[
    bug(
        "undo_forwards",
        "what was done first is taken back first",
        &[edit(
            STOP,
            "self.run.begun.iter().rev();",
            "self.run.begun.iter();",
        )],
    ),
    bug(
        "failed_step_stays",
        "a step that failed, and may have been done, is not taken back",
        &[edit(
            STOP,
            "matches!(left, Left::Unknown | Left::Done);",
            "matches!(left, Left::Done);",
        )],
    ),
    bug(
        "undo_at_once",
        "a step is taken back while somebody is at it",
        &[edit(
            STOP,
            "Doing::Step { .. } if self.run.work.lease.is_some() => {}",
            "",
        )],
    ),
    bug(
        "stuck_is_undone",
        "what could not be taken back counts as taken back",
        &[edit(
            STOP,
            "self.settle(ordinal, Left::Stuck, Value::String(what));",
            "self.settle(ordinal, Left::Undone, Value::String(what));",
        )],
    ),
    bug(
        "nothing_is_kept",
        "what should be kept after a failure is taken back",
        &[edit(
            STOP,
            "if !is_cancelled && self.kind.on_failure() == OnFailure::Keep {",
            "if false {",
        )],
    ),
    bug(
        "children_not_stopped",
        "a cancellation does not reach children",
        &[edit(
            FAMILY,
            "let asked = Event::CancelAsked { by };
                self.runs.happen(&found.run.id, asked, None).await?;",
            "let _ = (by, found);",
        )],
    ),
    bug(
        "cancel_not_told_again",
        "who asks to cancel again, after dying before the workers were told, tells nobody",
        &[edit(
            RUNS,
            "if is_cancel && refused == Refused::Ended {",
            "if is_cancel && false {",
        )],
    ),
    bug(
        "new_children_not_stopped",
        "a cancellation while children are started does not reach them",
        &[edit(
            CHILDREN,
            "self.run.doing = if self.run.stop.is_some() {",
            "self.run.doing = if false {",
        )],
    ),
    bug(
        "first_child_is_all",
        "a run goes on when one of its children has ended",
        &[edit(
            CHILDREN,
            ".iter()
            .any(|child| child.outcome.is_none())",
            ".iter()
            .all(|child| child.outcome.is_none())",
        )],
    ),
];

pub(super) fn bugs() -> impl Iterator<Item = &'static Bug> {
    [FENCES, ONCE, ALWAYS, TRIES, ENDS].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bug_can_be_planted_in_one_place() {
        for bug in bugs() {
            for edit in bug.edits {
                let text = std::fs::read_to_string(crate::root().join(edit.file)).unwrap();
                let times = text.matches(edit.from).count();
                assert_eq!(times, 1, "{}: {}: {}", bug.name, edit.file, edit.from);
            }
        }
    }
}
