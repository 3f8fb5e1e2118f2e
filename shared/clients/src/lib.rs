//! Clients of outside services: each a file, over one bounded HTTP stack ([`http`]). Addresses come from
//! the configuration, never from a caller; credentials never leave for another host.

// All of them together.
mod nowhere;
pub mod services;

// One for each service.
pub mod github;
pub mod jira;
pub mod llm;

// What they stand on.
pub mod connect;
pub mod failure;
pub mod http;
pub mod memory;
