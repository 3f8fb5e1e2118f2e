//! One bounded way to ask a service over HTTP: limits on time, bytes, redirects and repetitions, a rest
//! for a service that is down, and answers kept by their entity tags.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use idwo_core::cache::Cache;
use idwo_core::clock::Clock;
use idwo_core::watcher::Watcher;
use reqwest::Client;
use tokio::time::Instant;

mod answer;
mod ask;
mod base;
mod breaker;
mod kept;
mod limit;
mod retry;
mod unanswered;

pub use self::answer::Answer;
pub use self::ask::Ask;
pub use self::base::BaseUrl;
pub use self::limit::RateLimit;
pub use self::unanswered::Unanswered;

use self::breaker::Breaker;
use self::limit::Limits;

/// What is left of a call's time for saying how it ended.
const ANSWER_MARGIN: Duration = Duration::from_millis(1500);

/// Longest time for one try: GitHub gives up on a query after 10 s.
const TRY_TIMEOUT: Duration = Duration::from_secs(11);

/// Most redirects that are followed: a renamed repository needs one.
const REDIRECTS_MAX: usize = 3;

/// A service at its address. One for each process: what it learns of the service is shared.
pub struct Service {
    name: &'static str,
    base: BaseUrl,
    pool: Client,
    clock: Arc<dyn Clock>,
    cache: Arc<dyn Cache>,
    breaker: Mutex<Breaker>,
    limits: Limits,
}

impl Service {
    /// After so many failures in a row the service rests for `rest`.
    pub fn new(
        name: &'static str,
        base: BaseUrl,
        pool: Client,
        clock: Arc<dyn Clock>,
        cache: Arc<dyn Cache>,
        rest: Duration,
    ) -> Self {
        Self {
            name,
            base,
            pool,
            clock,
            cache,
            breaker: Mutex::new(Breaker::new(rest)),
            limits: Limits::default(),
        }
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// What the service last said of how much more it will answer, for each kind of request.
    pub fn limits(&self) -> Vec<(&'static str, RateLimit)> {
        self.limits.newest()
    }

    /// The answer, in at most 20 s and well before who waits is gone.
    pub async fn ask(&self, ask: &Ask, watcher: &Watcher) -> Result<Answer, Unanswered> {
        let left = watcher.left().saturating_sub(ANSWER_MARGIN);
        let within = ask.within.min(left);
        self.tried(ask, within, watcher).await
    }

    async fn tried(
        &self,
        ask: &Ask,
        within: Duration,
        watcher: &Watcher,
    ) -> Result<Answer, Unanswered> {
        let begun = Instant::now();
        let left = || within.saturating_sub(begun.elapsed());
        let now = || self.clock.now();
        retry::patiently(within, now, || self.one_try(ask, left(), watcher)).await
    }

    /// Which the breaker and the limits may spare the service. Silence is a failure of its own, and not only
    /// of who could not wait any longer.
    async fn one_try(
        &self,
        ask: &Ask,
        left: Duration,
        watcher: &Watcher,
    ) -> Result<Answer, Unanswered> {
        let now = self.clock.now();
        self.limits.allow(ask.kind, now)?;
        self.breaker().allow(now)?;
        let within = TRY_TIMEOUT.min(left);
        let answered = tokio::time::timeout(within, self.followed(ask, watcher)).await;
        let answered = answered.unwrap_or(Err(Unanswered::TooLate));
        let now = self.clock.now();
        match &answered {
            Err(why) if why.is_its_failure() => self.breaker().failed(now),
            _ => self.breaker().answered(),
        }
        if let Err(Unanswered::Limited { until }) = &answered {
            self.limits.rest(ask.kind, *until);
        }
        answered
    }

    fn breaker(&self) -> std::sync::MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Through redirects on the same host, with what is kept where it still holds.
    async fn followed(&self, ask: &Ask, watcher: &Watcher) -> Result<Answer, Unanswered> {
        let mut url = self.base.join(&ask.path, &ask.query)?;
        let kept = self.kept(ask, &url).await;
        for _ in 0..=REDIRECTS_MAX {
            let request = ask.request(&self.pool, url.clone(), kept.as_ref());
            watcher.count_call();
            let response = request.send().await.map_err(Unanswered::unreached)?;
            self.limits.record(ask.kind, response.headers());
            if let Some(to) = answer::redirected(&response) {
                url = self.base.same_host(&url, to)?;
                continue;
            }
            let answer = Answer::read(response, ask.bytes_max, self.clock.now()).await?;
            return Ok(self.keep(ask, kept, answer).await);
        }
        Err(Unanswered::Redirected)
    }
}
