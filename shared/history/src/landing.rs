//! Which commit a pull request landed as: what the subject of a squash or a merge commit says.

use gix::ObjectId;
use idwo_core::failure::Failure;
use idwo_core::input::{Owner, PullNumber};
use idwo_core::watcher::{Progress, Watcher};

use crate::index::OnMainLine;
use crate::open::OpenedClone;
use crate::{main_line, read};

/// Longest history that is searched for one number, in commits: the largest public repositories
/// have about 1.3 million, read at some 100,000 a second.
const COMMITS_SEARCHED_MAX: u64 = 2_000_000;

/// How far back the newest pull request is looked for, in commits: a first look must be quick.
const NEWEST_WITHIN: usize = 1000;

/// How often a search says how far it is, in commits.
const REPORT_EVERY: u64 = 4096;

/// What a landing commit's message says about the pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Landing {
    pub(crate) number: PullNumber,
    /// Said by a merge (`Merge pull request #N`), not by a subject that ends in `(#N)`.
    pub(crate) explicit: bool,
    pub(crate) title: String,
    pub(crate) branch: Option<String>,
    /// The owner of the branch's repository: the author's login, unless it is the repository's own.
    pub(crate) branch_owner: Option<String>,
    /// Logins that a merge bot recorded as approving (`r=name`).
    pub(crate) approvers: Vec<String>,
}

impl Landing {
    /// The owner of the fork that the branch lies in. `None` for a branch of the repository
    /// itself, and so also while it is not known whose that is.
    pub(crate) fn fork_owner(&self, home: Option<&Owner>) -> Option<&str> {
        let (owner, home) = (self.branch_owner.as_deref()?, home?);
        (!owner.eq_ignore_ascii_case(home.as_str())).then_some(owner)
    }
}

/// Reads the subject (and, for a title, the first line of the body) of a commit message.
pub(crate) fn landing(message: &str) -> Option<Landing> {
    let subject = message.lines().next()?.trim();
    merged_by_github(subject, message)
        .or_else(|| merged_by_bot(subject, message))
        .or_else(|| squashed(subject))
}

/// `Merge pull request #N from owner/branch`
fn merged_by_github(subject: &str, message: &str) -> Option<Landing> {
    let (number, rest) = numbered(subject.strip_prefix("Merge pull request #")?)?;
    let from = rest
        .strip_prefix(" from ")
        .and_then(|from| from.split_once('/'));
    Some(merge(number, message, from, ""))
}

/// `Auto merge of #N - owner:branch, r=name,name` (bors, homu), and `Rollup merge of …`
fn merged_by_bot(subject: &str, message: &str) -> Option<Landing> {
    let merges = ["Auto merge of #", "Rollup merge of #"];
    let (number, rest) = numbered(
        merges
            .iter()
            .find_map(|start| subject.strip_prefix(start))?,
    )?;
    let (from, approval) = rest.split_once(", r=").unwrap_or((rest, ""));
    let from = from
        .strip_prefix(" - ")
        .and_then(|from| from.split_once(':'));
    Some(merge(number, message, from, approval))
}

/// `from` is the branch's owner and its name; `approval` names who approved, between commas.
fn merge(number: PullNumber, message: &str, from: Option<(&str, &str)>, approval: &str) -> Landing {
    let (owner, branch) = from.unzip();
    Landing {
        number,
        explicit: true,
        title: first_body_line(message),
        branch: branch.map(str::to_owned),
        branch_owner: owner.filter(|owner| is_login(owner)).map(str::to_owned),
        approvers: approval
            .split(',')
            .filter(|name| is_login(name))
            .map(str::to_owned)
            .collect(),
    }
}

/// `Title (#N)`
fn squashed(subject: &str) -> Option<Landing> {
    let (title, rest) = subject.rsplit_once("(#")?;
    let number = rest.strip_suffix(')')?.parse().ok()?;
    Some(Landing {
        number,
        explicit: false,
        title: title.trim().to_owned(),
        branch: None,
        branch_owner: None,
        approvers: Vec::new(),
    })
}

fn numbered(text: &str) -> Option<(PullNumber, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    Some((digits.parse().ok()?, rest))
}

fn first_body_line(message: &str) -> String {
    message
        .lines()
        .skip(1)
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default()
        .to_owned()
}

fn is_login(name: &str) -> bool {
    name.parse::<Owner>().is_ok()
}

/// The pull request that landed last on the main line, looking back [`NEWEST_WITHIN`] commits.
pub(crate) fn newest(repo: &gix::Repository, tip: ObjectId) -> Option<PullNumber> {
    let watcher = Watcher::silent();
    let commits = main_line::from(repo, tip, &watcher)
        .take(NEWEST_WITHIN)
        .filter_map(Result::ok);
    let mut landings =
        commits.filter_map(|commit| landing(&commit.message_raw_sloppy().to_string()));
    landings.next().map(|landing| landing.number)
}

/// A commit that names a pull request's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) id: ObjectId,
    /// Off the main line it can be another repository's: merged from a fork, or imported.
    pub(crate) on_main_line: bool,
}

