//! One approval that waits, the page before it, and a browser.

use std::sync::Arc;
use std::time::Duration;

use approval_page::{ApprovalPage, Setup, kinds};
use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use idwo_core::access::{APPROVE, AccessKey, Keys};
use idwo_core::approval::{self, Approval, LinkKey};
use idwo_core::chance::Chance;
use idwo_core::clock::Clock;
use idwo_core::config::StateKey;
use idwo_core::input::WorkflowId;
use idwo_core::queue::{Queue, QueueFailure};
use idwo_core::reach::Names;
use idwo_core::workflow::{Runs, Start, Started, Tenant, What, Workflows};
use idwo_simulation::clock::TestClock;
use idwo_simulation::model::Model;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use crate::audited;

pub(crate) const HOUR: Duration = Duration::from_secs(3600);

pub(crate) struct Bench {
    pub(crate) clock: Arc<TestClock>,
    runs: Arc<Runs>,
    page: ApprovalPage,
}

pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) head: http::HeaderMap,
    pub(crate) body: String,
}

struct Deaf;

#[async_trait]
impl Queue for Deaf {
    async fn send(&self, _: String, _: Duration) -> Result<(), QueueFailure> {
        Ok(())
    }
}

pub(crate) fn state_key() -> StateKey {
    "a key of the tests, 32 bytes long".parse().unwrap()
}

pub(crate) fn tenant(name: &str) -> Tenant {
    name.parse().unwrap()
}

/// Of somebody who may approve (1), who may not (2), who might once (3), and of nobody here (any other).
pub(crate) fn key(of: u8) -> String {
    AccessKey::of_random([of; 32]).expose().to_owned()
}

fn keys() -> Keys {
    let record = |of: u8, name: &str, scope: &str, until| {
        let key = AccessKey::of_random([of; 32]);
        key.record(name.to_owned(), vec![scope.to_owned()], until)
    };
    let past = Timestamp::UNIX_EPOCH;
    let keys = json!([
        record(1, "ada", APPROVE, Timestamp::MAX),
        record(2, "bot", "workflows:write", Timestamp::MAX),
        record(3, "eve", APPROVE, past),
    ]);
    keys.to_string().parse().unwrap()
}

pub(crate) fn request(action: &str, plan: &[&str]) -> approval::Request {
    let plan: Vec<_> = plan.iter().map(|line| (*line).to_owned()).collect();
    approval::Request::new("bot", action, "acme/storefront", &plan, "rules-7", HOUR).unwrap()
}

impl Bench {
    pub(crate) fn open() -> Self {
        audited::listen();
        let clock = Arc::new(TestClock::default());
        let store = Arc::new(Model::new(clock.clone()));
        let chance = Arc::new(Chance::seeded(1));
        let runs = Runs::new(
            store,
            Arc::new(Deaf),
            clock.clone(),
            chance,
            kinds(),
            90 * 24 * HOUR,
        );
        let runs = Arc::new(runs);
        let workflows = Workflows::Kept {
            runs: Arc::clone(&runs),
            tenant: tenant("team"),
        };
        let page = ApprovalPage::new(Setup {
            names: Names::new(vec!["idwo.example.com".parse().unwrap()]),
            links: LinkKey::of(&state_key()).unwrap(),
            workflows,
            keys: Arc::new(keys()),
            clock: clock.clone(),
            chance: Chance::seeded(2),
        });
        Self { clock, runs, page }
    }

    /// An approval of this tenant, and the path that leads to it.
    pub(crate) async fn asked(
        &self,
        of: &str,
        entity: &str,
        request: &approval::Request,
    ) -> (Approval, String) {
        let asked = request.asked();
        let start = Start {
            tenant: tenant(of),
            entity: entity.parse().unwrap(),
            kind: asked.kind.to_owned(),
            input: asked.input,
            correlation: Uuid::nil(),
            parent: None,
        };
        let Started::New(loaded) = self.runs.start(start).await.unwrap() else {
            panic!("not started")
        };
        let approval = Approval::of(&loaded.run, self.clock.now()).unwrap();
        let path = LinkKey::of(&state_key())
            .unwrap()
            .path(&tenant(of), &approval);
        (approval, path)
    }

    /// With what most tests are content with.
    pub(crate) async fn waiting() -> (Self, Approval, String) {
        let bench = Self::open();
        let request = request("merge", &["merge #71 by squash", "delete its branch"]);
        let (approval, path) = bench.asked("team", "merge-71", &request).await;
        (bench, approval, path)
    }

    pub(crate) async fn get(&self, path: &str) -> Page {
        let request = Request::get(path).header("host", "idwo.example.com");
        self.sent(request.body(Full::default()).unwrap()).await
    }

    /// As a browser sends the page's own form.
    pub(crate) async fn post(&self, path: &str, form: &str) -> Page {
        let headers = [("origin", "null"), ("sec-fetch-site", "same-origin")];
        self.post_with(path, form, &headers).await
    }

    pub(crate) async fn post_with(&self, path: &str, form: &str, headers: &[(&str, &str)]) -> Page {
        let request = Request::post(path)
            .header("host", "idwo.example.com")
            .header("content-type", "application/x-www-form-urlencoded");
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        let body = Full::new(Bytes::from(form.to_owned()));
        self.sent(request.body(body).unwrap()).await
    }

    pub(crate) async fn sent(&self, request: Request<Full<Bytes>>) -> Page {
        Page::of(self.page.answer(request).await).await
    }

    pub(crate) fn page(&self) -> &ApprovalPage {
        &self.page
    }

    pub(crate) async fn now(&self, id: &WorkflowId) -> Approval {
        let run = id.run(&tenant("team")).unwrap();
        let found = self.runs.get(&run).await.unwrap().unwrap();
        Approval::of(&found.run, self.clock.now()).unwrap()
    }

    /// What its story tells of those who tried in vain.
    pub(crate) async fn notes(&self, id: &WorkflowId) -> Vec<String> {
        let run = id.run(&tenant("team")).unwrap();
        let story = self.runs.history(&run).await.unwrap();
        let notes = story.into_iter().filter_map(|record| match record.what {
            What::Noted { note } => Some(note),
            _ => None,
        });
        notes.collect()
    }

    pub(crate) async fn withdrawn(&self, id: &WorkflowId) {
        let by = "somebody".to_owned();
        let run = id.run(&tenant("team")).unwrap();
        let asked = idwo_core::workflow::Event::CancelAsked { by };
        self.runs.happen(&run, asked, None).await.unwrap();
    }

    pub(crate) fn later(&self, by: Duration) {
        self.clock.advance(SignedDuration::try_from(by).unwrap());
    }
}

impl Page {
    pub(crate) async fn of(answer: Response<Full<Bytes>>) -> Self {
        let (head, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Self {
            status: head.status,
            head: head.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.head
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn has_form(&self) -> bool {
        self.body.contains("<form")
    }
}
