//! What has to be true between runs: of children and who started them, of an attempt and the one before.

use idwo_core::workflow::{Run, What};
use jiff::Timestamp;

use super::Story;

pub(super) fn broken(story: &Story, all: &[Story]) -> Vec<String> {
    let parent = story.run.parent.as_ref();
    let parent = parent.and_then(|parent| all.iter().find(|other| other.run.id == parent.run));
    let wrong = [
        parent.and_then(|_| started_twice(&story.run)),
        parent.and_then(|parent| outlives(story, parent)),
        parent.and_then(|parent| not_stopped(story, parent)),
        forgets(story, all),
    ];
    let wrong = wrong.into_iter().flatten();
    wrong
        .map(|what| format!("{}: {what}", story.run.id))
        .collect()
}

fn started_twice(child: &Run) -> Option<String> {
    (child.id.attempt > 1).then(|| "a child was started twice".to_owned())
}

fn outlives(child: &Story, parent: &Story) -> Option<String> {
    let ended = |story: &Story| story.when(|what| matches!(what, What::Ended { .. }));
    (ended(child) > ended(parent)).then(|| "who started it did not wait for it".to_owned())
}

/// A child that goes on after all were told to stop was told.
fn not_stopped(child: &Story, parent: &Story) -> Option<String> {
    let stopped = parent.when(|what| matches!(what, What::ChildrenStopped))?;
    let ended = child.when(|what| matches!(what, What::Ended { .. }))?;
    (ended > stopped && child.run.stop.is_none()).then(|| "it was never told to stop".to_owned())
}

/// An attempt that goes on where the one before has failed knows what that did.
fn forgets(story: &Story, all: &[Story]) -> Option<String> {
    story.when(|what| matches!(what, What::StartedAgain { .. }))?;
    let before = all.iter().find(|other| {
        other.run.id.entity == story.run.id.entity
            && other.run.id.attempt + 1 == story.run.id.attempt
    })?;
    let is_known = |step| (story.run.begun.iter()).any(|begun| begun.marker == step);
    let mut begun = before.run.begun.iter();
    let forgotten = begun.find(|begun| !is_known(begun.marker.clone()))?;
    Some(format!(
        "{} of the attempt before is forgotten",
        forgotten.step
    ))
}

impl Story {
    fn when(&self, is_it: impl Fn(&What) -> bool) -> Option<Timestamp> {
        let record = self.records.iter().find(|record| is_it(&record.what))?;
        Some(record.at)
    }
}
