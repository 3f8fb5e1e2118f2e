//! A repository as GitHub has it: what its clone holds, and what is said of its pull requests.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use idwo_core::clock::{Clock, SystemClock};

use super::Unusable;
use super::app::App;
use super::git::Git;
use super::said::{Check, Issue, Requested, Review, Said};

/// Requests in an hour: what GitHub allows an installation at least.
const REQUESTS_AN_HOUR: u32 = 5000;

/// Largest patch that is shown of one file, in bytes: GitHub's limit for a diff that it loads.
const PATCH_BYTES_MAX: usize = 500_000;

/// A token that opens nothing but this.
const TOKEN: &str = "a-token-of-the-sandbox";

pub struct World {
    pub(super) git: Arc<Git>,
    pub(super) said: HashMap<u32, Said>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) requests_an_hour: u32,
    pub(super) patch_bytes_max: usize,
    pub(super) token: String,
    pub(super) app: Option<App>,
    pub(super) recorded_in: Option<PathBuf>,
}

impl World {
    /// The clone at `path` as GitHub's `name`, which is `owner/repo`.
    pub async fn of(path: &Path, name: &str) -> Result<Self, Unusable> {
        Ok(Self {
            git: Arc::new(Git::open(path, name).await?),
            said: HashMap::new(),
            clock: Arc::new(SystemClock),
            requests_an_hour: REQUESTS_AN_HOUR,
            patch_bytes_max: PATCH_BYTES_MAX,
            token: TOKEN.to_owned(),
            app: None,
            recorded_in: None,
        })
    }

    /// Tells the time by `clock`: when limits begin anew and tokens expire.
    pub fn clock(&mut self, clock: Arc<dyn Clock>) -> &mut Self {
        self.clock = clock;
        self
    }

    /// Allows so many requests an hour, of each of REST and GraphQL.
    pub fn requests_an_hour(&mut self, requests: u32) -> &mut Self {
        self.requests_an_hour = requests;
        self
    }

    /// Leaves out patches that are larger, in bytes.
    pub fn patch_bytes_max(&mut self, bytes: usize) -> &mut Self {
        self.patch_bytes_max = bytes;
        self
    }

    /// Knows `token`, which does not expire, instead of its own.
    pub fn token(&mut self, token: &str) -> &mut Self {
        token.clone_into(&mut self.token);
        self
    }

    /// Has `app` installed, which takes tokens for itself.
    pub fn app(&mut self, app: App) -> &mut Self {
        self.app = Some(app);
        self
    }

    /// Appends each exchange to the file at `path`, a line of JSON each. Tokens are left out.
    pub fn recorded_in(&mut self, path: impl Into<PathBuf>) -> &mut Self {
        self.recorded_in = Some(path.into());
        self
    }

    /// Appends each exchange to the file that `IDWO_EXCHANGES` names, where it names one: for tests,
    /// whose exchanges are then judged by GitHub's own schemas.
    #[expect(
        clippy::disallowed_methods,
        reason = "a test has no host that could hand it over, and tests of every crate need it"
    )]
    pub fn recorded_for_the_judge(&mut self) -> &mut Self {
        self.recorded_in = std::env::var_os("IDWO_EXCHANGES").map(PathBuf::from);
        self
    }

    /// Has these checks on the head of pull request `number`.
    pub fn checks(&mut self, number: u32, checks: impl IntoIterator<Item = Check>) -> &mut Self {
        self.of_pull(number).checks.extend(checks);
        self
    }

    pub fn label(&mut self, number: u32, label: &str) -> &mut Self {
        self.of_pull(number).labels.push(label.to_owned());
        self
    }

    pub fn request_review(&mut self, number: u32, of: Requested) -> &mut Self {
        self.of_pull(number).requested.push(of);
        self
    }

    /// A review beside those that the clone's own words name.
    pub fn review(&mut self, number: u32, review: Review) -> &mut Self {
        self.of_pull(number).reviews.push(review);
        self
    }

    /// Closes `issue` when it is merged.
    pub fn closes(&mut self, number: u32, issue: Issue) -> &mut Self {
        self.of_pull(number).issues.push(issue);
        self
    }

    pub fn draft(&mut self, number: u32) -> &mut Self {
        self.of_pull(number).draft = true;
        self
    }

    /// Closed without having been merged.
    pub fn close(&mut self, number: u32) -> &mut Self {
        self.of_pull(number).closed = true;
        self
    }

    /// `MERGEABLE`, `CONFLICTING` or `UNKNOWN`.
    pub fn mergeable(&mut self, number: u32, state: &str) -> &mut Self {
        self.of_pull(number).mergeable = Some(state.to_owned());
        self
    }

    fn of_pull(&mut self, number: u32) -> &mut Said {
        self.said.entry(number).or_default()
    }
}
