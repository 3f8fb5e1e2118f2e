//! What has to be true of the lines of one run's history.

use std::collections::BTreeMap;

use idwo_core::workflow::{Record, What};
use jiff::Timestamp;

use super::Story;
use crate::world::World;

pub(super) fn broken(world: &World, story: &Story) -> Vec<String> {
    let wrong = [
        gap(story),
        too_early(&story.records),
        tried_too_often(world, story),
        undone_out_of_order(&story.records),
    ];
    let wrong = wrong.into_iter().flatten();
    wrong
        .map(|what| format!("{}: {what}", story.run.id))
        .collect()
}

fn gap(story: &Story) -> Option<String> {
    let numbers = story.records.iter().map(|record| record.number);
    let has_gap = !numbers.clone().eq(0..story.run.records);
    has_gap.then(|| format!("a history with gaps: {:?}", numbers.collect::<Vec<_>>()))
}

/// Who waits until a time goes on then, and not before.
fn too_early(records: &[Record]) -> Option<String> {
    let mut not_before = Timestamp::MIN;
    for record in records {
        let is_early = record.at < not_before;
        match &record.what {
            What::Waiting { until } | What::Listening { until } => not_before = *until,
            What::StepFailed { again_at, .. } | What::UndoFailed { again_at, .. } => {
                not_before = again_at.unwrap_or(Timestamp::MIN);
            }
            What::Heard { .. } | What::Noted { .. } => {}
            What::WaitOver | What::NotCalled | What::StepBegun { .. } | What::UndoBegun { .. }
                if is_early =>
            {
                return Some(format!("{:?} before {not_before}", record.what));
            }
            _ => not_before = Timestamp::MIN,
        }
    }
    None
}

/// Tries that crashed count.
fn tried_too_often(world: &World, story: &Story) -> Option<String> {
    let mut begun: BTreeMap<(&str, u32, bool), u32> = BTreeMap::new();
    for record in &story.records {
        let (step, ordinal, is_undo) = match &record.what {
            What::StepBegun { step, ordinal, .. } => (step, ordinal, false),
            What::UndoBegun { step, ordinal, .. } => (step, ordinal, true),
            _ => continue,
        };
        *begun.entry((step, *ordinal, is_undo)).or_default() += 1;
    }
    let kind = world.kinds.named(&story.run.kind)?;
    let tries_max = |step| kind.terms(step).map_or(0, |terms| terms.retry.tries);
    let mut begun = begun.into_iter();
    let ((step, ..), tries) = begun.find(|((step, ..), tries)| *tries > tries_max(step))?;
    Some(format!("{step} was tried {tries} times"))
}

/// Last ones first.
fn undone_out_of_order(records: &[Record]) -> Option<String> {
    let undone = records.iter().filter_map(|record| match record.what {
        What::UndoBegun { ordinal, .. } => Some(ordinal),
        _ => None,
    });
    let undone: Vec<u32> = undone.collect();
    (!undone.is_sorted_by(|one, other| one >= other))
        .then(|| format!("taken back in the order {undone:?}"))
}
