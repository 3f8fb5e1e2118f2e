//! Work that outlasts a call: it goes on after crashes, whatever comes twice, late or never, and when
//! nobody looks any more.
//!
//! A *workflow* ([`Workflow`]) is a table of steps and a pure function that says where it goes from
//! each state. A *run* ([`Run`]) is one going-through for one *entity*, such as a pull request; it stands in
//! the store as one item. [`next()`] takes a run and an [`Event`] and gives the run as it is then, and what
//! has to be written beside it: it touches nothing. [`Runs`] keeps runs, [`Worker`] does what a run has to
//! do, one step for each message, and [`sweep()`] finds what nobody was told of.
//!
//! Nothing is replayed, so that no code has to be deterministic but [`next()`], which has no way not to be.

// What a workflow is.
mod kind;
mod plan;
mod step;

// What a run of it is, and where it goes.
mod act;
mod children;
mod event;
mod go;
mod id;
mod json;
mod next;
mod run;
mod stop;
mod todo;

// How runs are kept, and worked on.
mod backlog;
mod census;
mod family;
mod job;
mod questions;
mod rows;
mod runs;
mod start;
mod still;
mod sweep;
mod worker;

// How tools reach them.
mod workflows;

pub use self::backlog::{Backlog, backlog};
pub use self::census::{Census, Effects, Open, census};
pub use self::event::{Event, Fact, Record, What};
pub use self::id::{Entity, RunId, Tenant};
pub use self::job::Job;
pub use self::kind::{Kind, Kinds, Terms, kind};
pub use self::next::{Effect, Moment, Next, Refused, next};
pub use self::plan::{Child, Happened, Move, OnFailure, Then, Workflow};
pub use self::questions::{Asked, Said, Through};
pub use self::run::{
    Begun, ChildRun, Doing, Lease, Left, Outcome, Parent, Run, Status, Stop, Work,
};
pub use self::runs::{Happening, Loaded, Runs, RunsFailure};
pub use self::start::{Start, Started};
pub use self::step::{Act, Acting, Again, Call, Marker, Retry, Step, StepFailure};
pub use self::still::is_still;
pub use self::sweep::{Due, Swept, sweep};
pub use self::todo::Todo;
pub use self::worker::{Advanced, Unfinished, Worker};
pub use self::workflows::Workflows;
