//! Calling functions in this process, each with the clones of this machine as its forge.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use idwo_clients::services::Services;
use idwo_core::approval::LinkKey;
use idwo_core::clock::Clock;
use idwo_core::ctx::Ctx;
use idwo_core::dispatch::{Ask, Asker, Call, Dispatch, Reply, Round};
use idwo_core::failure::Failure;
use idwo_core::forge::Forge;
use idwo_core::health::{Component, State};
use idwo_core::task;
use idwo_core::tool::Answer;
use idwo_core::watcher::Watcher;
use idwo_history::clones::Clones;
use serde_json::{Map, Value};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};

use crate::forges::Forges;
use crate::tools::{Offered, TOOLS};
use crate::workshop::Workshop;

/// Calls that run at the same time: each can hold some 100 MB and a processor for seconds.
const CALLS_AT_ONCE_MAX: usize = 8;

/// Tools that wait for a workflow and compute nothing: they must not take the place of those that do.
pub(crate) const WAITING: &str = "workflows";

/// Calls of them at the same time: each holds a thread that sleeps.
const WAITS_AT_ONCE_MAX: usize = 64;

/// How long a call waits for a place before it is told to come back.
const PLACE_TIMEOUT: Duration = Duration::from_secs(3);

/// When to come back, in seconds: most calls take less than one.
const COME_BACK_IN_S: u32 = 5;

#[derive(Clone)]
pub struct InProcess {
    clones: Clones,
    services: Services,
    workshop: Workshop,
    links: Option<Arc<LinkKey>>,
    clock: Arc<dyn Clock>,
    places: Arc<Semaphore>,
    waits: Arc<Semaphore>,
    /// Held by who looks at the clones: on a dead disk one look waits, not one for each request.
    look: Arc<Mutex<()>>,
}

impl InProcess {
    pub fn new(clones: Clones, services: Services, clock: Arc<dyn Clock>) -> Self {
        Self {
            clones,
            services,
            workshop: Workshop::Unopened,
            links: None,
            clock,
            places: Arc::new(Semaphore::new(CALLS_AT_ONCE_MAX)),
            waits: Arc::new(Semaphore::new(WAITS_AT_ONCE_MAX)),
            look: Arc::default(),
        }
    }

    /// The same, where workflows are worked on too.
    #[must_use]
    pub fn with(self, workshop: Workshop) -> Self {
        Self { workshop, ..self }
    }

    /// The same, where the page is served that approvals are decided on.
    #[must_use]
    pub fn linked_by(self, links: LinkKey) -> Self {
        let links = Some(Arc::new(links));
        Self { links, ..self }
    }

    /// The tools for workflows: those can wait, and keep none of their own.
    pub(crate) fn for_workflows(&self) -> Self {
        Self {
            workshop: Workshop::Unopened,
            links: None,
            ..self.clone()
        }
    }

    pub(crate) const fn workshop(&self) -> &Workshop {
        &self.workshop
    }

    /// What tools see code with.
    pub(crate) fn forge(&self) -> Arc<dyn Forge> {
        Arc::new(Forges {
            clones: self.clones.clone(),
            github: self.services.github.clone(),
        })
    }

    fn tools(&self) -> Component {
        let free = self.places.available_permits();
        let found = format!(
            "{} on offer, {free} of {CALLS_AT_ONCE_MAX} places free",
            TOOLS.len()
        );
        if free > 0 {
            return Component::ok("tools", found);
        }
        let mend = format!("call again in {COME_BACK_IN_S} s");
        Component::wrong("tools", State::Degraded, found, mend)
    }

    /// What a tool answers to whoever cannot be asked anything.
    pub async fn tool(
        &self,
        name: &str,
        arguments: Map<String, Value>,
        watcher: Watcher,
    ) -> Result<Answer, Failure> {
        let about = (Asker::default(), Round::default(), watcher);
        match self.ask_tool(name, arguments, about).await? {
            Reply::Answer(answer) => Ok(answer),
            _ => Err(Failure::ours_without_source("a tool asked back")),
        }
    }

