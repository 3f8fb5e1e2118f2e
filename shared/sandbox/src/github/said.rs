//! What people and machines said of a pull request beside its commits: a clone holds none of it.

use serde_json::{Value, json};

/// How many annotations, checks and other entries a query of ours asks for: as in the queries.
const ANNOTATIONS_SHOWN: usize = 20;

/// All of one pull request. Words are GitHub's own, in capitals where GitHub's are.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    pub(super) checks: Vec<Check>,
    pub(super) labels: Vec<String>,
    pub(super) requested: Vec<Requested>,
    pub(super) issues: Vec<Issue>,
    pub(super) reviews: Vec<Review>,
    pub(super) draft: bool,
    pub(super) mergeable: Option<String>,
    pub(super) closed: bool,
}

/// A check run, or a commit status of the older kind.
#[derive(Debug, Clone)]
pub struct Check {
    name: String,
    kind: Kind,
    url: Option<String>,
    annotations: Vec<Annotation>,
    /// All that there are, where GitHub is asked for fewer.
    annotations_total: usize,
}

#[derive(Debug, Clone)]
enum Kind {
    Ended { conclusion: String },
    Running,
    Status { state: String },
}

#[derive(Debug, Clone)]
struct Annotation {
    path: String,
    line: u32,
    level: String,
    message: String,
}

/// Who was asked for a review.
#[derive(Debug, Clone)]
pub enum Requested {
    User(String),
    Team,
}

/// An issue that the pull request closes.
#[derive(Debug, Clone)]
pub struct Issue {
    pub number: u32,
    pub title: String,
    pub body: String,
    pub open: bool,
    pub milestone: Option<String>,
    /// `owner/name`, where it lies in another repository.
    pub repository: Option<String>,
}

/// A review of the head commit.
#[derive(Debug, Clone)]
pub struct Review {
    pub login: String,
    /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED` or `PENDING`.
    pub state: String,
    /// RFC 3339; a pending one has none.
    pub submitted_at: Option<String>,
}

impl Check {
    /// One that ended with `conclusion`, such as `SUCCESS` or `FAILURE`.
    pub fn ended(name: &str, conclusion: &str) -> Self {
        let conclusion = conclusion.to_owned();
        Self::new(name, Kind::Ended { conclusion })
    }

    pub fn running(name: &str) -> Self {
        Self::new(name, Kind::Running)
    }

    /// A commit status with `state`, such as `SUCCESS` or `PENDING`.
    pub fn status(name: &str, state: &str) -> Self {
        let state = state.to_owned();
        Self::new(name, Kind::Status { state })
    }

    fn new(name: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            url: None,
            annotations: Vec::new(),
            annotations_total: 0,
        }
    }

    #[must_use]
    pub fn at(mut self, url: &str) -> Self {
        self.url = Some(url.to_owned());
        self
    }

    /// Says `message` of a line; `level` is `FAILURE`, `WARNING` or `NOTICE`.
    #[must_use]
    pub fn says(mut self, path: &str, line: u32, level: &str, message: &str) -> Self {
        self.annotations_total += 1;
        self.annotations.push(Annotation {
            path: path.to_owned(),
            line,
            level: level.to_owned(),
            message: message.to_owned(),
        });
        self
    }

    pub(super) fn context(&self) -> Value {
        let (status, conclusion) = match &self.kind {
            Kind::Status { state } => {
                return json!({
                    "__typename": "StatusContext", "context": self.name,
                    "state": state, "targetUrl": self.url,
                });
            }
            Kind::Ended { conclusion } => ("COMPLETED", Some(conclusion)),
            Kind::Running => ("IN_PROGRESS", None),
        };
        let shown = self.annotations.iter().take(ANNOTATIONS_SHOWN);
        let nodes: Vec<_> = shown.map(Annotation::node).collect();
        json!({
            "__typename": "CheckRun", "name": self.name, "status": status,
            "conclusion": conclusion, "detailsUrl": self.url,
            "annotations": { "totalCount": self.annotations_total, "nodes": nodes },
        })
    }
}

impl Annotation {
    fn node(&self) -> Value {
        json!({
            "path": self.path, "annotationLevel": self.level, "message": self.message,
            "location": { "start": { "line": self.line } },
        })
    }
}

impl Requested {
    pub(super) fn node(&self) -> Value {
        let reviewer = match self {
            Self::User(login) => json!({ "__typename": "User", "login": login }),
            Self::Team => json!({ "__typename": "Team" }),
        };
        json!({ "requestedReviewer": reviewer })
    }
}

impl Issue {
    pub fn open(number: u32, title: &str, body: &str) -> Self {
        Self {
            number,
            title: title.to_owned(),
            body: body.to_owned(),
            open: true,
            milestone: None,
            repository: None,
        }
    }

    pub(super) fn node(&self, home: &str) -> Value {
        let milestone = self
            .milestone
            .as_ref()
            .map(|title| json!({ "title": title }));
        json!({
            "number": self.number, "title": self.title, "body": self.body,
            "state": if self.open { "OPEN" } else { "CLOSED" }, "milestone": milestone,
            "repository": { "nameWithOwner": self.repository.as_deref().unwrap_or(home) },
        })
    }
}

impl Review {
    pub(super) fn node(&self, head: &str) -> Value {
        json!({
            "author": { "__typename": "User", "login": self.login }, "state": self.state,
            "submittedAt": self.submitted_at, "commit": { "oid": head },
        })
    }
}
