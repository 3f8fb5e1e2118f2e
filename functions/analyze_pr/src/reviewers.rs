//! Who could review the change: people who reviewed what landed in its folders, who review much at
//! present, who reviewed this author before, who wrote those folders, and whom CODEOWNERS names.
//! Never the author, never a bot.
//!
//! Each kind of evidence is shared out: what all candidates have of it is one, and a score is the
//! sum of somebody's shares by their weights. The weights are round numbers: on 1,200 pull requests
//! of cargo and kafka, fitted ones found the reviewer no more often (`docs/analyze_pr.md`).

use idwo_core::evidence::Known;
use idwo_core::forge::Person;
use idwo_core::past::Reach;
use schemars::JsonSchema;
use serde::Serialize;

use self::board::{Board, Marks, Tally};
use self::folders::Folders;
use crate::change::{NAME_CHARS_MAX, login};
use crate::counted::counted;
use crate::quote::quote;
use crate::track::Track;

mod board;
mod folders;

/// Most files whose folders are looked at, largest change first: the rest adds folders already there.
pub(crate) const FILES_MAX: usize = 20;

/// Most changes of the whole repository that are looked at, newest first.
const CHANGES_MAX: usize = 600;

/// Most people that are suggested.
const SUGGESTED_MAX: usize = 5;

/// Most reasons that are given for one person, the strongest kinds first.
const REASONS_MAX: usize = 3;

/// With fewer reviews in these folders, the suggestions rest on who wrote and merged.
const REVIEWS_MIN: usize = 10;

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Reviewer {
    pub login: Known<String>,
    pub name: String,
    /// Relative to the best: 0 to 1.
    pub score: f64,
    pub reasons: Vec<String>,
    /// When they last reviewed, merged or wrote something here, RFC 3339.
    pub last_active: Known<String>,
    /// Changes they reviewed in the 30 days before, of the repository's newest 600.
    pub recent_reviews: u32,
    /// Open pull requests that wait for their review, of the hundred that were touched last.
    pub open_reviews: Known<u32>,
    pub code_owner: bool,
}

/// How much the suggestions can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Past reviews are known here, as in the repositories it was measured on.
    Measured,
    /// Few or no past reviews are known: they are guessed from who wrote and merged.
    Low,
}

pub struct Reviewers {
    /// Best first.
    pub suggested: Vec<Reviewer>,
    pub candidates: usize,
    pub confidence: Confidence,
    /// Changes to the folders in question that were looked at, and those with a known review.
    pub changes_here: usize,
    pub reviewed_here: usize,
    pub files_left_out: usize,
}

pub fn reviewers(track: &Track<'_>) -> Reviewers {
    let folders = Folders::of(track);
    let mut board = Board::default();
    let mut here = 0;
    let mut reviewed_here = 0;
    for (change, weight) in folders.changes(track) {
        here += 1;
        reviewed_here += usize::from(!track.reviewers(change).is_empty());
        board.count_here(track, change, weight);
    }
    for change in track.past.changes.iter().take(CHANGES_MAX) {
        board.count_anywhere(track, change);
    }
    for owner in &track.outline.owners {
        board.count_owner(track, owner);
    }
    let ranked = board.ranked();
    Reviewers {
        candidates: ranked.len(),
        suggested: suggested(track, &ranked),
        confidence: if reviewed_here < REVIEWS_MIN || track.past.reach == Reach::Unfinished {
            Confidence::Low
        } else {
            Confidence::Measured
        },
        changes_here: here,
        reviewed_here,
        files_left_out: folders.left_out,
    }
}

fn suggested(track: &Track<'_>, ranked: &[(usize, f64, Marks)]) -> Vec<Reviewer> {
    let best = ranked.first().map_or(1.0, |(_, score, _)| *score);
    let people = ranked
        .iter()
        .take(SUGGESTED_MAX)
        .filter_map(|(who, score, marks)| {
            let person = track.roster.person(*who)?;
            Some(reviewer(person, marks, score / best.max(f64::MIN_POSITIVE)))
        });
    people.collect()
}

fn reviewer(person: &Person, marks: &Marks, score: f64) -> Reviewer {
    let never = || Known::unknown("nothing of theirs here");
    Reviewer {
        login: login(person),
        name: quote(&person.name, NAME_CHARS_MAX),
        score: (score * 100.0).round() / 100.0,
        reasons: reasons(marks),
        last_active: marks
            .last_active
            .map_or_else(never, |at| Known::Value(at.to_string())),
        recent_reviews: marks.recent_reviews,
        open_reviews: Known::unknown("not in a clone"),
        code_owner: marks.owns > 0,
    }
}

fn reasons(marks: &Marks) -> Vec<String> {
    let earlier = |tally: Tally| counted(tally.count, "earlier change");
    let recent = counted(marks.recent_reviews as usize, "change");
    let reasons = [
        (
            marks.owns,
            format!("named in CODEOWNERS for {}", counted(marks.owns, "file")),
        ),
        (
            marks.reviewed_here.count,
            format!("reviewed {} in these folders", earlier(marks.reviewed_here)),
        ),
        (
            marks.reviewed_author.count,
            format!("reviewed {} by this author", earlier(marks.reviewed_author)),
        ),
        (
            marks.recent_reviews as usize,
            format!("reviewed {recent} in the 30 days before"),
        ),
        (
            marks.wrote_here.count,
            format!("wrote {} in these folders", earlier(marks.wrote_here)),
        ),
        (
            marks.merged_here.count,
            format!("merged {} in these folders", earlier(marks.merged_here)),
        ),
    ];
    let known = reasons.into_iter().filter(|(count, _)| *count > 0);
    known.map(|(_, reason)| reason).take(REASONS_MAX).collect()
}
