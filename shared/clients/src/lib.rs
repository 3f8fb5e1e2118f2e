//! Clients of outside services: each a file, over one bounded HTTP stack ([`http`]). Addresses come from
//! the configuration, never from a caller; credentials never leave for another host.

pub mod connect;
pub mod failure;
pub mod github;
pub mod http;
pub mod jira;
pub mod memory;
pub mod llm;
