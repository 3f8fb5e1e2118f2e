//! What was merged before: pull requests with their files, authors and reviews, newest first, in pages of
//! one question each. What was read is kept, and the next call reads what is new and goes on behind it.

use idwo_core::cache::Key;
use idwo_core::failure::Failure;
use idwo_core::forge::PullRequest;
use idwo_core::input::RepositoryName;
use idwo_core::past::Past;
use idwo_core::watcher::{Progress, Watcher};
use serde_json::json;

use super::GitHub;
use super::pull_request::unknown_repository;
use crate::http::Unanswered;

mod known;
mod merged;
mod page;

use self::known::Known;
use self::page::{Data, Page};

const QUERY: &str = include_str!("history.graphql");

/// Pull requests of one page: with their files and reviews, GitHub takes 1 to 3 s for it and gives up
/// after 10.
const PAGE_PULLS: usize = 50;

/// Most requests of a first call, of a later one, and of them what comes after the history: a look at what
/// else could have been changed. Large branches take more of them for commits and files.
const CALLS_MAX: u64 = 25;
const LATER_CALLS_MAX: u64 = 8;
const CALLS_AFTER: u64 = 1;

impl GitHub {
    pub(super) async fn read_past(
        &self,
        pull_request: &PullRequest,
        watcher: &Watcher,
    ) -> Result<Past, Failure> {
        let repository = &pull_request.repository;
        let key = Key::of(&["history/1", &self.whose(repository)]);
        let kept = self.cache.get(&key).await;
        let kept = kept.and_then(|bytes| serde_json::from_slice::<Known>(&bytes).ok());
        let known = match self.go_on(repository, kept.clone(), watcher).await {
            Ok(known) => known,
            Err(failure @ (Failure::Stopped | Failure::Caller { .. })) => return Err(failure),
            // A history that lacks its newest part is better than none.
            Err(failure) => kept.map(Known::stale).ok_or(failure)?,
        };
        let bytes = serde_json::to_vec(&known)
            .map_err(|error| Failure::ours("cannot write a history", error))?;
        self.cache.put(&key, bytes).await;
        Ok(known.before(pull_request))
    }

    /// From the newest back to where `kept` begins, then on from where it ends.
    async fn go_on(
        &self,
        repository: &RepositoryName,
        mut kept: Option<Known>,
        watcher: &Watcher,
    ) -> Result<Known, Failure> {
        let mut known = Known::default();
        let mut read = 0;
        while known.wants_more() {
            // Until what is kept is reached again, it is as if nothing were.
            let calls_max = if known.is_joined() {
                LATER_CALLS_MAX
            } else {
                CALLS_MAX
            };
            let is_spent = watcher.calls() + CALLS_AFTER >= calls_max;
            if read > 0 && (is_spent || watcher.is_hurried()) {
                break;
            }
            match self.page(repository, known.cursor(), watcher).await {
                Ok(page) => known.take(page),
                Err(Failure::Upstream { .. }) if kept.is_none() && read > 0 => break,
                Err(failure) => return Err(failure),
            }
            read += 1;
            kept = known.joined(kept);
            watcher.report(Progress {
                what: "merged pull requests read",
                done: known.len() as u64,
                total: None,
            });
        }
        // Short of time, what was kept is worth more than what is new alone.
        Ok(match kept {
            Some(kept) if watcher.is_hurried() => kept.stale(),
            _ => known,
        })
    }

    async fn page(
        &self,
        repository: &RepositoryName,
        after: Option<String>,
        watcher: &Watcher,
    ) -> Result<Page, Failure> {
        watcher.go_on()?;
        let variables = json!({
            "owner": repository.owner.as_str(),
            "name": repository.repo.as_str(),
            "first": PAGE_PULLS,
            "after": after,
        });
        // The answer needs its past less than its end.
        let time = watcher.left() / 2;
        let asked = self.ask_graphql_within::<Data>(time, "History", QUERY, variables, watcher);
        let told = asked.await?;
        if told.is_broken("pullRequests") {
            return Err(self.failure(Unanswered::Partial));
        }
        let page = told.data.page();
        page.ok_or_else(|| unknown_repository(repository))
    }
}
