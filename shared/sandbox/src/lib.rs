//! Stand-ins for the outside world, for the demo and for tests. "Sandbox" means this, never the
//! isolation of code.

#[cfg(feature = "forge")]
pub mod forge;
pub mod git_clone;

#[cfg(feature = "services")]
pub mod aws;
#[cfg(feature = "github")]
pub mod github;
pub mod jira;
#[cfg(feature = "services")]
pub mod models;
pub mod sample;
