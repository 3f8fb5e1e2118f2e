//! Approvals: what a person has to agree to before it is done. An approval is a run of the workflow
//! [`ApprovalWorkflow`], so that it is as durable as what waits for it, and its story is its audit: who asked,
//! who decided and through what, and who tried in vain. A plan cannot be changed under it: it is the run's input.
//!
//! People decide in a form of their client, on a page that a signed link leads to, or on the command line of
//! their own machine. A model has none of these.

mod form;
mod link;
mod request;
mod resolve;
mod view;
mod workflow;

pub use self::form::{DECISION, decision_of, question};
pub use self::link::{Link, LinkKey};
pub use self::request::{PlanHash, Request};
pub use self::resolve::{NotResolved, Refusal, Resolving, refused, resolve};
pub use self::view::{Approval, Decided, State, find};
pub use self::workflow::{ApprovalWorkflow, Decision, Resolution, granted};