/// The commit that pull request `number` landed as, seen from `tip`.
///
/// The main line (first parents) goes before other lines, and on it the oldest commit before later
/// ones: so what lands afterwards (a backport, a subject that quotes the number) never changes
/// which commit it is there. Off the main line an explicit merge goes before a subject that ends in the
/// number, and then the oldest by its date.
pub(crate) fn find(
    clone: &OpenedClone,
    tip: ObjectId,
    number: PullNumber,
    watcher: &Watcher,
) -> Result<Option<Found>, Failure> {
    let repo = &clone.repo();
    let search = Search {
        repo,
        number,
        watcher,
    };
    let on_main_line = match clone.landing_of(tip, number, watcher)? {
        OnMainLine::At(id) => Some(id),
        OnMainLine::Nowhere => None,
        OnMainLine::Unknown => search.main_line(tip)?,
    };
    if let Some(id) = on_main_line {
        return Ok(Some(Found {
            id,
            on_main_line: true,
        }));
    }
    let id = search.everywhere(tip)?;
    Ok(id.map(|id| Found {
        id,
        on_main_line: false,
    }))
}

#[derive(Clone, Copy)]
struct Search<'a> {
    repo: &'a gix::Repository,
    number: PullNumber,
    watcher: &'a Watcher,
}

impl Search<'_> {
    fn main_line(self, tip: ObjectId) -> Result<Option<ObjectId>, Failure> {
        let mut oldest = None;
        for (seen, commit) in
            (0..COMMITS_SEARCHED_MAX).zip(main_line::from(self.repo, tip, self.watcher))
        {
            self.report(seen);
            oldest = self
                .candidate(&commit?)
                .map(|candidate| candidate.id)
                .or(oldest);
        }
        Ok(oldest)
    }

    fn everywhere(self, tip: ObjectId) -> Result<Option<ObjectId>, Failure> {
        // Messages are needed of every commit, and a commit-graph holds none.
        let walk = self
            .repo
            .rev_walk([tip])
            .use_commit_graph(false)
            .all()
            .map_err(read::unreadable("the history"))?;
        let mut best = None;
        // A commit that cannot be read ends this search: what lies behind it is not the main line.
        for (seen, info) in (0..COMMITS_SEARCHED_MAX).zip(walk.map_while(Result::ok)) {
            if seen.is_multiple_of(REPORT_EVERY) {
                self.watcher.go_on()?;
            }
            self.report(seen);
            best = better(best, self.candidate(&read::commit(self.repo, info.id)?));
        }
        Ok(best.map(|candidate| candidate.id))
    }

    fn report(self, seen: u64) {
        if seen.is_multiple_of(REPORT_EVERY) {
            self.watcher.report(Progress {
                what: "commits searched",
                done: seen,
                total: None,
            });
        }
    }

    fn candidate(self, commit: &gix::Commit<'_>) -> Option<Candidate> {
        let message = commit.message_raw_sloppy().to_string();
        let landing = landing(&message).filter(|landing| landing.number == self.number)?;
        let at = commit.time().map_or(i64::MAX, |time| time.seconds);
        Some(Candidate {
            quoted: !landing.explicit,
            at,
            id: commit.id,
        })
    }
}

fn better(best: Option<Candidate>, other: Option<Candidate>) -> Option<Candidate> {
    best.into_iter().chain(other).min()
}

/// Ordered by how well it fits: explicit before quoted, then oldest, then by id for a tie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    quoted: bool,
    at: i64,
    id: ObjectId,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(message: &str) -> Option<(u32, bool, String, Vec<String>)> {
        landing(message).map(|l| (l.number.get(), l.explicit, l.title, l.approvers))
    }

    #[test]
    fn squash_merge_and_bot_subjects_are_read() {
        assert_eq!(
            said("Fix it (#12)\n\nbody"),
            Some((12, false, "Fix it".into(), vec![]))
        );
        assert_eq!(
            said("Merge pull request #7 from ann/fix-it\n\nFix it"),
            Some((7, true, "Fix it".into(), vec![]))
        );
        assert_eq!(
            said("Auto merge of #9 - ann:fix, r=bob,cy\n\nFix it\n\nlong"),
            Some((9, true, "Fix it".into(), vec!["bob".into(), "cy".into()]))
        );
        assert_eq!(
            said("Rollup merge of #9 - ann:fix, r=<try>").unwrap().3,
            Vec::<String>::new()
        );
    }

    #[test]
    fn branch_and_its_owner_are_kept() {
        let landing = landing("Merge pull request #7 from ann/feature/a-b").unwrap();
        assert_eq!(
            (landing.branch.as_deref(), landing.branch_owner.as_deref()),
            (Some("feature/a-b"), Some("ann"))
        );
    }

    #[test]
    fn numbers_that_are_only_quoted_do_not_count() {
        for message in [
            "Fix #12",
            "Revert \"Fix (#12)\"",
            "(#12) fix",
            "Fix (#0)",
            "Fix (#12",
            "x\n\nFix (#12)",
            "Fix (#-3)",
            "",
        ] {
            assert_eq!(said(message), None, "{message}");
        }
        assert_eq!(said("Revert \"Fix (#12)\" (#15)").unwrap().0, 15);
    }
}
