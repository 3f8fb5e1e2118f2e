//! Stand-ins for the outside world, for the demo and for tests. "Sandbox" means this, never the
//! isolation of code.

// What is served.
pub mod git_clone;
pub mod sample;

// Who serves it, over HTTP.
#[cfg(feature = "services")]
pub mod aws;
#[cfg(feature = "github")]
pub mod github;
#[cfg(feature = "services")]
pub mod jira;
#[cfg(feature = "services")]
pub mod models;
