//! What the repository's past says of the change, all from one reading of it.

use idwo_core::ctx::Ctx;
use idwo_core::evidence::{Known, Skipped};
use idwo_core::failure::Failure;
use idwo_core::past::Reach;

use crate::change::Change;
use crate::counted::counted;
use crate::file_history::{self, FileHistory};
use crate::outline::Outline;
use crate::owners::Area;
use crate::report::Listed;
use crate::reviewers::{self, FILES_MAX, Reviewers};
use crate::risk::{self, Risk};
use crate::split::{self, Part};
use crate::times::{self, Interval};
use crate::together::{self, Missing};
use crate::track::Track;

/// How far back the sections look that count what happened to files, in days.
const DAYS: f64 = 730.0;

/// What is not known yet is not guessed from a part.
const UNFINISHED: &str =
    "time was short while the history was indexed; ask again, it goes on from there";

pub(crate) struct Hindsight {
    pub(super) reviewers: Reviewers,
    pub(super) risk: Known<Risk>,
    pub(super) time_to_merge: Known<Interval>,
    pub(super) file_history: Known<Listed<FileHistory>>,
    pub(super) missing: Known<Listed<Missing>>,
    pub(super) parts: Known<Listed<Part>>,
    pub(super) changes: usize,
    reach: Reach,
}

impl Hindsight {
    pub(super) async fn of(
        ctx: &Ctx,
        change: &Change<'_>,
        areas: &[Area],
    ) -> Result<Self, Failure> {
        let as_of = &change.pull_request.as_of;
        let past = ctx
            .forge
            .past(change.repository(), as_of, &ctx.watcher)
            .await?;
        let outline = Outline::of(change, areas);
        let track = Track::of(&past, &outline);
        let missing = together::missing(ctx, change, &track).await?;
        Ok(Self {
            reviewers: reviewers::reviewers(&track),
            risk: match past.reach {
                Reach::Unfinished => Known::unknown(UNFINISHED),
                Reach::Whole | Reach::Cut { .. } => Known::Value(risk::risk(&track)),
            },
            time_to_merge: times::time_to_merge(&track),
            file_history: two_years(&track, "file_history", file_history::file_history(&track)),
            missing: two_years(&track, "missing_companions", missing),
            parts: two_years(&track, "split", split::parts(&track)),
            changes: past.changes.len(),
            reach: past.reach.clone(),
        })
    }

    /// Whether asking again tells more.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.reach == Reach::Unfinished
    }

    pub(super) fn skipped(&self) -> Vec<Skipped> {
        let read = counted(self.changes, "change");
        let older = match &self.reach {
            Reach::Whole => None,
            Reach::Cut { why } => Some(why.clone()),
            Reach::Unfinished => Some(UNFINISHED.to_owned()),
        };
        let older = older.map(|why| Skipped::new(format!("history before the newest {read}"), why));
        let left_out = self.reviewers.files_left_out;
        let files = (left_out > 0).then(|| {
            let what = format!("the folders of {left_out} smaller files, for reviewers");
            Skipped::new(
                what,
                format!("those of the {FILES_MAX} largest are looked at"),
            )
        });
        older.into_iter().chain(files).collect()
    }
}

/// What counts the last two years is unknown while not all of them are read.
fn two_years<T>(track: &Track<'_>, evidence: &'static str, found: Vec<T>) -> Known<Listed<T>> {
    if track.covers(DAYS) {
        Known::Value(Listed::new(evidence, found))
    } else {
        Known::unknown("less than two years of history are read")
    }
}
