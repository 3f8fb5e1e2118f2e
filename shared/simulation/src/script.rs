//! What somebody outside does: starts a workflow, tells it facts, stops it, has it tried again; and tries each
//! until it is accepted.

use std::sync::Arc;
use std::time::Duration;

use idwo_core::workflow::{Entity, Event, Fact, Happening, Refused, RunId, Start, Started, Tenant};
use serde_json::Value;
use uuid::Uuid;

use crate::stage::Actor;
use crate::world::World;

/// How long somebody waits before trying again.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Debug, Clone)]
pub struct Script {
    pub entity: String,
    pub kind: &'static str,
    pub input: Value,
    pub facts: Vec<(Duration, &'static str)>,
    pub cancels_after: Option<Duration>,
    /// Somebody tries something that comes to nothing, and that is written down.
    pub notes: bool,
    /// Once it has failed, what was refused is mended, and it is tried again.
    pub retries: bool,
    /// Once it has ended, the same is asked for again.
    pub repeats: bool,
    /// Who has seen it accepted does not ask for it again after a crash.
    pub starts_once: bool,
    /// Whose steps are refused, and which.
    pub refused_of: String,
    pub refuses: Vec<&'static str>,
    /// Sends a message that nobody understands.
    pub poison: bool,
}

impl Script {
    pub fn new(entity: &str, kind: &'static str, input: Value) -> Self {
        Self {
            entity: entity.to_owned(),
            kind,
            input,
            facts: Vec::new(),
            cancels_after: None,
            notes: false,
            retries: false,
            repeats: false,
            starts_once: false,
            refused_of: entity.to_owned(),
            refuses: Vec::new(),
            poison: false,
        }
    }
}

pub fn client(world: Arc<World>, script: Script) -> Actor {
    let name = format!("client of {}", script.entity);
    let script = Arc::new(script);
    let enter = Box::new(move || -> crate::stage::Acting {
        let (world, script) = (world.clone(), script.clone());
        Box::pin(async move {
            if let Err(what) = play(&world, &script).await {
                world.watch.broken(what);
            }
        })
    });
    Actor {
        name,
        enter,
        serves: false,
    }
}

async fn play(world: &World, script: &Script) -> Result<(), String> {
    let accepted = world.watch.accepted_of(&script.entity);
    let id = match accepted.filter(|_| script.starts_once) {
        Some(accepted) => accepted,
        None => start(world, script).await?,
    };
    for (after, name) in &script.facts {
        world.stage.sleep(*after).await;
        let fact = Fact {
            id: (*name).to_owned(),
            name: (*name).to_owned(),
            with: Value::Null,
        };
        if happen(world, &id, &Event::Called(fact)).await? {
            world.watch.told(&id, name);
        }
    }
    if let Some(after) = script.cancels_after {
        world.stage.sleep(after).await;
        let by = "somebody".to_owned();
        happen(world, &id, &Event::CancelAsked { by }).await?;
    }
    if script.notes {
        let note = "tried in vain".to_owned();
        happen(world, &id, &Event::Noted { note }).await?;
    }
    if script.retries {
        retry(world, &id).await?;
    }
    if script.repeats {
        repeat(world, script, &id).await?;
    }
    Ok(())
}

fn tenant() -> Result<Tenant, String> {
    "team".parse().map_err(str::to_owned)
}

async fn start(world: &World, script: &Script) -> Result<RunId, String> {
    let start = Start {
        tenant: tenant()?,
        entity: script.entity.parse::<Entity>()?,
        kind: script.kind.to_owned(),
        input: script.input.clone(),
        correlation: Uuid::nil(),
        parent: None,
    };
    loop {
        match world.runs.start(start.clone()).await {
            Ok(Started::New(loaded) | Started::Known(loaded)) => {
                world.watch.accepted(&loaded.run.id);
                return Ok(loaded.run.id);
            }
            Ok(other) => return Err(format!("{} was not started: {other:?}", script.entity)),
            Err(_) => world.stage.sleep(PATIENCE).await,
        }
    }
}

/// Whether it counted: not so where the run had come to its end before.
async fn happen(world: &World, id: &RunId, event: &Event) -> Result<bool, String> {
    loop {
        match world.runs.happen(id, event.clone(), None).await {
            Ok(Happening::Changed(_) | Happening::HeardBefore) => return Ok(true),
            Ok(Happening::Refused(Refused::Ended)) => return Ok(false),
            Ok(Happening::Refused(Refused::Full)) | Err(_) => world.stage.sleep(PATIENCE).await,
            Ok(other) => return Err(format!("{id}: {event:?} came to {other:?}")),
        }
    }
}

async fn retry(world: &World, id: &RunId) -> Result<(), String> {
    loop {
        world.stage.sleep(Duration::from_secs(60)).await;
        let newest = world.runs.newest(&id.tenant, &id.entity).await;
        let Ok(Some(newest)) = newest else {
            continue;
        };
        if newest.run.id.attempt > 1 {
            return Ok(());
        }
        if !newest.run.status.has_ended() {
            continue;
        }
        world.elsewhere.mend(id.entity.as_str());
        match world.runs.retry(&id.tenant, &id.entity, Uuid::nil()).await {
            Ok(Started::New(loaded)) => {
                world.watch.accepted(&loaded.run.id);
                return Ok(());
            }
            // It has not failed, or not so that it could be tried again.
            Ok(Started::Refused(_)) => return Ok(()),
            Ok(other) => return Err(format!("{id} was not tried again: {other:?}")),
            Err(_) => {}
        }
    }
}

/// What has ended is not what is asked for now.
async fn repeat(world: &World, script: &Script, id: &RunId) -> Result<(), String> {
    loop {
        world.stage.sleep(Duration::from_secs(60)).await;
        let Ok(Some(loaded)) = world.runs.get(id).await else {
            continue;
        };
        if !loaded.run.status.has_ended() {
            continue;
        }
        let again = start(world, script).await?;
        let is_new = again.attempt > id.attempt;
        return is_new
            .then_some(())
            .ok_or_else(|| format!("{id} was not done anew"));
    }
}
