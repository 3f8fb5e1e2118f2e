//! What landed before a change: who wrote, reviewed and merged it, which files it touched, and
//! whether it repaired or took back something.

use std::sync::Arc;

use jiff::Timestamp;

use crate::forge::Person;
use crate::input::{CommitSha, PullNumber};

/// All that landed up to one commit, that commit included, as it was known then.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// Newest first.
    pub changes: Vec<Arc<PastChange>>,
    /// Those that no change names are left blank: they are met later.
    pub people: Vec<Person>,
    pub paths: Arc<Vec<Arc<str>>>,
    pub reach: Reach,
}

/// How far back the changes go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Reach {
    #[default]
    Whole,
    /// Ends early, and asking again changes nothing.
    Cut { why: String },
    /// Time was short: asking again goes on from here.
    Unfinished,
}

/// A squash, a merge, or a plain commit of the main line.
#[derive(Debug, Clone)]
pub struct PastChange {
    pub commit: CommitSha,
    pub number: Option<PullNumber>,
    /// When it landed.
    pub at: Timestamp,
    /// When the oldest of its commits was written.
    pub begun_at: Timestamp,
    /// When the newest was.
    pub written_at: Timestamp,
    /// From its opening to the first review by somebody else, in minutes; a clone does not tell.
    pub reviewed_after: Option<f64>,
    pub author: PersonId,
    /// Named in trailers (`Reviewed-by` and its kin) or by a merge bot (`r=name`).
    pub reviewers: Vec<PersonId>,
    /// Who pressed merge, be it the author or a bot.
    pub merged_by: Option<PersonId>,
    pub intent: Intent,
    /// At most as many as are kept of one change; under both names where one was renamed.
    pub files: Vec<PastFile>,
    pub files_total: usize,
}

/// Of how many changes lines are counted, newest first.
pub const COUNTED: usize = 200;

/// A place in [`Past::people`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(pub u32);

/// A place in [`Past::paths`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathId(pub u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastFile {
    pub path: PathId,
    /// Added and deleted together. `None` for what is binary or too large, and for all but the newest
    /// [`COUNTED`] changes.
    pub lines: Option<u32>,
}

/// What its own words say that a change is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Intent {
    /// Repairs something: its title says fix, bug, crash, regression or the like.
    pub fix: bool,
    /// Takes an earlier change back: `Revert …`, or git's own sentence for it.
    pub revert: bool,
}

/// Words of a title that say that something was broken.
const REPAIRS: &[&str] = &[
    "fix",
    "fixes",
    "fixed",
    "fixing",
    "bug",
    "bugfix",
    "hotfix",
    "crash",
    "regression",
];

impl Intent {
    /// Read from the title and the body of a pull request, or of the commit that stands for it.
    pub fn of(title: &str, body: &str) -> Self {
        let title = title.to_lowercase();
        let mut words = title.split(|c: char| !c.is_alphanumeric() && c != '-');
        let first = words.clone().next();
        Self {
            fix: words.any(|word| REPAIRS.contains(&word)),
            revert: first == Some("revert")
                || title.contains("revert \"")
                || body
                    .lines()
                    .any(|line| line.starts_with("This reverts commit ")),
        }
    }
}

impl Past {
    pub fn person(&self, id: PersonId) -> Option<&Person> {
        self.people.get(id.0 as usize)
    }

    /// Empty for an id of another past.
    pub fn path(&self, id: PathId) -> &str {
        self.paths.get(id.0 as usize).map_or("", |path| path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intent(title: &str, body: &str) -> (bool, bool) {
        let intent = Intent::of(title, body);
        (intent.fix, intent.revert)
    }

    #[test]
    fn a_title_says_what_a_change_is_for() {
        assert_eq!(intent("fix: lock order", ""), (true, false));
        assert_eq!(intent("Fixes #3: no crash", ""), (true, false));
        assert_eq!(intent("Add prefix and suffix", ""), (false, false));
        assert_eq!(intent("Revert \"Fix it\" (#4)", ""), (true, true));
        assert_eq!(intent("fix: revert \"Add it\"", ""), (true, true));
        assert_eq!(intent("Add an irreversible step", ""), (false, false));
        assert_eq!(intent("Revertible, fixed-size steps", ""), (false, false));
        let sentence = "Because.\n\nThis reverts commit 0123456.";
        assert_eq!(intent("Take it back", sentence), (false, true));
    }
}
