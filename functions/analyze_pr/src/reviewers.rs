//! Who could review the change: people who reviewed, merged or wrote earlier changes to the same
//! files and folders, and those whom CODEOWNERS names. Never the author, never a bot.

use std::collections::BTreeMap;

use idwo_core::bots::is_bot;
use idwo_core::ctx::Ctx;
use idwo_core::evidence::Known;
use idwo_core::failure::Failure;
use idwo_core::forge::{PastChange, PastChanges, Person};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::change::{Change, NAME_CHARS_MAX, login, path_before};
use crate::counted::counted;
use crate::owners::Area;
use crate::paths;
use crate::quote::quote;
use crate::roster::Roster;

/// Most files whose past is read, largest change first: the rest adds folders already there.
pub(crate) const FILES_MAX: usize = 20;

/// Most people that are suggested.
const SUGGESTED_MAX: usize = 5;

/// What each part in an earlier change is worth. A first cut: reviewing tells most about who
/// reviews next, and calibration against real reviews comes with the history index.
const REVIEWED: f64 = 1.0;
const WROTE: f64 = 0.6;
const MERGED: f64 = 0.4;

/// A change to the same folder counts for less than one to the same file.
const SAME_FOLDER: f64 = 0.3;

/// After this long, an earlier change counts half, in days.
const HALF_LIFE_DAYS: f64 = 180.0;

/// What standing in CODEOWNERS for a touched path is worth.
const CODE_OWNER: f64 = 2.0;

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Reviewer {
    pub login: Known<String>,
    pub name: String,
    /// Relative to the best: 0 to 1.
    pub score: f64,
    pub reasons: Vec<String>,
    /// Of the paths in question, RFC 3339; unknown for an owner who never touched them.
    pub last_active: Known<String>,
    pub open_reviews: Known<u32>,
    pub code_owner: bool,
}

pub(crate) struct Reviewers {
    pub(crate) suggested: Vec<Reviewer>,
    pub(crate) candidates: usize,
    pub(crate) past: PastChanges,
    pub(crate) paths: usize,
    pub(crate) paths_left_out: usize,
}

pub(crate) async fn reviewers(
    ctx: &Ctx,
    change: &Change<'_>,
    areas: &[Area],
) -> Result<Reviewers, Failure> {
    let watched = Watched::of(change);
    let as_of = &change.pull_request.as_of;
    let past = ctx
        .forge
        .past_changes(change.repository(), as_of, &watched.paths, &ctx.watcher)
        .await?;
    let mut board = Board::new(change, &past.changes);
    for earlier in &past.changes {
        board.count(earlier, watched.closeness(earlier));
    }
    for area in areas {
        board.count_owner(area);
    }
    Ok(Reviewers {
        candidates: board.marks.len(),
        suggested: board.suggested(),
        past,
        paths: watched.paths.len(),
        paths_left_out: watched.left_out,
    })
}

/// The files of the change and the folders they lie in; files come first.
struct Watched {
    paths: Vec<String>,
    files: usize,
    left_out: usize,
}

impl Watched {
    fn of(change: &Change<'_>) -> Self {
        let mut files: Vec<_> = change.reviewable().collect();
        files.sort_by_key(|file| std::cmp::Reverse(file.churn()));
        let left_out = files.len().saturating_sub(FILES_MAX);
        let names = files.iter().take(FILES_MAX);
        let mut paths: Vec<String> = names
            .map(|file| path_before(file).unwrap_or(&file.path).to_owned())
            .collect();
        let files = paths.len();
        let mut folders: Vec<_> = paths
            .iter()
            .filter_map(|path| paths::folder(path))
            .map(str::to_owned)
            .collect();
        folders.sort();
        folders.dedup();
        paths.extend(folders);
        Self {
            paths,
            files,
            left_out,
        }
    }

