//! Files that used to change together with the touched ones and are missing from the change.

use std::collections::HashMap;

use idwo_core::ctx::Ctx;
use idwo_core::failure::Failure;
use idwo_core::past::{PastChange, PathId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::change::{Change, PATH_CHARS_MAX};
use crate::quote::quote;
use crate::track::{TWO_YEARS, Track};

/// Larger changes touch files for other reasons than that they belong together.
pub(crate) const FILES_MAX: usize = 30;

/// The fewest changes of a file that tell a habit, and the least share of them.
const TOGETHER_MIN: u32 = 4;
const SHARE_MIN: f64 = 0.6;

/// Most files that are named, and most that are looked up for it: some are gone by now.
const NAMED_MAX: usize = 5;
const LOOKED_UP_MAX: usize = 20;

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Missing {
    pub path: String,
    /// The touched file that it used to change with.
    pub changes_with: String,
    /// How many of that file's changes in two years touched both.
    pub together: u32,
    pub of: u32,
}

/// Most constant companions first.
pub(crate) async fn missing(
    ctx: &Ctx,
    change: &Change<'_>,
    track: &Track<'_>,
) -> Result<Vec<Missing>, Failure> {
    let mut companions = companions(track);
    companions.truncate(LOOKED_UP_MAX);
    let paths: Vec<_> = companions.iter().map(|(path, _)| *path).collect();
    let exist = change.existing(ctx, &paths).await?;
    let there = companions.into_iter().zip(exist);
    let there = there.filter_map(|((_, missing), exists)| exists.then_some(missing));
    Ok(there.take(NAMED_MAX).collect())
}

/// How large a share of a touched file's changes touched another path too, which file that is, how
/// many these are and of how many.
type Habit = (f64, usize, u32, u32);

fn companions<'t>(track: &'t Track<'_>) -> Vec<(&'t str, Missing)> {
    let pairs = Pairs::of(track);
    let mut best: HashMap<PathId, Habit> = HashMap::new();
    for ((file, path), together) in pairs.together {
        let of = pairs.changes.get(&file).copied().unwrap_or_default();
        let share = f64::from(together) / f64::from(of.max(1));
        if together < TOGETHER_MIN || share < SHARE_MIN {
            continue;
        }
        let candidate = (share, file, together, of);
        let known = best.entry(path).or_insert(candidate);
        // Of equals the file that comes first.
        let rank = |habit: &Habit| (habit.2, std::cmp::Reverse(habit.1));
        if candidate
            .0
            .total_cmp(&known.0)
            .then(rank(&candidate).cmp(&rank(known)))
            .is_gt()
        {
            *known = candidate;
        }
    }
    let mut best: Vec<_> = best
        .into_iter()
        .map(|(path, found)| (track.past.path(path), found))
        .collect();
    best.sort_by(|(a, x), (b, y)| y.0.total_cmp(&x.0).then(y.2.cmp(&x.2)).then(a.cmp(b)));
    let named = best
        .into_iter()
        .filter_map(|(path, (_, file, together, of))| {
            let file = track.outline.files.get(file)?;
            let missing = Missing {
                path: quote(path, PATH_CHARS_MAX),
                changes_with: quote(&file.path, PATH_CHARS_MAX),
                together,
                of,
            };
            Some((path, missing))
        });
    named.collect()
}

#[derive(Default)]
struct Pairs {
    /// How often each touched file changed.
    changes: HashMap<usize, u32>,
    /// How often another path changed with it.
    together: HashMap<(usize, PathId), u32>,
}

impl Pairs {
    fn of(track: &Track<'_>) -> Self {
        let mut pairs = Self::default();
        let small = |change: &&PastChange| change.files_total <= FILES_MAX;
        for change in track.since(TWO_YEARS).filter(small) {
            let others = change.files.iter().map(|file| file.path);
            let others: Vec<_> = others
                .filter(|other| track.file(*other).is_none())
                .collect();
            for file in track.touched(change) {
                *pairs.changes.entry(file).or_default() += 1;
                for other in &others {
                    *pairs.together.entry((file, *other)).or_default() += 1;
                }
            }
        }
        pairs
    }
}
