//! One request, one answer: a look changes nothing, and a form that was sent decides.

use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::request::Parts;
use http::{Method, Request, StatusCode};
use http_body::Body;
use idwo_core::access::Doorkeeper;
use idwo_core::approval::{self, Approval, ApprovalWorkflow, Link, LinkKey, State};
use idwo_core::chance::Chance;
use idwo_core::clock::{Clock, SystemClock};
use idwo_core::config::{Config, StateKey};
use idwo_core::dispatch::CorrelationId;
use idwo_core::failure::Failure;
use idwo_core::reach::{Host, Names};
use idwo_core::workflow::{Kinds, Workflows, kind};
use uuid::Uuid;

use crate::answers::{self, HttpAnswer};
use crate::form::{self, BoxError};
use crate::refused::Refused;
use crate::shown::{self, Note};
use crate::{audit, head};

/// Remembers nothing between requests; cheap to clone.
#[derive(Clone)]
pub struct ApprovalPage(Arc<Setup>);

pub struct Setup {
    pub names: Names,
    pub links: LinkKey,
    pub workflows: Workflows,
    pub keys: Arc<dyn Doorkeeper>,
    pub clock: Arc<dyn Clock>,
    pub chance: Chance,
}

#[derive(Debug, thiserror::Error)]
pub enum PageError {
    #[error("IDWO_REQUEST_STATE_KEY is not set")]
    NoKey,
    #[error("IDWO_REQUEST_STATE_KEY cannot sign")]
    BadKey(#[from] hmac::digest::InvalidLength),
}

/// What it has to know of workflows: how an approval goes on when somebody decides.
pub fn kinds() -> Kinds {
    Kinds::of([kind::<ApprovalWorkflow>(())])
}

impl ApprovalPage {
    pub fn new(setup: Setup) -> Self {
        Self(Arc::new(setup))
    }

    /// As `config` has it, on this machine's clock. A key is not made up here: whoever makes links needs the
    /// same.
    pub fn configured(
        config: &Config,
        workflows: Workflows,
        keys: Arc<dyn Doorkeeper>,
    ) -> Result<Self, PageError> {
        let key: &StateKey = config.request_state_key.as_ref().ok_or(PageError::NoKey)?;
        Ok(Self::new(Setup {
            names: Names::new(config.allowed_hosts.clone()),
            links: LinkKey::of(key)?,
            workflows,
            keys,
            clock: Arc::new(SystemClock),
            chance: Chance::of_machine(),
        }))
    }

    /// As a function from request to answer, for a host that wants one.
    pub fn into_handler<B>(self) -> impl Fn(Request<B>) -> BoxFuture<'static, HttpAnswer> + Clone
    where
        B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
    {
        move |request| {
            let page = self.clone();
            Box::pin(async move { page.answer(request).await })
        }
    }

    pub async fn answer<B>(&self, request: Request<B>) -> HttpAnswer
    where
        B: Body<Data: Send, Error: Into<BoxError>> + Send,
    {
        let (head, body) = request.into_parts();
        let answered = self.answered(&head, body).await;
        answered.unwrap_or_else(|refused| refused.answer())
    }

    async fn answered<B>(&self, head: &Parts, body: B) -> Result<HttpAnswer, Refused>
    where
        B: Body<Data: Send, Error: Into<BoxError>> + Send,
    {
        let host = head::host(head, &self.0.names)?;
        let link = Link::of(head.uri.path()).ok_or(Refused::NoSuchPage)?;
        match head.method {
            Method::GET => self.show(&link, head.uri.query()).await,
            Method::POST => {
                let body = self.own_form(head, &host, &link, body).await?;
                let wish = form::read(&body)?;
                self.decide(&link, &wish, self.correlation(head)?).await
            }
            _ => Err(Refused::OtherMethod),
        }
    }

    async fn show(&self, link: &Link, query: Option<&str>) -> Result<HttpAnswer, Refused> {
        let approval = self.find(link).await?;
        let status = match approval.state {
            State::Pending | State::Approved | State::Declined => StatusCode::OK,
            State::Expired | State::Withdrawn => StatusCode::GONE,
        };
        let note = query.and_then(Note::of);
        let page = shown::page(&approval, &link.signature, note, self.0.clock.now());
        Ok(answers::page(status, page))
    }

    async fn own_form<B>(
        &self,
        head: &Parts,
        host: &Host,
        link: &Link,
        body: B,
    ) -> Result<Bytes, Refused>
    where
        B: Body<Error: Into<BoxError>>,
    {
        head::is_of_the_page(head, host).inspect_err(|_| audit::foreign_page(link))?;
        head::announces_form(&head.headers)?;
        form::body(body).await
    }

    /// The approval that the link was made for. Whatever is wrong with a link, it reads the same.
    pub(crate) async fn find(&self, link: &Link) -> Result<Approval, Refused> {
        let Setup {
            workflows, links, ..
        } = &*self.0;
        let (_, tenant) = workflows.kept()?;
        match approval::find(workflows, &link.approval, self.0.clock.now()).await {
            Ok(found) if links.is_of(tenant, &found, &link.signature) => Ok(found),
            Ok(_) | Err(Failure::Caller { .. }) => {
                audit::forged(link);
                Err(Refused::NoSuchPage)
            }
            Err(failure) => Err(failure.into()),
        }
    }

    pub(crate) fn setup(&self) -> &Setup {
        &self.0
    }

    /// API Gateway's, where that was it.
    fn correlation(&self, head: &Parts) -> Result<Uuid, Refused> {
        match head.extensions.get() {
            Some(CorrelationId(id)) => Ok(*id),
            None => self
                .0
                .chance
                .id(self.0.clock.now())
                .map_err(|error| Refused::Failed(Failure::ours("no id for a request", error))),
        }
    }
}