    /// Tools read disks and compute: each runs on a thread of its own, so that whoever else is
    /// served, and the call's own time-out, do not wait for it. It holds its place until it has
    /// really ended, whether somebody still waits or not.
    async fn ask_tool(
        &self,
        name: &str,
        arguments: Map<String, Value>,
        (asker, round, watcher): (Asker, Round, Watcher),
    ) -> Result<Reply, Failure> {
        let tool = find(name)?;
        let place = self.place(tool).await?;
        let ctx = Ctx {
            forge: self.forge(),
            tickets: self.services.tickets.clone(),
            llm: self.services.llm.clone(),
            workflows: self.workshop.workflows(),
            links: self.links.clone(),
            clock: Arc::clone(&self.clock),
            asker,
            round,
            watcher,
        };
        let work = move || {
            let _place = place;
            Handle::current().block_on((tool.answer)(ctx, arguments))
        };
        let ended = tokio::task::spawn_blocking(work).await;
        ended.map_err(|error| Failure::ours("the tool panicked", error))?
    }

    async fn place(&self, tool: &Offered) -> Result<OwnedSemaphorePermit, Failure> {
        let (places, max) = match tool.toolset {
            WAITING => (&self.waits, WAITS_AT_ONCE_MAX),
            _ => (&self.places, CALLS_AT_ONCE_MAX),
        };
        let place = tokio::time::timeout(PLACE_TIMEOUT, Arc::clone(places).acquire_owned()).await;
        let place = place.map_err(|_| Failure::busy(max, COME_BACK_IN_S))?;
        place.map_err(|error| Failure::ours("no more calls are taken", error))
    }
}

#[async_trait]
impl Dispatch for InProcess {
    async fn call(&self, call: Call) -> Result<Reply, Failure> {
        if call.function == conformance::NAME {
            return conformance::answer(call, self.workshop.workflows()).await;
        }
        match call.ask {
            Ask::Tool { arguments, .. } => {
                let about = (call.asker, call.round, call.watcher);
                self.ask_tool(&call.function, arguments, about).await
            }
            Ask::Task { id, wish } => {
                let workflows = self.workshop.workflows();
                task::answer(&workflows, (&id, &wish), &call.asker, &call.round).await
            }
            _ => Err(Failure::ours_without_source("only tools are asked here")),
        }
    }

    async fn components(&self) -> Vec<Component> {
        let look = Arc::clone(&self.look).lock_owned().await;
        let clones = self.clones.clone();
        let clones = tokio::task::spawn_blocking(move || {
            let _look = look;
            clones.components()
        });
        let clones = clones.await;
        let mut components = vec![self.tools()];
        components.extend(clones.unwrap_or_else(|_| vec![unseen()]));
        let watcher = Watcher::silent().within(SERVICES_LOOK_TIMEOUT);
        components.extend(self.services.components(&watcher).await);
        components.extend(self.workshop.component().await);
        components.push(not_used_yet("slack"));
        components
    }
}

/// Longest look at outside services: who asks for their health waits for it.
const SERVICES_LOOK_TIMEOUT: Duration = Duration::from_secs(5);

/// What the mission names and no tool here speaks to.
fn not_used_yet(service: &str) -> Component {
    let found = "no tool of this version speaks to it";
    Component::not_configured(service, found)
}

fn unseen() -> Component {
    let found = "looking at the repositories failed";
    Component::wrong(
        "repositories",
        State::Down,
        found,
        "look into the server's log",
    )
}

fn find(name: &str) -> Result<&'static Offered, Failure> {
    TOOLS.iter().find(|tool| tool.name == name).ok_or_else(|| {
        let names: Vec<_> = TOOLS.iter().map(|tool| tool.name).collect();
        Failure::caller(
            format!("there is no tool `{name}`"),
            format!("call one of: {}", names.join(", ")),
        )
    })
}
