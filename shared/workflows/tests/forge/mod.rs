//! A forge with one pull request, which is what a test says.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use idwo_core::evidence::Known;
use idwo_core::failure::Failure;
use idwo_core::forge::{
    File, Forge, Person, Place, Provenance, PullRequest, Record, Review, State, Verdict,
};
use idwo_core::input::{CommitSha, PullNumber, RepositoryName};
use idwo_core::past::Past;
use idwo_core::watcher::Watcher;
use jiff::Timestamp;

pub(crate) fn at(s: i64) -> Timestamp {
    Timestamp::from_second(s).unwrap()
}

/// Open, since 1 s after 1970 began.
pub(crate) struct OneForge(Mutex<(State, Record)>);

impl Default for OneForge {
    fn default() -> Self {
        let record = Record {
            opened_at: at(1),
            updated_at: at(1),
            reviews: Known::Value(Vec::new()),
            ..Record::default()
        };
        Self(Mutex::new((State::Open, record)))
    }
}

impl OneForge {
    pub(crate) fn is_now(&self, state: State, updated_s: i64) {
        let mut now = self.0.lock().unwrap();
        now.0 = state;
        now.1.updated_at = at(updated_s);
    }

    pub(crate) fn review(&self, s: i64, login: &str, verdict: Verdict) {
        let by = Person {
            login: Some(login.to_owned()),
            ..Person::default()
        };
        let review = Review {
            by,
            verdict,
            at: Some(at(s)),
            of: None,
        };
        let mut now = self.0.lock().unwrap();
        if let Known::Value(reviews) = &mut now.1.reviews {
            reviews.push(review);
        }
    }
}

#[async_trait]
impl Forge for OneForge {
    async fn pull_request(
        &self,
        repository: &RepositoryName,
        number: PullNumber,
        _: &Watcher,
    ) -> Result<PullRequest, Failure> {
        let (state, record) = self.0.lock().unwrap().clone();
        let commit: CommitSha = "c".repeat(40).parse().unwrap();
        Ok(PullRequest {
            since: None,
            repository: repository.clone(),
            number,
            title: String::new(),
            body: String::new(),
            branch: None,
            author: Person::default(),
            branch_owner: None,
            co_authors: Vec::new(),
            state,
            base: commit.clone(),
            head: commit.clone(),
            as_of: commit,
            as_of_at: None,
            commits: Vec::new(),
            files: Vec::new(),
            files_total: 0,
            lines_complete: true,
            skipped: Vec::new(),
            provenance: Provenance {
                web: None,
                note: None,
            },
            record: Some(record),
        })
    }

    async fn since(
        &self,
        _: PullRequest,
        _: &CommitSha,
        _: &Watcher,
    ) -> Result<PullRequest, Failure> {
        Err(Failure::Stopped)
    }

    async fn files(
        &self,
        _: &RepositoryName,
        _: &[Place],
        _: &Watcher,
    ) -> Result<Vec<File>, Failure> {
        Err(Failure::Stopped)
    }

    async fn past(&self, _: &PullRequest, _: &Watcher) -> Result<Arc<Past>, Failure> {
        Err(Failure::Stopped)
    }
}
