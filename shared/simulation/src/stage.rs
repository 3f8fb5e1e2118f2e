//! Where everything happens, one thing after another: time, randomness, who goes on next and what goes wrong
//! all come from one seed.
//!
//! An actor is a future. It stops at each [`Stage::gate`], where it reaches out to the world; there another may
//! go on first, and there things go wrong.

mod chaos;

use std::collections::{BTreeMap, BTreeSet};
use std::future::{Future, poll_fn};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use idwo_core::clock::Clock;
use jiff::Timestamp;

pub use self::chaos::{Chaos, Fault, Op, Point, Side};

/// Most polls of one simulation: what goes on for ever is a failure. The longest of 3,000 random plays takes
/// fewer than 4,000.
const POLLS_MAX: u64 = 100_000;

/// Longest time between two polls, in milliseconds.
const TICK_MS_MAX: u64 = 20;

/// How long it takes until a crashed actor is there again, at most.
const DOWN_MS_MAX: u64 = 5_000;

pub type Acting = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Comes back after a crash, from its beginning.
pub struct Actor {
    pub name: String,
    pub enter: Box<dyn Fn() -> Acting + Send>,
    /// One that only serves others: the play is over without it.
    pub serves: bool,
}

pub struct Stage(Mutex<State>);

struct State {
    now: Timestamp,
    rng: fastrand::Rng,
    chaos: Chaos,
    /// Who is being polled.
    current: usize,
    wakes: BTreeMap<usize, Wake>,
    crashed: BTreeSet<usize>,
    gates: u64,
    faults: u64,
    visited: BTreeMap<String, u64>,
    passed: Vec<(Op, Side)>,
    trace: DefaultHasher,
    lines: Option<Vec<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wake {
    Soon,
    At(Timestamp),
    /// When there is something to do for it.
    Called,
}

/// What a play came to.
#[derive(Debug, Clone)]
pub struct Played {
    /// Of all that happened: two plays with the same hash were the same.
    pub hash: u64,
    /// How often somebody reached out.
    pub gates: u64,
    /// How often something went wrong there.
    pub faults: u64,
    /// How often at which point.
    pub visited: BTreeMap<String, u64>,
    /// Where somebody asked for it.
    pub lines: Vec<String>,
    /// What runs came to, and how many did: of a play of the engine.
    pub ends: BTreeMap<String, u64>,
    /// What its steps did to the world, each marker once.
    pub effects: usize,
    passed: Vec<(Op, Side)>,
}

impl Stage {
    pub fn new(seed: u64, start: Timestamp, chaos: Chaos, shows: bool) -> Self {
        Self(Mutex::new(State {
            now: start,
            rng: fastrand::Rng::with_seed(seed),
            chaos,
            current: 0,
            wakes: BTreeMap::new(),
            crashed: BTreeSet::new(),
            gates: 0,
            faults: 0,
            visited: BTreeMap::new(),
            passed: Vec::new(),
            trace: DefaultHasher::new(),
            lines: shows.then(Vec::new),
        }))
    }

    /// Reaches out to the world at `point`. Others go on first; then something may go wrong.
    pub async fn gate(&self, point: Point<'_>) -> Option<Fault> {
        self.pause(Wake::Soon).await;
        let fault = self.state().decide(point);
        match fault {
            Some(Fault::Crash) => {
                self.crash();
                std::future::pending().await
            }
            Some(Fault::Delay(time)) => {
                self.sleep(time).await;
                None
            }
            other => other,
        }
    }

    pub async fn sleep(&self, time: Duration) {
        let until = self.now().checked_add(time).unwrap_or(Timestamp::MAX);
        while self.now() < until {
            self.pause(Wake::At(until)).await;
        }
    }

    /// Until somebody says that there is something to do.
    pub async fn idle(&self) {
        self.pause(Wake::Called).await;
    }

    pub fn below(&self, n: usize) -> usize {
        self.state().rng.usize(0..n.max(1))
    }

    /// Adds a line to the trace.
    pub fn say(&self, line: &str) {
        self.state().say(line);
    }

    /// Plays until nobody has anything more to do. `called_at` is when there will be something to do for whom
    /// waits for being called: by the actor's number.
    pub fn play(
        &self,
        actors: &[Actor],
        called_at: impl Fn(usize) -> Option<Timestamp>,
    ) -> Result<Played, String> {
        let mut cast: Vec<Option<Acting>> =
            actors.iter().map(|actor| Some((actor.enter)())).collect();
        self.state().wakes = (0..actors.len()).map(|n| (n, Wake::Soon)).collect();
        for _ in 0..POLLS_MAX {
            let Some(next) = self.choose(&called_at) else {
                return self.played(actors, &cast);
            };
            let Some(Some(acting)) = cast.get_mut(next) else {
                continue;
            };
            self.state().current = next;
            let is_over = acting
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_ready();
            let has_crashed = self.state().crashed.remove(&next);
            if !is_over && !has_crashed {
                continue;
            }
            let Some(actor) = actors.get(next) else {
                continue;
            };
            let again = has_crashed.then(|| (actor.enter)());
            self.left(next, &actor.name, has_crashed);
            if let Some(slot) = cast.get_mut(next) {
                *slot = again;
            }
        }
        Err("it never ends".to_owned())
    }

