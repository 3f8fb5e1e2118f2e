//! A stand-in for GitHub, over real HTTP: a clone served as its API, with limits, tokens and faults.
//!
//! It serves what our client asks for and nothing else. It runs on a thread of its own, so a test
//! whose time stands still waits for it as for any server.

mod accounts;
mod app;
mod broken;
mod compare;
mod door;
mod exchanges;
mod fault;
mod git;
mod graphql;
mod limits;
mod patch;
mod reply;
mod request;
mod said;
mod sample;
mod server;
mod state;
mod tokens;
mod wire;
mod world;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

pub use app::App;
pub use fault::{At, Fault, Times};
pub use request::Asked;
pub use said::{Check, Issue, Requested, Review};
pub use sample::{sample, sample_as};
pub use world::World;

use state::State;

#[cfg(test)]
mod tests;

/// Why a clone cannot be served, or a question about it not be answered.
pub type Unusable = Box<dyn std::error::Error + Send + Sync>;

/// A served world; ends when dropped.
pub struct GitHub {
    address: SocketAddr,
    state: Arc<State>,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl GitHub {
    /// Serves `world` on a free port of this machine.
    pub fn start(world: World) -> io::Result<Self> {
        Self::serve(TcpListener::bind("127.0.0.1:0")?, world)
    }

    /// Serves `world` to whoever connects to `listener`.
    pub fn serve(listener: TcpListener, world: World) -> io::Result<Self> {
        let address = listener.local_addr()?;
        listener.set_nonblocking(true)?;
        let state = Arc::new(State::new(world, format!("http://{address}")));
        let (end, ended) = oneshot::channel();
        let thread = server::spawn(listener, Arc::clone(&state), ended)?;
        Ok(Self {
            address,
            state,
            end: Some(end),
            thread: Some(thread),
        })
    }

    /// Where the API begins: `/graphql` and `/repos` lie below it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// One that it knows, and that does not expire.
    pub fn token(&self) -> String {
        self.state.world().token.clone()
    }

    /// Changes the world while it is served.
    pub fn change(&self, change: impl FnOnce(&mut World)) {
        change(&mut self.state.world());
    }

    /// Lets `fault` happen to requests to come.
    pub fn breaks(&self, at: At, times: Times, fault: Fault) {
        self.state.faults().plan(at, times, fault);
    }

    /// Lets no fault happen any more.
    pub fn mends(&self) {
        self.state.faults().forget();
    }

    /// Faults that did not happen as often as they were planned: a test ends with none.
    pub fn rest(&self) -> Vec<String> {
        self.state.faults().rest()
    }

    /// All that was asked so far, oldest first.
    pub fn asked(&self) -> Vec<Asked> {
        self.state.asked().clone()
    }
}

impl Drop for GitHub {
    fn drop(&mut self) {
        // The thread may have ended by itself; then nobody has to be told, and it is joined all the same.
        let _ = self.end.take().map(|end| end.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