    /// Whether an earlier change touched one of the files, or only a folder.
    fn closeness(&self, earlier: &PastChange) -> Closeness {
        let same_file = earlier.touched.iter().any(|index| *index < self.files);
        if same_file {
            Closeness::File
        } else {
            Closeness::Folder
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Closeness {
    File,
    Folder,
}

/// What speaks for each candidate.
struct Board {
    roster: Roster,
    excluded: Vec<usize>,
    as_of: Timestamp,
    marks: BTreeMap<usize, Marks>,
}

#[derive(Default)]
struct Marks {
    score: f64,
    reviewed: Tally,
    wrote: Tally,
    merged: Tally,
    last_active: Option<Timestamp>,
    owner_of: Option<usize>,
}

/// Earlier changes, by how close they were.
#[derive(Default, Clone, Copy)]
struct Tally {
    same_files: u32,
    beside: u32,
}

impl Tally {
    fn add(&mut self, closeness: Closeness) {
        match closeness {
            Closeness::File => self.same_files += 1,
            Closeness::Folder => self.beside += 1,
        }
    }

    fn words(self) -> Option<String> {
        match (self.same_files, self.beside) {
            (0, 0) => None,
            (0, beside) => Some(format!(
                "{} beside these files",
                counted(beside as usize, "earlier change")
            )),
            (same, 0) => Some(format!(
                "{} to these files",
                counted(same as usize, "earlier change")
            )),
            (same, beside) => Some(format!(
                "{} to these files and {beside} beside them",
                counted(same as usize, "earlier change")
            )),
        }
    }
}

impl Board {
    fn new(change: &Change<'_>, past: &[PastChange]) -> Self {
        let mut roster = Roster::default();
        // Everybody is met before anybody is counted: two who turn out to be one are counted as one.
        for earlier in past {
            let people = earlier
                .reviewers
                .iter()
                .chain(&earlier.merged_by)
                .chain([&earlier.author]);
            people.for_each(|person| roster.meet(person));
        }
        let pull_request = change.pull_request;
        let authors = pull_request.commits.iter().map(|commit| &commit.author);
        let authors = authors
            .chain([&pull_request.author])
            .chain(&pull_request.co_authors);
        let authors: Vec<_> = authors.collect();
        authors.iter().for_each(|author| roster.meet(author));
        let excluded = authors
            .iter()
            .filter_map(|author| roster.index(author))
            .collect();
        let newest = || past.iter().map(|earlier| earlier.at).max();
        let as_of = pull_request.as_of_at.or_else(newest).unwrap_or_default();
        Self {
            roster,
            excluded,
            as_of,
            marks: BTreeMap::new(),
        }
    }

    fn count(&mut self, earlier: &PastChange, closeness: Closeness) {
        let near = if closeness == Closeness::File {
            1.0
        } else {
            SAME_FOLDER
        };
        let weight = near * self.freshness(earlier.at);
        for reviewer in &earlier.reviewers {
            if let Some(marks) = self.marks_of(reviewer, weight * REVIEWED, earlier.at) {
                marks.reviewed.add(closeness);
            }
        }
        if let Some(merger) = &earlier.merged_by
            && let Some(marks) = self.marks_of(merger, weight * MERGED, earlier.at)
        {
            marks.merged.add(closeness);
        }
        if let Some(marks) = self.marks_of(&earlier.author, weight * WROTE, earlier.written_at) {
            marks.wrote.add(closeness);
        }
    }

    /// The marks of a candidate, with `score` added; `None` for the author and for bots.
    fn marks_of(&mut self, person: &Person, score: f64, at: Timestamp) -> Option<&mut Marks> {
        let index = self.roster.index(person)?;
        if person.bot || self.excluded.contains(&index) {
            return None;
        }
        let marks = self.marks.entry(index).or_default();
        marks.score += score;
        marks.last_active = marks.last_active.max(Some(at));
        Some(marks)
    }

    /// People only: a team has no login of its own.
    fn count_owner(&mut self, area: &Area) {
        let Some(login) = area
            .owner
            .strip_prefix('@')
            .filter(|owner| !owner.contains('/'))
        else {
            return;
        };
        let owner = Person {
            name: login.to_owned(),
            login: Some(login.to_owned()),
            bot: is_bot(login),
            ..Person::default()
        };
        if owner.bot {
            return;
        }
        let Some(index) = self
            .roster
            .index(&owner)
            .filter(|index| !self.excluded.contains(index))
        else {
            return;
        };
        let marks = self.marks.entry(index).or_default();
        marks.score += CODE_OWNER;
        marks.owner_of = Some(area.files);
    }

    fn freshness(&self, at: Timestamp) -> f64 {
        let days = (self.as_of.as_second() - at.as_second()).max(0) as f64 / 86_400.0;
        0.5f64.powf(days / HALF_LIFE_DAYS)
    }

    fn suggested(&self) -> Vec<Reviewer> {
        let mut ranked: Vec<_> = self.marks.iter().collect();
        ranked.sort_by(|(a, x), (b, y)| y.score.total_cmp(&x.score).then(a.cmp(b)));
        let best = ranked
            .first()
            .map_or(1.0, |(_, marks)| marks.score.max(f64::MIN_POSITIVE));
        let people = ranked
            .into_iter()
            .filter_map(|(index, marks)| Some((self.roster.person(*index)?, marks)));
        people
            .filter(|(person, _)| !person.bot)
            .take(SUGGESTED_MAX)
            .map(|(person, marks)| reviewer(person, marks, best))
            .collect()
    }
}

fn reviewer(person: &Person, marks: &Marks, best: f64) -> Reviewer {
    let never = || Known::unknown("they did not touch these paths within what was looked at");
    Reviewer {
        login: login(person),
        name: quote(&person.name, NAME_CHARS_MAX),
        score: (marks.score / best * 100.0).round() / 100.0,
        reasons: reasons(marks),
        last_active: marks
            .last_active
            .map_or_else(never, |at| Known::Value(at.to_string())),
        open_reviews: Known::unknown("a clone holds no open reviews"),
        code_owner: marks.owner_of.is_some(),
    }
}

fn reasons(marks: &Marks) -> Vec<String> {
    let mut reasons = Vec::new();
    if let Some(files) = marks.owner_of {
        reasons.push(format!(
            "named in CODEOWNERS for {}",
            counted(files, "file")
        ));
    }
    for (verb, tally) in [
        ("reviewed", marks.reviewed),
        ("wrote", marks.wrote),
        ("merged", marks.merged),
    ] {
        reasons.extend(tally.words().map(|words| format!("{verb} {words}")));
    }
    reasons
}
