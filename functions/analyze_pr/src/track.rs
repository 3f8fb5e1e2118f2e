//! The track record of a change's files and authors: what its repository's past says of them.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};

use idwo_core::past::{Past, PastChange, PathId, PersonId, Reach};

use crate::outline::{Outline, Role};
use crate::roster::Roster;

const SECONDS_A_DAY: f64 = 86_400.0;

/// How far back it is counted what happened to files, in days.
pub(crate) const TWO_YEARS: f64 = 730.0;

pub struct Track<'a> {
    pub past: &'a Past,
    pub outline: &'a Outline<'a>,
    pub(crate) roster: Roster,
    /// Of each person of the past, who they are in the roster.
    who: Vec<Option<usize>>,
    /// Of each path of the past, which of the outline's files it is.
    files: Vec<Option<u32>>,
    /// The authors of the change, in the roster.
    pub(crate) authors: HashSet<usize>,
}

impl<'a> Track<'a> {
    pub fn of(past: &'a Past, outline: &'a Outline<'a>) -> Self {
        let mut roster = Roster::default();
        let named = in_order(past);
        // Everybody is met before anybody is counted: two who turn out to be one are counted as one.
        named
            .iter()
            .filter_map(|id| past.person(*id))
            .chain(&outline.authors)
            .chain(outline.owners.iter().map(|owner| &owner.person))
            .for_each(|person| roster.meet(person));
        let mut who = vec![None; past.people.len()];
        for id in named {
            if let (Some(place), Some(person)) = (who.get_mut(id.0 as usize), past.person(id)) {
                *place = roster.index(person);
            }
        }
        let authors = outline.authors.iter().filter_map(|a| roster.index(a));
        let authors = authors.collect();
        Self {
            past,
            outline,
            roster,
            who,
            files: files(past, outline),
            authors,
        }
    }

    /// Who somebody is in the roster; `None` for bots and for nobody.
    pub(crate) fn who(&self, id: PersonId) -> Option<usize> {
        let index = (*self.who.get(id.0 as usize)?)?;
        let is_person = self.roster.person(index).is_some_and(|person| !person.bot);
        is_person.then_some(index)
    }

    /// Everybody who reviewed a change, each once, however often they are named.
    pub(crate) fn reviewers(&self, change: &PastChange) -> BTreeSet<usize> {
        let named = change.reviewers.iter();
        named.filter_map(|id| self.who(*id)).collect()
    }

    /// Which of the outline's files a change touched, each once, also under its older name.
    pub(crate) fn touched(&self, change: &PastChange) -> BTreeSet<usize> {
        let files = change.files.iter();
        files.filter_map(|file| self.file(file.path)).collect()
    }

    /// Which of the outline's files a path is.
    pub(crate) fn file(&self, path: PathId) -> Option<usize> {
        self.files.get(path.0 as usize)?.map(|index| index as usize)
    }

    pub(crate) fn roles(&'a self) -> Roles<'a> {
        Roles {
            track: self,
            known: RefCell::default(),
        }
    }

    /// Days before the change is asked about; 0 for what landed since.
    pub(crate) fn age_days(&self, change: &PastChange) -> f64 {
        let seconds = self.outline.at.as_second() - change.at.as_second();
        seconds.max(0) as f64 / SECONDS_A_DAY
    }

    /// 1 for now, a half for `half_life` days ago.
    pub(crate) fn freshness(&self, change: &PastChange, half_life: f64) -> f64 {
        0.5f64.powf(self.age_days(change) / half_life)
    }

    /// Whether everything that landed in the last `days` is known.
    pub(crate) fn covers(&self, days: f64) -> bool {
        let oldest = self.past.changes.last();
        self.past.reach == Reach::Whole
            || oldest.is_some_and(|oldest| self.age_days(oldest) >= days)
    }

    /// Changes of the last `days`, newest first.
    pub(crate) fn since(&self, days: f64) -> impl Iterator<Item = &PastChange> {
        self.past
            .changes
            .iter()
            .map(AsRef::as_ref)
            .filter(move |change| self.age_days(change) <= days)
    }
}

/// What the paths of the past are for, each looked at once.
pub(crate) struct Roles<'a> {
    track: &'a Track<'a>,
    known: RefCell<HashMap<PathId, Role>>,
}

impl Roles<'_> {
    /// How many lines of code a change changed; `None` where some were not counted.
    pub(crate) fn code_lines(&self, change: &PastChange) -> Option<u64> {
        let code = change.files.iter();
        let code = code.filter(|file| self.of(file.path) == Role::Code);
        code.map(|file| file.lines.map(u64::from)).sum()
    }

    fn of(&self, path: PathId) -> Role {
        let role = || Role::of(self.track.past.path(path), self.track.outline.attributes);
        *self.known.borrow_mut().entry(path).or_insert_with(role)
    }
}

/// Everybody, in the order in which the changes name them, so that nothing hangs on where they
/// stand in a table.
fn in_order(past: &Past) -> Vec<PersonId> {
    let mut seen = HashSet::new();
    let named = past.changes.iter().flat_map(|change| {
        let reviewers = change.reviewers.iter().chain(&change.merged_by);
        reviewers.chain([&change.author]).copied()
    });
    named.filter(|id| seen.insert(*id)).collect()
}

fn files(past: &Past, outline: &Outline<'_>) -> Vec<Option<u32>> {
    let mut by_path = HashMap::new();
    for (index, file) in (0u32..).zip(&outline.files) {
        by_path.insert(file.path.as_str(), index);
        if let Some(before) = &file.path_before {
            by_path.insert(before, index);
        }
    }
    let paths = past.paths.iter();
    paths.map(|path| by_path.get(&**path).copied()).collect()
}
