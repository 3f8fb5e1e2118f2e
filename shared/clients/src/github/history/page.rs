//! One page of merged pull requests, as GitHub tells it.

use idwo_core::input::{CommitSha, PullNumber};
use jiff::Timestamp;
use serde::Deserialize;

use super::merged::Merged;
use crate::github::people::Actor;
use crate::github::pull_request::Nodes;

#[derive(Deserialize)]
pub(super) struct Data {
    repository: Option<Repository>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Repository {
    default_branch_ref: Option<Branch>,
    pull_requests: Pulls,
}

#[derive(Deserialize)]
struct Branch {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pulls {
    page_info: PageInfo,
    nodes: Vec<Option<Pull>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Pull {
    pub(super) number: PullNumber,
    pub(super) title: String,
    pub(super) body: String,
    base_ref_name: String,
    pub(super) created_at: Timestamp,
    updated_at: Timestamp,
    pub(super) merged_at: Option<Timestamp>,
    pub(super) merge_commit: Option<Id>,
    pub(super) changed_files: u32,
    pub(super) author: Option<Actor>,
    pub(super) merged_by: Option<Actor>,
    pub(super) files: Option<Nodes<File>>,
    pub(super) reviews: Option<Nodes<Review>>,
    pub(super) commits: Nodes<Written>,
    pub(super) latest: Nodes<Written>,
}

#[derive(Deserialize)]
pub(super) struct Id {
    pub(super) oid: CommitSha,
}

#[derive(Deserialize)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) additions: u32,
    pub(super) deletions: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Review {
    pub(super) author: Option<Actor>,
    pub(super) state: String,
    pub(super) submitted_at: Option<Timestamp>,
}

#[derive(Deserialize)]
pub(super) struct Written {
    pub(super) commit: Commit,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Commit {
    pub(super) authored_date: Timestamp,
    #[serde(default)]
    pub(super) author: Option<Signature>,
}

#[derive(Deserialize)]
pub(super) struct Signature {
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
}

pub(super) struct Page {
    pub(super) merged: Vec<Merged>,
    /// Of all that it lists, the newest and the oldest touch.
    pub(super) touched: Option<(Timestamp, Timestamp)>,
    /// Where the next begins; `None` on the last.
    pub(super) cursor: Option<String>,
}

impl Data {
    /// What went into the default branch. `None` where there is no such repository.
    pub(super) fn page(self) -> Option<Page> {
        let repository = self.repository?;
        let main = repository.default_branch_ref.map(|branch| branch.name);
        let PageInfo {
            has_next_page,
            end_cursor,
        } = repository.pull_requests.page_info;
        let pulls: Vec<_> = repository
            .pull_requests
            .nodes
            .into_iter()
            .flatten()
            .collect();
        let touched = pulls.iter().map(|pull| pull.updated_at);
        let touched = touched.clone().max().zip(touched.min());
        let merged = pulls
            .into_iter()
            .filter(|pull| Some(&pull.base_ref_name) == main.as_ref())
            .filter_map(Merged::of);
        Some(Page {
            merged: merged.collect(),
            touched,
            cursor: end_cursor.filter(|_| has_next_page),
        })
    }
}
