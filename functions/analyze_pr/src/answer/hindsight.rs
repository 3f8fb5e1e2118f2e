//! What the repository's past says of the change, all from one reading of it.

use std::sync::Arc;

use idwo_core::ctx::Ctx;
use idwo_core::envelope::Degraded;
use idwo_core::evidence::{Known, Skipped};
use idwo_core::failure::Failure;
use idwo_core::past::{Past, Reach};

use crate::change::Change;
use crate::counted::counted;
use crate::file_history::{self, FileHistory};
use crate::outline::Outline;
use crate::owners::Area;
use crate::record;
use crate::report::Listed;
use crate::reviewers::{self, FILES_MAX, Reviewers};
use crate::risk::{self, Risk};
use crate::split::{self, Part};
use crate::times::{self, Interval};
use crate::together::{self, Missing};
use crate::track::{TWO_YEARS, Track};

/// What is not known yet is not guessed from a part.
const UNFINISHED: &str =
    "time was short while the history was indexed; ask again, it goes on from there";

pub(crate) struct Hindsight {
    pub(super) reviewers: Reviewers,
    pub(super) risk: Known<Risk>,
    pub(super) time_to_merge: Known<Interval>,
    pub(super) time_to_review: Known<Interval>,
    pub(super) file_history: Known<Listed<FileHistory>>,
    pub(super) missing: Known<Listed<Missing>>,
    pub(super) parts: Known<Listed<Part>>,
    pub(super) changes: usize,
    /// Earlier changes of which only the first paths are kept.
    cut_lists: usize,
    reach: Reach,
    /// Why the past is not known to its end, where asking again can help.
    unfinished: String,
    failed: Option<Degraded>,
}

impl Hindsight {
    pub(super) async fn of(
        ctx: &Ctx,
        change: &Change<'_>,
        areas: &[Area],
    ) -> Result<Self, Failure> {
        let (past, failed) = past(ctx, change).await?;
        let why = failed
            .as_ref()
            .map_or(UNFINISHED, |failed| failed.reason.as_str());
        let outline = Outline::of(change, areas, &past);
        let track = Track::of(&past, &outline);
        let missing = match together::missing(ctx, change, &track).await {
            Ok(missing) => two_years(&track, "missing_companions", missing),
            Err(failure @ Failure::Upstream { .. }) => Known::unknown(failure.to_string()),
            Err(failure) => return Err(failure),
        };
        Ok(Self {
            reviewers: loaded(reviewers::reviewers(&track), change),
            risk: known(change, &past, why, || Known::Value(risk::risk(&track))),
            time_to_merge: known(change, &past, why, || times::time_to_merge(&track)),
            time_to_review: known(change, &past, why, || times::time_to_review(&track)),
            file_history: two_years(&track, "file_history", file_history::file_history(&track)),
            missing,
            parts: known(change, &past, why, || match split::parts(&track) {
                Known::Value(parts) => two_years(&track, "split", parts),
                Known::Unknown { unknown } => Known::Unknown { unknown },
            }),
            cut_lists: cut_lists(&past),
            changes: past.changes.len(),
            reach: past.reach.clone(),
            unfinished: why.to_owned(),
            failed,
        })
    }

    /// Whether asking again tells more.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.reach == Reach::Unfinished
    }

    /// The service that did not tell the past.
    pub(crate) fn failed(&self) -> Option<&Degraded> {
        self.failed.as_ref()
    }

    pub(super) fn skipped(&self) -> Vec<Skipped> {
        let read = counted(self.changes, "change");
        let older = match &self.reach {
            Reach::Whole => None,
            Reach::Cut { why } => Some(why.clone()),
            Reach::Unfinished => Some(self.unfinished.clone()),
        };
        let older = older.map(|why| {
            let what = match self.reach {
                Reach::Unfinished => "the whole history".to_owned(),
                _ => format!("history before the newest {read}"),
            };
            Skipped::new(what, why)
        });
        let left_out = self.reviewers.files_left_out;
        let files = (left_out > 0).then(|| {
            let what = format!("the folders of {left_out} smaller files, for reviewers");
            Skipped::new(
                what,
                format!("those of the {FILES_MAX} largest are looked at"),
            )
        });
        let large = (self.cut_lists > 0).then(|| {
            let large = counted(self.cut_lists, "earlier change");
            let what = format!("some paths of {large} to hundreds of files");
            Skipped::new(what, "of each change the first 500 are kept")
        });
        older.into_iter().chain(files).chain(large).collect()
    }
}

/// With how many open pull requests wait for each.
fn loaded(mut reviewers: Reviewers, change: &Change<'_>) -> Reviewers {
    for reviewer in &mut reviewers.suggested {
        reviewer.open_reviews = record::open_reviews(change.pull_request, &reviewer.login);
    }
    reviewers
}

/// A forge that told the change and not its past has told much: the rest is unknown for now.
async fn past(ctx: &Ctx, change: &Change<'_>) -> Result<(Arc<Past>, Option<Degraded>), Failure> {
    let failure = match ctx.forge.past(change.pull_request, &ctx.watcher).await {
        Ok(past) => return Ok((past, None)),
        Err(failure @ Failure::Upstream { .. }) => failure,
        Err(failure) => return Err(failure),
    };
    let past = Past {
        reach: Reach::Unfinished,
        ..Past::default()
    };
    let failed = Degraded {
        service: "history",
        reason: failure.to_string(),
        fallback: "what rests on the past is unknown, or guessed from CODEOWNERS alone".to_owned(),
    };
    Ok((Arc::new(past), Some(failed)))
}

/// What hangs on how large the change and the newest earlier ones are.
fn known<T>(
    change: &Change<'_>,
    past: &Past,
    unfinished: &str,
    compute: impl FnOnce() -> Known<T>,
) -> Known<T> {
    if past.reach == Reach::Unfinished {
        Known::unknown(unfinished)
    } else if !change.pull_request.lines_complete {
        Known::unknown("not all changed lines were read, so its size is not known")
    } else {
        compute()
    }
}

fn cut_lists(past: &Past) -> usize {
    let cut = past.changes.iter();
    cut.filter(|change| change.files_total > change.files.len())
        .count()
}

/// What counts the last two years is unknown while not all of them are read.
fn two_years<T>(track: &Track<'_>, evidence: &'static str, found: Vec<T>) -> Known<Listed<T>> {
    if track.covers(TWO_YEARS) {
        Known::Value(Listed::new(evidence, found))
    } else {
        Known::unknown("less than two years of history are read")
    }
}
