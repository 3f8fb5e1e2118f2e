//! What is looked at when nothing goes on any more.

use std::collections::{BTreeMap, BTreeSet};

use idwo_core::workflow::{Begun, Doing, Left, OnFailure, Outcome, Run, RunId, Status};

use super::going::Went;

/// Whatever has happened: all has ended, and what each step is said to have left is there.
pub(super) fn not_settled(went: &Went) -> Vec<String> {
    let mut wrong: Vec<String> = went.runs.iter().filter_map(goes_on).collect();
    let in_flight = went.in_flight.iter();
    wrong.extend(in_flight.map(|what| format!("still in flight: {what}")));
    wrong.extend(nobodys(went));
    for (run, begun) in begun(went) {
        let is_stuck = matches!(begun.left, Left::Stuck);
        let is_there = seen(went, begun) > 0;
        let is_undone_and_there = matches!(begun.left, Left::Undone) && is_there;
        let is_done = run.status == Status::Done;
        let is_done_and_not = is_done && begun.left != Left::Done;
        if is_stuck || is_undone_and_there || is_done_and_not {
            wrong.push(told(went, run, begun));
        }
    }
    wrong
}

/// What has come to another end than undisturbed, or has left something else.
pub(super) fn not_the_same(plain: &Went, went: &Went) -> Vec<String> {
    let mut wrong = not_settled(went);
    let [was, is] = [plain, went].map(ends);
    if was != is {
        wrong.push(format!("it ended as {is:?}, and undisturbed as {was:?}"));
    }
    let [was, is] = [plain, went].map(left);
    if was != is {
        wrong.push(format!("it has left {is:?}, and undisturbed {was:?}"));
    }
    wrong
}

/// What has not failed or was not cancelled as it should, or is left though it could be taken back.
pub(super) fn not_stopped(went: &Went) -> Vec<String> {
    let mut wrong = not_settled(went);
    let status_of = |id: &RunId| went.run(id).map(|run| run.status);
    if let Some(id) = &went.refused
        && status_of(id) != Some(Status::Failed)
    {
        wrong.push(format!(
            "{id} is {:?}, and a step of it was refused",
            status_of(id)
        ));
    }
    let status = went.root().map(|run| run.status);
    if went.is_cancelled && status != Some(Status::Cancelled) {
        wrong.push(format!("it is {status:?}, and was cancelled"));
    }
    let left_over = begun(went).filter(|(run, begun)| {
        has_to_be_taken_back(went, run, begun) && begun.left != Left::Undone
    });
    wrong.extend(left_over.map(|(run, begun)| told(went, run, begun)));
    wrong
}

fn goes_on(run: &Run) -> Option<String> {
    let is_over = run.status.has_ended() && run.doing == Doing::Nothing && run.work.lease.is_none();
    (!is_over).then(|| format!("{} goes on: {:?}", run.id, run.doing))
}

/// What can be seen and was done by no step that a run knows of.
fn nobodys(went: &Went) -> impl Iterator<Item = String> {
    let known: BTreeSet<&str> = begun(went)
        .map(|(_, begun)| begun.marker.as_str())
        .collect();
    let seen = went.visible.iter().filter(|(_, times)| **times > 0);
    let nobodys = seen.filter(move |(marker, _)| !known.contains(marker.as_str()));
    nobodys.map(|(marker, _)| format!("nobody has done {marker}"))
}

/// A run that keeps what it has when it fails has to give it up when it is cancelled.
fn has_to_be_taken_back(went: &Went, run: &Run, begun: &Begun) -> bool {
    let Some(kind) = went.kinds.named(&run.kind) else {
        return true;
    };
    let can_be = kind.terms(&begun.step).is_some_and(|terms| terms.can_undo);
    let has_to = match run.status {
        Status::Cancelled => true,
        Status::Failed => kind.on_failure() == OnFailure::Undo,
        _ => false,
    };
    can_be && has_to
}

fn ends(went: &Went) -> BTreeMap<&RunId, (Status, Option<&Outcome>)> {
    let ends = went.runs.iter();
    ends.map(|run| (&run.id, (run.status, run.outcome.as_ref())))
        .collect()
}

fn left(went: &Went) -> BTreeMap<(&RunId, u32, &str), u32> {
    let left = begun(went);
    left.map(|(run, begun)| {
        let step = (&run.id, begun.ordinal, begun.step.as_str());
        (step, seen(went, begun))
    })
    .collect()
}

fn begun(went: &Went) -> impl Iterator<Item = (&Run, &Begun)> {
    let runs = went.runs.iter();
    runs.flat_map(|run| run.begun.iter().map(move |begun| (run, begun)))
}

fn seen(went: &Went, begun: &Begun) -> u32 {
    let seen = went.visible.get(begun.marker.as_str());
    seen.copied().unwrap_or_default()
}

fn told(went: &Went, run: &Run, begun: &Begun) -> String {
    let (id, status, step, left) = (&run.id, run.status, &begun.step, begun.left);
    let times = seen(went, begun);
    format!("{id} is {status:?}: {step} is {left:?} and there {times} times")
}
