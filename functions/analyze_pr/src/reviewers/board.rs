//! What speaks for each candidate, and how it adds up.

use std::collections::BTreeMap;

use idwo_core::past::PastChange;
use jiff::Timestamp;

use crate::outline::CodeOwner;
use crate::track::Track;

/// After how many days a review of the same folders, a review of anything, a review of the same
/// author and a change of one's own count half.
const FOLDER_HALF_LIFE: f64 = 180.0;
const ACTIVITY_HALF_LIFE: f64 = 60.0;
const AUTHOR_HALF_LIFE: f64 = 365.0;
const OWN_HALF_LIFE: f64 = 365.0;

/// What a whole share of each kind of evidence is worth. Those of merging and of CODEOWNERS are not
/// measured: no pull request of the data has them.
const REVIEWED_HERE: f64 = 1.0;
const REVIEWS_NOW: f64 = 1.0;
const REVIEWED_AUTHOR: f64 = 1.0;
const WROTE_HERE: f64 = 0.5;
const MERGED_HERE: f64 = 0.5;
const CODE_OWNER: f64 = 1.0;

/// How long a review counts as load, in days.
const LOAD_DAYS: f64 = 30.0;

/// What speaks for each candidate.
#[derive(Default)]
pub(super) struct Board(BTreeMap<usize, Marks>);

#[derive(Default)]
pub(super) struct Marks {
    pub(super) reviewed_here: Tally,
    pub(super) reviews_now: Tally,
    pub(super) reviewed_author: Tally,
    pub(super) wrote_here: Tally,
    pub(super) merged_here: Tally,
    /// How many changed files CODEOWNERS gives them.
    pub(super) owns: usize,
    pub(super) recent_reviews: u32,
    pub(super) last_active: Option<Timestamp>,
}

/// What a kind of evidence is worth, and how much of it somebody has.
type Kind = (f64, fn(&Marks) -> f64);

const KINDS: [Kind; 6] = [
    (REVIEWED_HERE, |marks| marks.reviewed_here.weight),
    (REVIEWS_NOW, |marks| marks.reviews_now.weight),
    (REVIEWED_AUTHOR, |marks| marks.reviewed_author.weight),
    (WROTE_HERE, |marks| marks.wrote_here.weight),
    (MERGED_HERE, |marks| marks.merged_here.weight),
    (CODE_OWNER, |marks| marks.owns as f64),
];

/// How often, and what that weighs by now.
#[derive(Default, Clone, Copy)]
pub(super) struct Tally {
    pub(super) count: usize,
    weight: f64,
}

impl Tally {
    fn add(&mut self, weight: f64) {
        self.count += 1;
        self.weight += weight;
    }
}

impl Board {
    pub(super) fn count_here(&mut self, track: &Track<'_>, change: &PastChange, weight: f64) {
        let fresh = weight * track.freshness(change, FOLDER_HALF_LIFE);
        for reviewer in track.reviewers(change) {
            if let Some(marks) = self.marks(track, Some(reviewer), Some(change.at)) {
                marks.reviewed_here.add(fresh);
            }
        }
        let merger = change.merged_by.and_then(|merger| track.who(merger));
        let author = track.who(change.author);
        if let Some(marks) = self.marks(track, merger.filter(|_| merger != author), Some(change.at))
        {
            marks.merged_here.add(fresh);
        }
        if let Some(marks) = self.marks(track, author, Some(change.written_at)) {
            marks
                .wrote_here
                .add(weight * track.freshness(change, OWN_HALF_LIFE));
        }
    }

    pub(super) fn count_anywhere(&mut self, track: &Track<'_>, change: &PastChange) {
        let author = track.who(change.author);
        let by_same = author.is_some_and(|author| track.authors.contains(&author));
        for reviewer in track.reviewers(change) {
            let Some(marks) = self.marks(track, Some(reviewer), None) else {
                continue;
            };
            marks
                .reviews_now
                .add(track.freshness(change, ACTIVITY_HALF_LIFE));
            marks.recent_reviews += u32::from(track.age_days(change) <= LOAD_DAYS);
            if by_same {
                marks
                    .reviewed_author
                    .add(track.freshness(change, AUTHOR_HALF_LIFE));
            }
        }
    }

    pub(super) fn count_owner(&mut self, track: &Track<'_>, owner: &CodeOwner) {
        let who = track.roster.find(&owner.person);
        if let Some(marks) = self.marks(track, who, None) {
            marks.owns += owner.files;
        }
    }

    /// The marks of a candidate; `None` for the authors of the change.
    fn marks(
        &mut self,
        track: &Track<'_>,
        who: Option<usize>,
        active: Option<Timestamp>,
    ) -> Option<&mut Marks> {
        let who = who.filter(|who| !track.authors.contains(who))?;
        let marks = self.0.entry(who).or_default();
        marks.last_active = marks.last_active.max(active);
        Some(marks)
    }

    /// Candidates with their scores, best first.
    pub(super) fn ranked(self) -> Vec<(usize, f64, Marks)> {
        let worth = KINDS.map(|(worth, of)| {
            let whole: f64 = self.0.values().map(of).sum();
            (worth / whole.max(f64::MIN_POSITIVE), of)
        });
        let score = |marks: &Marks| worth.iter().map(|(worth, of)| worth * of(marks)).sum();
        let scored = self.0.into_iter().map(|(who, marks)| {
            let score: f64 = score(&marks);
            (who, score, marks)
        });
        let mut ranked: Vec<_> = scored.collect();
        ranked.sort_by(|(a, x, _), (b, y, _)| y.total_cmp(x).then(a.cmp(b)));
        ranked
    }
}