    fn played(&self, actors: &[Actor], cast: &[Option<Acting>]) -> Result<Played, String> {
        let mut waiting = actors
            .iter()
            .zip(cast)
            .filter(|(actor, acting)| !actor.serves && acting.is_some());
        if let Some((actor, _)) = waiting.next() {
            return Err(format!("{} waits for ever", actor.name));
        }
        let mut state = self.state();
        Ok(Played {
            hash: state.trace.finish(),
            gates: state.gates,
            faults: state.faults,
            visited: std::mem::take(&mut state.visited),
            lines: state.lines.take().unwrap_or_default(),
            ends: BTreeMap::new(),
            effects: 0,
            passed: std::mem::take(&mut state.passed),
        })
    }

    /// What was said so far, where somebody asked for it.
    pub fn lines(&self) -> Vec<String> {
        self.state().lines.clone().unwrap_or_default()
    }

    /// Who goes on. Time passes meanwhile, and jumps to when somebody wakes where nobody is awake.
    fn choose(&self, called_at: &impl Fn(usize) -> Option<Timestamp>) -> Option<usize> {
        let (wakes, now) = {
            let state = self.state();
            (state.wakes.clone(), state.now)
        };
        let at = |(n, wake): (&usize, &Wake)| {
            let at = match wake {
                Wake::Soon => Some(now),
                Wake::At(at) => Some(*at),
                Wake::Called => called_at(*n),
            };
            at.map(|at| (*n, at))
        };
        let wakes: Vec<(usize, Timestamp)> = wakes.iter().filter_map(at).collect();
        let first = wakes.iter().map(|(_, at)| *at).min()?;
        let mut state = self.state();
        state.now = state.now.max(first);
        let now = state.now;
        let awake: Vec<usize> = wakes
            .iter()
            .filter(|(_, at)| *at <= now)
            .map(|(n, _)| *n)
            .collect();
        let tick = state.rng.u64(1..=TICK_MS_MAX);
        state.now += Duration::from_millis(tick);
        let nth = state.rng.usize(0..awake.len());
        awake.get(nth).copied()
    }

    fn left(&self, n: usize, name: &str, has_crashed: bool) {
        let mut state = self.state();
        if !has_crashed {
            state.wakes.remove(&n);
            return;
        }
        let down = Duration::from_millis(state.rng.u64(1..=DOWN_MS_MAX));
        let back = state.now + down;
        state.wakes.insert(n, Wake::At(back));
        state.say(&format!("{name} crashed"));
    }

    fn crash(&self) {
        let mut state = self.state();
        let current = state.current;
        state.crashed.insert(current);
    }

    async fn pause(&self, wake: Wake) {
        let mut is_first = true;
        poll_fn(|_| {
            let mut state = self.state();
            let current = state.current;
            if std::mem::take(&mut is_first) {
                state.wakes.insert(current, wake);
                return Poll::Pending;
            }
            state.wakes.insert(current, Wake::Soon);
            Poll::Ready(())
        })
        .await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Played {
    /// The gates behind which something lasts, by their numbers, from the one after `gate`.
    pub fn commit_points(&self, gate: u64) -> Vec<u64> {
        let gates = (1..).zip(&self.passed).filter(|(number, _)| *number > gate);
        let lasting = gates.filter(|(_, (op, _))| op.lasts());
        lasting.map(|(number, _)| number).collect()
    }

    /// What can go wrong at the gate with this number.
    pub fn faults_at(&self, gate: u64) -> &'static [Fault] {
        let nth = usize::try_from(gate).unwrap_or(usize::MAX).wrapping_sub(1);
        self.passed
            .get(nth)
            .map_or(&[], |(op, side)| chaos::faults(*op, *side))
    }
}

impl State {
    fn decide(&mut self, point: Point<'_>) -> Option<Fault> {
        self.gates += 1;
        self.passed.push((point.op, point.side));
        let fault = self
            .chaos
            .decide(self.gates, point, self.now, &mut self.rng);
        self.faults += u64::from(fault.is_some());
        let name = point.name();
        *self.visited.entry(name.clone()).or_default() += 1;
        let said = fault.map_or_else(|| name.clone(), |fault| format!("{name}: {fault:?}"));
        self.say(&said);
        fault
    }

    fn say(&mut self, line: &str) {
        (self.now, self.current, line).hash(&mut self.trace);
        if let Some(lines) = &mut self.lines {
            lines.push(format!(
                "{} actor {} #{} {line}",
                self.now, self.current, self.gates
            ));
        }
    }
}

impl Clock for Stage {
    fn now(&self) -> Timestamp {
        self.state().now
    }
}
