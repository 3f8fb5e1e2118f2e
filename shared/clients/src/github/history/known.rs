//! What is known of a repository's merged pull requests, and the past that it makes.
//!
//! They are listed by when they were last touched: whatever is merged is thereby touched. So all that was
//! merged since the oldest touch that was read is known, and what was read before needs no other look than
//! at what was touched since.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use idwo_core::forge::{Person, PullRequest, State};
use idwo_core::input::PullNumber;
use idwo_core::past::{COUNTED, Intent, Past, PastChange, PastFile, PathId, PersonId, Reach};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::merged::{Merged, Somebody};
use super::page::Page;

/// Most merged pull requests that are kept of a repository.
const KEPT_MAX: usize = 1000;

/// So many tell enough for risk, reviewers and times, even where there are more.
const ENOUGH: usize = COUNTED;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Known {
    /// Newest first.
    merged: Vec<Merged>,
    /// The newest touch that was read, and the oldest.
    touched: Option<(Timestamp, Timestamp)>,
    /// Where the unread ones begin; `None` once there are none.
    cursor: Option<String>,
    /// All that was merged since then is known, and some of what was before was forgotten.
    #[serde(default)]
    forgot_until: Option<Timestamp>,
    /// Whether what came last could not be read.
    #[serde(skip)]
    stale: bool,
    /// Whether a page named itself as the next: there is no way to the rest.
    #[serde(default)]
    repeats: bool,
    /// Whether it goes on where an earlier reading ended.
    #[serde(skip)]
    joined: bool,
}

impl Known {
    pub(super) fn len(&self) -> usize {
        self.merged.len()
    }

    pub(super) fn cursor(&self) -> Option<String> {
        self.cursor.clone()
    }

    pub(super) fn wants_more(&self) -> bool {
        let begun = self.touched.is_some();
        !begun || (self.cursor.is_some() && self.merged.len() < KEPT_MAX && !self.repeats)
    }

    pub(super) fn is_joined(&self) -> bool {
        self.joined
    }

    pub(super) fn stale(self) -> Self {
        Self {
            stale: true,
            ..self
        }
    }

    pub(super) fn take(&mut self, page: Page) {
        let is_repeated = page.cursor.is_some() && page.cursor == self.cursor;
        self.add(page.merged);
        self.touched = match (self.touched, page.touched) {
            (Some((newest, _)), Some((_, oldest))) => Some((newest, oldest)),
            // A repository without any is read, too.
            (None, None) => Some((Timestamp::MIN, Timestamp::MIN)),
            (before, page) => before.or(page),
        };
        self.cursor = page.cursor;
        self.repeats |= is_repeated;
    }

    /// Goes on where `kept` ends, once what was read reaches to where that began; gives it back before.
    pub(super) fn joined(&mut self, kept: Option<Self>) -> Option<Self> {
        let kept = kept?;
        let (Some((newest, oldest)), Some((kept_newest, kept_oldest))) =
            (self.touched, kept.touched)
        else {
            return Some(kept);
        };
        if oldest > kept_newest && self.cursor.is_some() {
            return Some(kept);
        }
        self.add(kept.merged);
        self.touched = Some((newest, kept_oldest.min(oldest)));
        self.cursor = kept.cursor;
        self.forgot_until = self.forgot_until.max(kept.forgot_until);
        self.repeats |= kept.repeats;
        self.joined = true;
        None
    }

    fn add(&mut self, merged: Vec<Merged>) {
        let known: HashSet<PullNumber> = self.merged.iter().map(|known| known.number).collect();
        let new = merged
            .into_iter()
            .filter(|new| !known.contains(&new.number));
        self.merged.extend(new);
        self.merged
            .sort_by_key(|merged| std::cmp::Reverse((merged.at, merged.number)));
        if let Some(newest_forgotten) = self.merged.get(KEPT_MAX) {
            self.forgot_until = self.forgot_until.max(Some(newest_forgotten.at));
            self.merged.truncate(KEPT_MAX);
        }
    }

    /// As it was when `pull_request` landed; all of it while that did not.
    pub(super) fn before(&self, pull_request: &PullRequest) -> Past {
        let landed_at = match pull_request.state {
            State::Merged { at, .. } => at,
            _ => None,
        };
        let since = self.complete_since();
        let earlier = self.merged.iter().filter(|merged| {
            merged.number != pull_request.number
                && landed_at.is_none_or(|landed_at| merged.at < landed_at)
                && since.is_none_or(|since| merged.at >= since)
        });
        let mut tables = Tables::default();
        let changes = earlier
            .enumerate()
            .map(|(at, merged)| Arc::new(tables.change(at, merged)));
        let changes: Vec<_> = changes.collect();
        Past {
            reach: self.reach(changes.len()),
            changes,
            people: tables.people,
            paths: Arc::new(tables.paths),
        }
    }

    /// Since when all is known; `None` where all is.
    fn complete_since(&self) -> Option<Timestamp> {
        let read = self.cursor.as_ref().and(self.touched);
        read.map(|(_, oldest)| oldest).max(self.forgot_until)
    }

    fn reach(&self, earlier: usize) -> Reach {
        let read = self.merged.len();
        if self.stale {
            let why = "what GitHub merged last could not be read just now".to_owned();
            return Reach::Cut { why };
        }
        if self.repeats {
            let why = "GitHub's list of merged pull requests leads back to itself".to_owned();
            return Reach::Cut { why };
        }
        match &self.cursor {
            None if self.forgot_until.is_none() => Reach::Whole,
            _ if read >= KEPT_MAX || earlier >= ENOUGH => Reach::Cut {
                why: format!("of GitHub's merged pull requests the newest {read} are read"),
            },
            _ => Reach::Unfinished,
        }
    }
}

/// People and paths by their places.
#[derive(Default)]
struct Tables {
    people: Vec<Person>,
    logins: HashMap<String, PersonId>,
    paths: Vec<Arc<str>>,
    places: HashMap<String, PathId>,
}

impl Tables {
    fn change(&mut self, at: usize, merged: &Merged) -> PastChange {
        let files = merged.files.iter().map(|(path, lines)| PastFile {
            path: self.path(path),
            lines: (at < COUNTED).then_some(*lines),
        });
        let files: Vec<_> = files.collect();
        let reviewers = merged
            .reviewers
            .iter()
            .map(|somebody| self.person(somebody));
        let reviewers: Vec<_> = reviewers.collect();
        PastChange {
            commit: merged.commit.clone(),
            number: Some(merged.number),
            at: merged.at,
            begun_at: merged.begun_at,
            written_at: merged.written_at,
            reviewed_after: merged.reviewed_after,
            author: self.person(&merged.author),
            reviewers,
            merged_by: merged
                .merged_by
                .as_ref()
                .map(|somebody| self.person(somebody)),
            intent: Intent {
                fix: merged.fix,
                revert: merged.revert,
            },
            files,
            files_total: merged.files_total as usize,
        }
    }

    fn person(&mut self, somebody: &Somebody) -> PersonId {
        let new = PersonId(self.people.len() as u32);
        let id = *self.logins.entry(somebody.login.clone()).or_insert(new);
        if id == new {
            self.people.push(somebody.person());
        }
        id
    }

    fn path(&mut self, path: &str) -> PathId {
        let new = PathId(self.paths.len() as u32);
        let id = *self.places.entry(path.to_owned()).or_insert(new);
        if id == new {
            self.paths.push(path.into());
        }
        id
    }
}

#[cfg(test)]
mod tests;
