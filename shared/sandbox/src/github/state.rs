//! What a served world remembers from one request to the next.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::fault::Faults;
use super::limits::Limits;
use super::request::Asked;
use super::tokens::Tokens;
use super::world::World;

pub(super) struct State {
    /// The address of the API itself.
    pub(super) api: String,
    world: Mutex<World>,
    asked: Mutex<Vec<Asked>>,
    faults: Mutex<Faults>,
    limits: Mutex<Limits>,
    tokens: Mutex<Tokens>,
}

impl State {
    pub(super) fn new(world: World, api: String) -> Self {
        Self {
            api,
            world: Mutex::new(world),
            asked: Mutex::default(),
            faults: Mutex::default(),
            limits: Mutex::default(),
            tokens: Mutex::default(),
        }
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }

    pub(super) fn asked(&self) -> MutexGuard<'_, Vec<Asked>> {
        lock(&self.asked)
    }

    pub(super) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    pub(super) fn limits(&self) -> MutexGuard<'_, Limits> {
        lock(&self.limits)
    }

    pub(super) fn tokens(&self) -> MutexGuard<'_, Tokens> {
        lock(&self.tokens)
    }
}

/// Nothing of ours panics while it holds one; a test that did fails by itself.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
