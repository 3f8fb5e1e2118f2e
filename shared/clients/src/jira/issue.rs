//! An issue as Jira answers it, and the ticket it is.

use idwo_core::input::IssueKey;
use idwo_core::tickets::Ticket;
use idwo_core::untrusted::plain;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::criteria;
use super::document::lines;
use super::field::CriteriaField;
use crate::http::BaseUrl;

/// Longest summary, in characters: Jira takes 255.
const SUMMARY_CHARS_MAX: usize = 255;

/// Longest name of a status, a kind or a version, in characters.
const NAME_CHARS_MAX: usize = 100;

/// Most versions of one ticket.
const VERSIONS_MAX: usize = 10;

/// How Jira writes a time, such as `2026-11-20T09:15:00.000+0000`.
const TIME: &str = "%Y-%m-%dT%H:%M:%S%.f%z";

/// The list has to be there: an answer without one would read as if nothing was found.
#[derive(Debug, Deserialize)]
pub(super) struct Issues {
    issues: Vec<Issue>,
    /// Those that Jira could not read just now. What does not exist is in neither list.
    #[serde(default, rename = "issueErrors")]
    errors: Option<Vec<IgnoredAny>>,
}

#[derive(Debug, Deserialize)]
struct Issue {
    key: String,
    fields: Fields,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    summary: Option<String>,
    status: Option<Status>,
    issuetype: Option<Named>,
    fix_versions: Option<Vec<Named>>,
    description: Option<Value>,
    updated: Option<String>,
    #[serde(flatten)]
    own: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    name: String,
    status_category: Option<Category>,
}

#[derive(Debug, Deserialize)]
struct Category {
    key: String,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

impl Issues {
    pub(super) fn is_cut(&self) -> bool {
        self.errors
            .as_ref()
            .is_some_and(|errors| !errors.is_empty())
    }

    /// Those of `keys`, in their order. An issue that was moved comes under its new key, which does not
    /// tell whose it was.
    pub(super) fn tickets(
        &self,
        keys: &[IssueKey],
        base: &BaseUrl,
        own: Option<&CriteriaField>,
    ) -> Vec<Ticket> {
        let named = |key: &IssueKey| {
            let mut issues = self.issues.iter();
            let issue = issues.find(|issue| issue.key == key.as_str())?;
            Some(issue.fields.ticket(key, base, own))
        };
        keys.iter().filter_map(named).collect()
    }
}

impl Fields {
    fn ticket(&self, key: &IssueKey, base: &BaseUrl, own: Option<&CriteriaField>) -> Ticket {
        let status = self.status.as_ref();
        let versions = self.fix_versions.iter().flatten().take(VERSIONS_MAX);
        Ticket {
            key: key.clone(),
            url: format!("{base}/browse/{key}"),
            summary: plain(
                self.summary.as_deref().unwrap_or_default(),
                SUMMARY_CHARS_MAX,
            ),
            status: status.map_or_else(String::new, |status| name(&status.name)),
            done: status.and_then(Status::is_done),
            kind: self
                .issuetype
                .as_ref()
                .map_or_else(String::new, |kind| name(&kind.name)),
            fix_versions: versions.map(|version| name(&version.name)).collect(),
            criteria: self.criteria(own),
            updated: self.updated.as_deref().and_then(time),
        }
    }

    /// From the team's own field where it is filled in, else from the description.
    fn criteria(&self, own: Option<&CriteriaField>) -> Vec<String> {
        let own = own.and_then(|field| self.own.get(field.as_str()));
        let stated = own.map(|text| criteria::stated(&lines(text)));
        if let Some(stated) = stated.filter(|stated| !stated.is_empty()) {
            return stated;
        }
        let description = self.description.as_ref().map(lines);
        criteria::described(&description.unwrap_or_default())
    }
}

impl Status {
    /// Every team names its own; the category is one of three everywhere.
    fn is_done(&self) -> Option<bool> {
        let category = self.status_category.as_ref()?;
        Some(category.key == "done")
    }
}

fn name(text: &str) -> String {
    plain(text, NAME_CHARS_MAX)
}

fn time(text: &str) -> Option<Timestamp> {
    Timestamp::strptime(TIME, text).ok()
}
